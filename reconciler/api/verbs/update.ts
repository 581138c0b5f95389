/** update: an object in place of the stored one, by PUT. */
import type { KubeObject } from '../../core/model/object.ts';
import type { Change } from '../../core/model/plan.ts';
import { formatTime } from '../../core/model/time.ts';
import { conflict, invalid, notFound } from '../../core/registry/status-error.ts';
import { ApiError } from '../api-error.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { storedRef } from '../versions.ts';
import { partialUpdate } from '../subresources/partial-update.ts';
import { createFrom } from './create.ts';
import {
  objectInBody,
  placed,
  retried,
  type WriteContext,
  type Written,
  withManager,
} from './write-context.ts';
import { writeOptions } from './write-options.ts';
import { isCustom } from '../../core/registry/halves.ts';

/** Kinds that a PUT creates where they are not there, by `group/Kind`, as kube-apiserver's strategies allow. */
const createdOnUpdate: ReadonlySet<string> = new Set([
  '/Endpoints',
  '/Event',
  '/LimitRange',
  '/Service',
  'coordination.k8s.io/Lease',
  'events.k8s.io/Event',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);

/** Kinds whose PUT has to name the version that it was made from. */
const conditionalOnly: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'coordination.k8s.io/Lease',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'policy/PodDisruptionBudget',
]);

export async function replaceObject(request: ResourceRequest, context: WriteContext): Promise<Written> {
  const options = writeOptions(request.query, context.userAgent, 'UpdateOptions');
  const object = placed(request, objectInBody(request, context, options));
  const { cluster } = context;
  const ref = storedRef(request.info, request.namespace, request.name);
  const kind = `${request.info.group}/${request.info.kind}`;
  const version = object.metadata.resourceVersion ?? '';
  const live = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  if (live === undefined && createdOnUpdate.has(kind) && request.subresource === '' && version === '')
    return createFrom(request, object, options, context);
  if (version === '' && (conditionalOnly.has(kind) || isCustom(request.info))) throw versionMissing(request);
  return retried(
    () => {
      const before = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
      if (before === undefined) throw new ApiError(notFound(refOfRequest(request), cluster.view.kinds));
      refuseNamesake(request, object, before, context);
      return { change: updateChange(request, object, before, options, context), mayRetry: version === '' };
    },
    context,
    options,
  );
}

/** The change that puts `object` over `before`, fields and owners; a subresource writes its own half. */
export function updateChange(
  request: ResourceRequest,
  object: KubeObject,
  before: KubeObject,
  options: ReturnType<typeof writeOptions>,
  context: WriteContext,
): Change {
  const { info, subresource } = request;
  const partial = partialUpdate(info.group, info.kind, subresource);
  const next = partial === undefined ? object : partial.part(before, object, formatTime(context.clock.now()));
  const managed = withManager(before, next, request, options, context);
  const scope = partial?.scope ?? (subresource === 'status' ? 'status' : 'spec');
  return { type: 'update', scope, subresource, object: managed };
}

/** An object of the same name that was made since is another one. */
function refuseNamesake(
  request: ResourceRequest,
  object: KubeObject,
  before: KubeObject,
  { cluster }: WriteContext,
): void {
  const uid = object.metadata.uid ?? '';
  if (uid === '' || uid === before.metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`;
  throw new ApiError(conflict(refOfRequest(request), why, cluster.view.kinds));
}

function versionMissing(request: ResourceRequest): ApiError {
  const message = 'Invalid value: 0: must be specified for an update';
  return new ApiError(
    invalid(refOfRequest(request), [
      { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message },
    ]),
  );
}
