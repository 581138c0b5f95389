/** A stored object changed: the half that counts over the stored other one, then the same way as a new one. */
import type { Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import { admit, judge } from '../admission/admission.ts';
import type { AdmissionRequest } from '../admission/admission-request.ts';
import { sameJson } from '../model/json.ts';
import { completeCustom, customProblems, storedCustom } from '../custom/custom-writes.ts';
import { toVersion } from '../custom/versions.ts';
import { type KubeObject, kindOf, refOf } from '../model/object.ts';
import type { UpdateChange } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { applyDefaults } from './defaults/defaults.ts';
import { isFinished } from './delete.ts';
import {
  countsGenerations,
  defined,
  desiredHalf,
  type Halves,
  hasStatusSubresource,
  isCustom,
  isService,
  withStatus,
} from './halves.ts';
import { keepAllocation } from './keep-allocation.ts';
import { bothRounds, nothingElse, type Prepared, type RegistryContext, refused } from './prepared.ts';
import { invalidFields, type StatusProblem } from './status-error.ts';
import { statusMetadata } from './status-metadata.ts';
import { withTemplateGeneration } from './template-generation.ts';
import { preserved } from './updates/preserved.ts';
import { updateProblems } from './updates/updates.ts';

/** The caller has compared resource versions. */
export function prepareUpdate(stored: KubeObject, change: UpdateChange, context: RegistryContext): Prepared {
  const { view } = context;
  const info = kindOf(change.object, view.kinds);
  // All versions of a custom object are one but for its apiVersion: it is judged in the one that was written.
  const before = isCustom(info) ? toVersion(stored, change.object.apiVersion) : stored;
  const subresource = change.subresource ?? (change.scope === 'status' ? 'status' : '');
  const overlay = overlaid(before, change, info);
  const changed = isCustom(info) ? overlay : preserved(overlay, before, subresource);
  let next: Halves = isCustom(info)
    ? completeCustom(changed, info, view)
    : completeBuiltIn(changed, before, change);
  if (isService(next)) {
    const allocated = keepAllocation(before as Service, next, context);
    if ('code' in allocated) return refused(allocated);
    next = allocated;
  }
  if (isFinished(next)) return { type: 'remove', before: stored, last: next, ...nothingElse };
  const storedNext = isCustom(info) ? storedCustom(next, info, view) : next;
  if (sameJson(storedNext, stored)) return { type: 'nothing', object: stored };
  const request: AdmissionRequest = {
    operation: 'UPDATE',
    info,
    subresource,
    object: next,
    before,
    user: context.user,
    view,
    newNamespaces: context.newNamespaces,
    nowMs: context.nowMs,
  };
  const admitted = admit(request);
  if (admitted.type === 'refused') return admitted;
  const { object } = admitted;
  if (context.user !== undefined) {
    const problem = problemOf(object, before, info, subresource, view);
    if (problem !== undefined) return refused(problem);
  }
  const judged = judge({ ...request, object });
  if (judged.type === 'refused') return judged;
  const counted = withGeneration(object, before, info);
  const written = isCustom(info) ? storedCustom(counted, info, view) : counted;
  return { type: 'write', object: written, before: stored, ...bothRounds(admitted, judged) };
}

/** A status has no defaults, and what it belongs to was completed when it was written. */
function completeBuiltIn(changed: KubeObject, before: KubeObject, { scope }: UpdateChange): KubeObject {
  return scope === 'status' ? changed : withTemplateGeneration(applyDefaults(changed), before);
}

function problemOf(
  object: KubeObject,
  before: KubeObject,
  info: KindInfo,
  subresource: string,
  view: ClusterView,
): StatusProblem | undefined {
  const problems = isCustom(info)
    ? customProblems(object, before, info, subresource, view)
    : [...validateObject(object), ...updateProblems(object, before, subresource)];
  return problems.length === 0 ? undefined : invalidFields(refOf(object), problems);
}

function overlaid(before: KubeObject, change: UpdateChange, info: KindInfo): Halves {
  const { object, scope } = change;
  if (scope === 'status') return statusOver(before, object, info);
  const next = specOver(before, object);
  return scope === 'spec' && hasStatusSubresource(info) ? withStatus(next, (before as Halves).status) : next;
}

function withGeneration(object: KubeObject, before: KubeObject, info: KindInfo): KubeObject {
  if (!countsGenerations(info) || sameJson(desiredHalf(object, info), desiredHalf(before, info)))
    return object;
  const generation = (before.metadata.generation ?? 0) + 1;
  return { ...object, metadata: { ...object.metadata, generation } };
}

/** The new desired half under the stored identity. */
function specOver(before: KubeObject, object: KubeObject): Halves {
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
  } = before.metadata;
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, ...rest } = object.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    ...defined({
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      resourceVersion,
    }),
  };
  return { ...object, metadata };
}

/**
 * The new status on the stored object. Labels and annotations move with it where Kubernetes lets them; of custom
 * objects it is managedFields alone.
 */
function statusOver(before: KubeObject, object: Halves, info: KindInfo): Halves {
  // Whoever made the object from the stored one with another status has left its metadata alone.
  if (object.metadata === before.metadata) return withStatus(before, object.status);
  const metadata = isCustom(info)
    ? { ...before.metadata, ...defined({ managedFields: object.metadata.managedFields }) }
    : statusMetadata(before.metadata, specOver(before, object).metadata, info);
  return withStatus({ ...before, metadata }, object.status);
}
