/** binding: puts a pod on a node, once. */
import type { Binding, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../core/model/conditions.ts';
import { formatTime } from '../../core/model/time.ts';
import { conflict, invalid, notFound } from '../../core/registry/status-error.ts';
import type { Answer } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { bodyAs, type WriteContext } from '../verbs/write-context.ts';
import { writeOptions } from '../verbs/write-options.ts';

const bindingBody = { apiVersion: 'v1', kind: 'Binding', definition: 'io.k8s.api.core.v1.Binding' };

/** POST of `pods/NAME/binding`, or of `bindings`, whose metadata names the pod. */
export async function bindPod(request: ResourceRequest, context: WriteContext): Promise<Answer> {
  const options = writeOptions(request.query, context.userAgent, 'CreateOptions');
  const binding = bodyAs<Binding>(context, bindingBody, options);
  const name = request.name === '' ? (binding.metadata?.name ?? '') : request.name;
  if ((binding.metadata?.name ?? name) !== name)
    throw badRequest('name in URL does not match name in Binding object');
  const ref = { ...refOfRequest(request), apiVersion: 'v1', kind: 'Pod', name };
  const { cluster, clock } = context;
  const pod = cluster.view.get<Pod>('v1', 'Pod', request.namespace, name);
  if (pod === undefined) throw new ApiError(notFound(ref));
  refuseTarget(binding, ref);
  const refused = refusal(pod, name);
  if (refused !== undefined) {
    const problem = conflict(ref, refused);
    throw new ApiError({ ...problem, message: problem.message.replace('pods ', 'pods/binding ') });
  }
  const { labels, annotations } = binding.metadata ?? {};
  const condition = { type: 'PodScheduled', status: 'True' } as const;
  const bound = {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(labels === undefined ? {} : { labels: { ...pod.metadata.labels, ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...pod.metadata.annotations, ...annotations } }),
    },
    spec: { ...pod.spec, nodeName: binding.target.name },
    status: {
      ...pod.status,
      conditions: withCondition(pod.status?.conditions, condition, formatTime(clock.now())),
    },
  } as Pod;
  const result = await cluster.submit([{ type: 'update', scope: 'all', object: bound }], {
    dryRun: options.dryRun,
    fence: 'none',
  });
  if (!result.ok) throw new ApiError(result.problem);
  return {
    code: 201,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}

function refuseTarget({ target }: Binding, ref: ReturnType<typeof refOfRequest>): void {
  const causes = [];
  if (target.kind !== undefined && target.kind !== '' && target.kind !== 'Node')
    causes.push({
      reason: 'FieldValueNotSupported',
      field: 'target.kind',
      message: `Unsupported value: "${target.kind}": supported values: "Node", "<empty>"`,
    });
  if ((target.name ?? '') === '')
    causes.push({ reason: 'FieldValueRequired', field: 'target.name', message: 'Required value' });
  if (causes.length > 0) throw new ApiError(invalid({ ...ref, kind: 'Binding' }, causes));
}

function refusal(pod: Pod, name: string): string | undefined {
  if (pod.metadata.deletionTimestamp !== undefined)
    return `pod ${name} is being deleted, cannot be assigned to a host`;
  if ((pod.spec?.nodeName ?? '') !== '')
    return `pod ${name} is already assigned to node "${pod.spec?.nodeName ?? ''}"`;
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}
