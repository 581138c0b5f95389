/**
 * Pod Security admission: the labels of a namespace say which level of the Pod Security Standards its pods keep to.
 * `enforce` refuses pods, `warn` tells whoever writes pods or what makes them, `audit` is for the audit log.
 */
import type { Namespace, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { problemText } from '../../../../schemas/validation/field-problem.ts';
import { type AuditAnnotations, annotatedBy } from '../../model/audit-annotations.ts';
import { sameJson } from '../../model/json.ts';
import { refOf } from '../../model/object.ts';
import { groupKind } from '../../registry/halves.ts';
import { invalidFields } from '../../registry/status-error.ts';
import type { AdmissionRequest } from '../admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from '../plugin.ts';
import type { Subject } from './check.ts';
import { violationsOf, violationText } from './evaluate.ts';
import { existingPodWarnings, tightens } from './namespace-warnings.ts';
import { templateSubject, workloadKinds } from './pod-templates.ts';
import { levelVersionText, type Policy, policyOf, prefix } from './policy.ts';

const podSubresources: ReadonlySet<string> = new Set(['ephemeralcontainers', 'resize']);

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Namespace', '/Pod', ...workloadKinds]),
  subresources: podSubresources,
  admit: (request) => {
    const kind = groupKind(request.object);
    if (kind === '/Pod') return admitPod(request, request.object as Pod);
    if (request.subresource !== '') return admitted;
    return kind === '/Namespace' ? admitNamespace(request) : admitWorkload(request);
  },
};

/** Labels have to make sense once they change; what was senseless before does not hold up other changes. */
function admitNamespace({ object, before, view }: AdmissionRequest): Verdict {
  const policy = policyOf(object.metadata.labels ?? {});
  const old = before === undefined ? undefined : policyOf(before.metadata.labels ?? {});
  if (policy.problems.length > 0 && !sameJson(policy.problems, old?.problems))
    return { problem: invalidFields(refOf(object), policy.problems) };
  if (old === undefined || !tightens(policy.enforce, old.enforce)) return admitted;
  return { warnings: existingPodWarnings(object.metadata.name ?? '', policy.enforce, view) };
}

function admitPod(request: AdmissionRequest, pod: Pod): Verdict {
  if (pod.spec === undefined || !changesImages(pod, request.before as Pod | undefined)) return admitted;
  const policy = policyFor(request);
  const subject = { annotations: pod.metadata.annotations ?? {}, spec: pod.spec };
  const violations = violationsOf(subject, policy.enforce);
  const enforced = { [`${prefix}enforce-policy`]: levelVersionText(policy.enforce) };
  const verdict =
    violations.length > 0
      ? refuse(request, `violates ${violationText(violations, policy.enforce)}`)
      : warned(subject, policy);
  return { ...verdict, ...annotatedBy(enforced, auditNotes(subject, policy)) };
}

function admitWorkload(request: AdmissionRequest): Verdict {
  const policy = policyFor(request);
  if (policy.warn.level === 'privileged' && policy.audit.level === 'privileged') return admitted;
  const subject = templateSubject(request.object);
  if (subject === undefined) return admitted;
  return { ...warned(subject, policy), ...annotatedBy(auditNotes(subject, policy)) };
}

/** What the audit log says of a pod that the audited level forbids, and of labels that say what is no level. */
function auditNotes(subject: Subject, { audit, problems }: Policy): AuditAnnotations {
  const violations = violationsOf(subject, audit);
  return {
    ...(violations.length === 0
      ? {}
      : { [`${prefix}audit-violations`]: `would violate ${violationText(violations, audit)}` }),
    ...(problems.length === 0
      ? {}
      : {
          [`${prefix}error`]: `Failed to parse policy: ${problems.map((one) => `${one.path}: ${problemText(one)}`).join(', ')}`,
        }),
  };
}

function warned(subject: Subject, { warn }: Policy): Verdict {
  const violations = violationsOf(subject, warn);
  return violations.length === 0
    ? admitted
    : { warnings: [`would violate ${violationText(violations, warn)}`] };
}

function policyFor({ object, view }: AdmissionRequest): Policy {
  const namespace = view.get<Namespace>('v1', 'Namespace', '', object.metadata.namespace ?? '');
  return policyOf(namespace?.metadata.labels ?? {});
}

/**
 * Whether a pod runs another image than before, or one more container: of what the standards judge, nothing else of a
 * pod can change. A pod that is older than its namespace's level can still be labelled and ended.
 */
function changesImages(pod: Pod, before: Pod | undefined): boolean {
  if (before === undefined) return true;
  const [now, old] = [pod.spec, before.spec];
  if (now?.containers.length !== old?.containers.length) return true;
  if ((now?.initContainers ?? []).length !== (old?.initContainers ?? []).length) return true;
  const imagesOf = ({ spec }: Pod): ReadonlyMap<string, string | undefined> =>
    new Map(
      [
        ...(spec?.initContainers ?? []),
        ...(spec?.containers ?? []),
        ...(spec?.ephemeralContainers ?? []),
      ].map(({ name, image }) => [name, image]),
    );
  const images = imagesOf(before);
  return [...imagesOf(pod)].some(([name, image]) => !images.has(name) || images.get(name) !== image);
}
