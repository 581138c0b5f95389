/** scale: how many replicas a workload has and shall have, in one form for all kinds. */
import type { Scale } from '../../../schemas/kubernetes/types/autoscaling-v1.ts';
import type { LabelSelector } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { customScale, withCustomScale } from '../../core/custom/scale.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { selectorText } from '../../core/printing/texts.ts';
import { invalid } from '../../core/registry/status-error.ts';
import type { Answer } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { patchedDocument } from '../verbs/patch.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { storedObject } from '../verbs/get.ts';
import { bodyAs, retried, type WriteContext, withManager } from '../verbs/write-context.ts';
import { writeOptions } from '../verbs/write-options.ts';
import { isCustom } from '../../core/registry/halves.ts';

const scaleBody = {
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  definition: 'io.k8s.api.autoscaling.v1.Scale',
};

export function getScale(request: ResourceRequest, view: ClusterView): Answer {
  return { code: 200, body: scaleOf(storedObject(request, view), request, view) };
}

/** PUT and PATCH. The resource version of a Scale is its object's. */
export async function writeScale(
  request: ResourceRequest,
  method: string,
  context: WriteContext,
): Promise<Answer> {
  const { cluster } = context;
  const options = writeOptions(
    request.query,
    context.userAgent,
    method === 'PUT' ? 'UpdateOptions' : 'PatchOptions',
  );
  const wanted = (live: Scale): Scale => {
    const scale =
      method === 'PUT'
        ? bodyAs<Scale>(context, scaleBody, options)
        : (patchedDocument(live, context.body, scaleBody, options, context) as Scale);
    if ((scale.metadata?.name ?? request.name) !== request.name)
      throw badRequest(
        `the name of the object (${scale.metadata?.name ?? ''}) does not match the name on the URL (${request.name})`,
      );
    return scale;
  };
  const result = await retried(
    () => {
      const before = storedObject(request, cluster.view);
      const scale = wanted(scaleOf(before, request, cluster.view));
      const replicas = scale.spec?.replicas ?? 0;
      if (replicas < 0) throw negative(request, replicas);
      const version = scale.metadata?.resourceVersion ?? '';
      const based =
        version === '' ? before : { ...before, metadata: { ...before.metadata, resourceVersion: version } };
      const object = withReplicas(based, replicas, request, cluster.view);
      const change = {
        type: 'update',
        scope: 'spec',
        object: withManager(before, object, request, options, context),
      } as const;
      return { change, mayRetry: version === '' || method === 'PATCH' };
    },
    context,
    options,
  );
  return { code: 200, body: scaleOf(result.object, request, cluster.view) };
}

interface Scalable extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
  };
  readonly status?: { readonly replicas?: number };
}

function scaleOf(object: KubeObject, { info }: ResourceRequest, view: ClusterView): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp } as Scale['metadata'];
  const custom = isCustom(info) ? customScale(object, info, view) : undefined;
  const { spec, status } = object as Scalable;
  const selector = custom === undefined ? selectorOf(spec?.selector) : (custom.selector ?? '');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { replicas: custom === undefined ? (spec?.replicas ?? 0) : custom.specReplicas },
    status: {
      replicas: custom === undefined ? (status?.replicas ?? 0) : custom.statusReplicas,
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** As list requests take it; a plain map is what a ReplicationController selects by. */
function selectorOf(selector: LabelSelector | Readonly<Record<string, string>> | undefined): string {
  if (selector === undefined) return '';
  const structured = 'matchLabels' in selector || 'matchExpressions' in selector;
  return selectorText(structured ? selector : { matchLabels: selector as Readonly<Record<string, string>> });
}

function withReplicas(
  object: KubeObject,
  replicas: number,
  { info }: ResourceRequest,
  view: ClusterView,
): KubeObject {
  if (isCustom(info)) return withCustomScale(object, replicas, info, view);
  const { spec } = object as Scalable;
  return { ...object, spec: { ...spec, replicas } } as KubeObject;
}

function negative(request: ResourceRequest, replicas: number): ApiError {
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  const ref = { ...refOfRequest(request), apiVersion: 'autoscaling/v1', kind: 'Scale' };
  return new ApiError(invalid(ref, [{ reason: 'FieldValueInvalid', field: 'spec.replicas', message }]));
}
