/** Deletes CertificateSigningRequests that have been answered, or that nobody answered, for the documented times. */
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../../schemas/kubernetes/types/certificates-v1.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import { parseTime } from '../../model/time.ts';
import type { ClusterView } from '../../model/view.ts';
import { notAfterMs } from './not-after.ts';

const apiVersion = 'certificates.k8s.io/v1';
const kind = 'CertificateSigningRequest';

const hourMs = 3_600_000;
/** After the last of these that a request bears it is kept so long. */
const answerKeptMs = hourMs;
const pendingKeptMs = 24 * hourMs;
const answers: readonly string[] = ['Approved', 'Denied', 'Failed'];

export const certificateCleaner: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  keysFor: ({ ref, after }) => (ref.kind === kind && after !== undefined ? [ref] : []),
  plan,
};

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const request = view.get<CertificateSigningRequest>(apiVersion, kind, '', key.name);
  if (request === undefined || request.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const leftMs = endMs(request) - nowMs;
  if (leftMs > 0) return { ...emptyPlan, requeueAfterMs: leftMs };
  return {
    changes: [{ type: 'delete', ref: refOf(request), uid: request.metadata.uid ?? '' }],
    events: [],
  };
}

/** When the request has had its time: soon after the answer, or with its certificate where that ends before. */
function endMs({ metadata, status }: CertificateSigningRequest): number {
  const { certificate = '', conditions = [] } = status ?? {};
  const answered = conditions.filter(({ type }) => answers.includes(type)).map(answeredMs);
  const kept =
    answered.length > 0
      ? Math.min(...answered) + answerKeptMs
      : (parseTime(metadata.creationTimestamp ?? '') ?? 0) + pendingKeptMs;
  return certificate === '' ? kept : Math.min(kept, notAfterMs(certificate) ?? Infinity);
}

function answeredMs({ lastUpdateTime, lastTransitionTime }: CertificateSigningRequestCondition): number {
  return parseTime(lastUpdateTime ?? lastTransitionTime ?? '') ?? Infinity;
}
