/** create, update, patch and delete: validated, prepared and committed through the cluster's one door. */
import type { ClusterAccess, SubmitResult } from '../../core/model/access.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { Change, DeleteChange } from '../../core/model/plan.ts';
import { formatTime } from '../../core/model/time.ts';
import { updateManagedFields } from '../../core/apply/update.ts';
import { invalid, notFound } from '../../core/registry/status-error.ts';
import { problemText } from '../../../schemas/validation/field-problem.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import { ApiError, badRequest, notBuilt } from '../answer.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { mergePatch } from './merge-patch.ts';

/** How often a write without a resource version is planned anew after a lost race. */
const attemptsMax = 5;

const mergePatchType = 'application/merge-patch+json';
const patchesNotBuilt: ReadonlySet<string> = new Set([
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]);

interface WriteContext {
  readonly cluster: ClusterAccess;
  readonly nowMs: () => number;
  readonly manager: string;
}

export async function createObject(
  request: ResourceRequest,
  body: unknown,
  context: WriteContext,
): Promise<KubeObject> {
  const object = placed(request, asObject(body, request));
  const managed = withManager(undefined, object, request, context);
  return written(await context.cluster.submit([{ type: 'create', object: managed }]), context.cluster);
}

export async function replaceObject(
  request: ResourceRequest,
  body: unknown,
  context: WriteContext,
): Promise<KubeObject> {
  const object = placed(request, asObject(body, request));
  return changeObject(request, context, () => object, object.metadata.resourceVersion === undefined);
}

export async function patchObject(
  request: ResourceRequest,
  contentType: string,
  body: unknown,
  context: WriteContext,
): Promise<KubeObject> {
  if (patchesNotBuilt.has(contentType)) throw notBuilt(`patching with ${contentType}`);
  if (contentType !== mergePatchType) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${mergePatchType}`;
    throw new ApiError({ code: 415, reason: 'UnsupportedMediaType', message });
  }
  return changeObject(request, context, (live) => asObject(mergePatch(live, body), request), true);
}

export async function deleteObject(
  request: ResourceRequest,
  body: unknown,
  context: WriteContext,
): Promise<KubeObject> {
  const ref = refOfRequest(request);
  const options = (body ?? {}) as {
    gracePeriodSeconds?: number;
    propagationPolicy?: string;
    preconditions?: { uid?: string };
  };
  const live = context.cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  if (live === undefined) throw new ApiError(notFound(ref));
  const grace = request.query.get('gracePeriodSeconds') ?? options.gracePeriodSeconds;
  const propagation = request.query.get('propagationPolicy') ?? options.propagationPolicy ?? 'Background';
  if (propagation !== 'Background' && propagation !== 'Foreground' && propagation !== 'Orphan') {
    throw badRequest(
      `propagationPolicy: Unsupported value: "${propagation}": supported values: "Background", "Foreground", "Orphan"`,
    );
  }
  const change: DeleteChange = {
    type: 'delete',
    ref,
    uid: options.preconditions?.uid ?? live.metadata.uid ?? '',
    propagation,
    ...(grace === undefined ? {} : { gracePeriodSeconds: wholeSeconds(grace) }),
  };
  return retried(context, () => change);
}

function wholeSeconds(given: unknown): number {
  const seconds = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof seconds === 'number' && Number.isSafeInteger(seconds)) return seconds;
  throw badRequest(`gracePeriodSeconds: Invalid value: ${JSON.stringify(given)}: must be a whole number`);
}

async function changeObject(
  request: ResourceRequest,
  context: WriteContext,
  next: (live: KubeObject) => KubeObject,
  mayRetry: boolean,
): Promise<KubeObject> {
  const ref = refOfRequest(request);
  const plan = (): Change => {
    const live = context.cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
    if (live === undefined) throw new ApiError(notFound(ref));
    const object = next(live);
    refuseInvalid(object, request);
    const scope = request.subresource === 'status' ? 'status' : 'spec';
    return { type: 'update', scope, object: withManager(live, object, request, context) };
  };
  return mayRetry ? retried(context, plan) : written(await context.cluster.submit([plan()]), context.cluster);
}

async function retried(context: WriteContext, plan: () => Change): Promise<KubeObject> {
  for (let attempt = 1; ; attempt++) {
    const result = await context.cluster.submit([plan()]);
    if (result.ok || result.problem.reason !== 'Conflict' || attempt === attemptsMax)
      return written(result, context.cluster);
  }
}

function written(result: SubmitResult, cluster: ClusterAccess): KubeObject {
  if (!result.ok) throw new ApiError(result.problem);
  const outcome = result.outcomes[0];
  if (outcome === undefined) throw new Error('a commit of one change has one outcome');
  const { ref } = outcome;
  return cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name) ?? outcome.object;
}

function asObject(body: unknown, request: ResourceRequest): KubeObject {
  const ref = refOfRequest(request);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('the body of the request is no object');
  const object = { apiVersion: ref.apiVersion, kind: ref.kind, metadata: {}, ...body } as KubeObject;
  if (object.apiVersion !== ref.apiVersion || object.kind !== ref.kind) {
    throw badRequest(
      `the object provided is ${object.apiVersion} ${object.kind}, expected ${ref.apiVersion} ${ref.kind}`,
    );
  }
  return object;
}

/** The object under the request's namespace and name; another one in the body is refused. */
function placed(request: ResourceRequest, object: KubeObject): KubeObject {
  const { namespace, name } = request;
  const { metadata } = object;
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  if (name !== '' && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const full = {
    ...object,
    metadata: { ...metadata, ...(namespace === '' ? {} : { namespace }), ...(name === '' ? {} : { name }) },
  };
  refuseInvalid(full, request);
  return full;
}

function refuseInvalid(object: KubeObject, request: ResourceRequest): void {
  const problems = validateObject(object);
  if (problems.length === 0) return;
  const causes = problems.map((one) => ({ reason: one.reason, field: one.path, message: problemText(one) }));
  throw new ApiError(invalid({ ...refOfRequest(request), name: object.metadata.name ?? '' }, causes));
}

function withManager(
  live: KubeObject | undefined,
  object: KubeObject,
  request: ResourceRequest,
  context: WriteContext,
): KubeObject {
  const managedFields = updateManagedFields({
    ...(live === undefined ? {} : { before: live }),
    after: object,
    manager: context.manager,
    operation: 'Update',
    now: formatTime(context.nowMs()),
    ...(request.subresource === '' ? {} : { subresource: request.subresource }),
  });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
