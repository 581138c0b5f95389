/** delete and deletecollection: gone at once, or marked and waiting for grace and finalizers. */
import type { KubeObject } from '../../core/model/object.ts';
import type { DeleteChange } from '../../core/model/plan.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { conflict, notFound } from '../../core/registry/status-error.ts';
import type { Answer } from '../answer.ts';
import { ApiError } from '../api-error.ts';
import { decodeBody } from '../codec/decode-body.ts';
import { type ResourceRequest, refOfRequest, wholeNumber } from '../request.ts';
import { successStatus } from '../status.ts';
import { shownAs, storedRef } from '../versions.ts';
import { selectedObjects } from './list.ts';
import { listKindOf } from './rendering.ts';
import { selectionOf } from './selection.ts';
import { retried, type WriteContext, type Written } from './write-context.ts';
import { apiVersionOf } from '../../../schemas/kinds.ts';

/** DeleteOptions of meta/v1, checked. */
interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: DeleteChange['propagation'];
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

/** Kinds whose dependents stay unless the client says otherwise, as kube-apiserver's strategies have it. */
const orphansByDefault: ReadonlySet<string> = new Set(['/ReplicationController', 'batch/Job']);

/** Kinds whose deletion answers with the object that is gone; the others answer with a Status. */
const answersWithObject: ReadonlySet<string> = new Set([
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  '/PodTemplate',
  '/ResourceQuota',
  '/ServiceAccount',
]);

const optionsDefinition = {
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  definition: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
};

export async function deleteObject(request: ResourceRequest, context: WriteContext): Promise<Answer> {
  const options = deleteOptions(request, context);
  const { cluster } = context;
  const ref = storedRef(request.info, request.namespace, request.name);
  const plan = (): { change: DeleteChange; mayRetry: boolean } => {
    const live = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
    if (live === undefined) throw new ApiError(notFound(refOfRequest(request), cluster.view.kinds));
    return { change: deletionOf(live, request, options, context), mayRetry: true };
  };
  return deletionAnswer(await retried(plan, context, options), request, cluster.view);
}

export async function deleteCollection(request: ResourceRequest, context: WriteContext): Promise<Answer> {
  const options = deleteOptions(request, context);
  const { cluster } = context;
  await cluster.current();
  const { info } = request;
  const chosen = selectedObjects(request, selectionOf(request), cluster);
  const deleted: KubeObject[] = [];
  for (const { metadata } of chosen) {
    const one = { ...request, namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
    const ref = storedRef(info, one.namespace, one.name);
    const plan = (): { change: DeleteChange; mayRetry: boolean } => {
      const live = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
      if (live === undefined || live.metadata.uid !== metadata.uid)
        throw new ApiError(notFound(refOfRequest(one), cluster.view.kinds));
      return { change: deletionOf(live, one, options, context), mayRetry: true };
    };
    try {
      deleted.push(shownAs((await retried(plan, context, options)).object, info, cluster.view));
    } catch (error) {
      // Somebody else was faster: what was to go is gone.
      if (!(error instanceof ApiError) || error.problem.code !== 404) throw error;
    }
  }
  const metadata = { resourceVersion: String(cluster.view.revision) };
  return {
    code: 200,
    body: { kind: listKindOf(info), apiVersion: apiVersionOf(info), metadata, items: deleted },
  };
}

function deletionAnswer(result: Written, request: ResourceRequest, view: ClusterView): Answer {
  const { info, name } = request;
  if (!result.removed || answersWithObject.has(`${info.group}/${info.kind}`))
    return { code: 200, body: shownAs(result.object, info, view) };
  const { uid } = result.object.metadata;
  const group = info.group === '' ? {} : { group: info.group };
  const details = { name, ...group, kind: info.plural, ...(uid === undefined ? {} : { uid }) };
  return { code: 200, body: successStatus(details) };
}

function deletionOf(
  live: KubeObject,
  request: ResourceRequest,
  options: DeleteOptions,
  { cluster }: WriteContext,
): DeleteChange {
  const { resourceVersion, gracePeriodSeconds, propagation } = options;
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${live.metadata.resourceVersion ?? ''}). The object might have been modified`;
    throw new ApiError(conflict(refOfRequest(request), why, cluster.view.kinds));
  }
  const ref = storedRef(request.info, request.namespace, request.name);
  return {
    type: 'delete',
    ref,
    uid: options.uid ?? live.metadata.uid ?? '',
    ...(propagation === undefined ? {} : { propagation }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  };
}

/** The options from the body, or from the query where there is none. */
function deleteOptions(request: ResourceRequest, context: WriteContext): DeleteOptions {
  const { bytes, contentType } = context.body;
  const { query, info } = request;
  const given = bytes.length === 0 ? fromQuery(query) : fromBody(bytes, contentType);
  const { orphanDependents, propagationPolicy = '' } = given;
  if (orphanDependents !== undefined && propagationPolicy !== '')
    throw invalidOptions(
      'propagationPolicy',
      `Invalid value: "${propagationPolicy}": orphanDependents and deletionPropagation cannot be both set`,
    );
  if (!['', 'Background', 'Foreground', 'Orphan'].includes(propagationPolicy))
    throw invalidOptions(
      'propagationPolicy',
      `Unsupported value: "${propagationPolicy}": supported values: "Background", "Foreground", "Orphan"`,
    );
  const dryRun = given.dryRun ?? [];
  for (const value of dryRun)
    if (value !== 'All')
      throw invalidOptions('dryRun', `Unsupported value: "${value}": supported values: "All"`);
  const orphaning = orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  const chosen = propagationPolicy === '' ? orphaning : (propagationPolicy as 'Background');
  const orphans = orphansByDefault.has(`${info.group}/${info.kind}`);
  if (chosen === undefined && orphans && info.kind === 'Job')
    context.warn(
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    );
  return {
    gracePeriodSeconds: given.gracePeriodSeconds,
    propagation: chosen ?? (orphans ? 'Orphan' : undefined),
    uid: given.preconditions?.uid,
    resourceVersion: given.preconditions?.resourceVersion,
    dryRun: dryRun.length > 0 || query.getAll('dryRun').includes('All'),
  };
}

interface GivenOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

/** Options may come under any group's name: `policy/v1` asks for pods' deletion too. */
function fromBody(bytes: Uint8Array, contentType: string): GivenOptions {
  return decodeBody(bytes, contentType, { ...optionsDefinition, anyGroup: true }, 'Ignore').object;
}

function fromQuery(query: URLSearchParams): GivenOptions {
  const gracePeriodSeconds = wholeNumber(query, 'gracePeriodSeconds');
  const orphan = query.get('orphanDependents');
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    propagationPolicy: query.get('propagationPolicy') ?? '',
    ...(orphan === null ? {} : { orphanDependents: orphan === 'true' }),
    dryRun: query.getAll('dryRun').filter((value) => value !== ''),
  };
}

function invalidOptions(field: string, problem: string): ApiError {
  const reason = problem.startsWith('Unsupported') ? 'FieldValueNotSupported' : 'FieldValueInvalid';
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `DeleteOptions.meta.k8s.io "" is invalid: ${field}: ${problem}`,
    causes: [{ reason, field, message: problem }],
    details: { group: 'meta.k8s.io', kind: 'DeleteOptions' },
  });
}
