/**
 * `GET /apis/berth.dev/v1alpha1/namespaces/NAMESPACE/pods/NAME/why`: why a pod is, or is not, where it is, node by node.
 * RBAC knows it as `get` of `pods/why` in the group berth.dev.
 */
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../core/model/view.ts';
import { notFound } from '../core/registry/status-error.ts';
import { explain } from '../core/scheduler/explain.ts';
import type { SchedulerConfiguration } from '../core/scheduler/profile.ts';
import { ApiError, methodNotAllowed } from './api-error.ts';
import type { PathRoute } from './handler.ts';

export function podExplanation(
  view: () => ClusterView,
  configuration: SchedulerConfiguration | undefined,
): PathRoute {
  return ({ resource }, request) => {
    if (resource?.group !== 'berth.dev' || resource.plural !== 'pods' || resource.subresource !== 'why')
      return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    const { namespace, name } = resource;
    const pod = view().get<Pod>('v1', 'Pod', namespace, name);
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    if (pod === undefined) throw new ApiError(notFound(ref, view().kinds));
    const body = {
      apiVersion: 'berth.dev/v1alpha1',
      kind: 'PodExplanation',
      metadata: { namespace, name },
      ...explain(pod, view(), configuration),
    };
    return { code: 200, body };
  };
}
