/** Which container of which pod, and on which host, a request is about; refusals are kube-apiserver's. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { notFound } from '../../core/registry/status-error.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { refOfRequest, type ResourceRequest } from '../request.ts';

/** Throws 404 where there is no such pod. */
export function podOf(request: ResourceRequest, view: ClusterView): Pod {
  const pod = view.get<Pod>('v1', 'Pod', request.namespace, request.name);
  if (pod === undefined) throw new ApiError(notFound({ ...refOfRequest(request), kind: 'Pod' }));
  return pod;
}

/** The container named, or the only one where none is named. Throws 400. */
export function containerOf(pod: Pod, wanted: string | null): Pick<Container, 'name' | 'tty'> {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const name = pod.metadata.name ?? '';
  if (wanted !== null && wanted !== '') {
    const all = [...containers, ...initContainers, ...ephemeralContainers];
    const found = all.find((container) => container.name === wanted);
    if (found === undefined) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return found;
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only;
  if (only === undefined) throw badRequest(`a container name must be specified for pod ${name}`);
  const names = (list: readonly { readonly name: string }[]): string => list.map((one) => one.name).join(' ');
  const initNames =
    initContainers.length === 0 ? '' : ` or one of the init containers: [${names(initContainers)}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names(containers)}]${initNames}`,
  );
}

/** The host that the pod is bound to. Throws 400 where it is not yet. */
export function hostOf(pod: Pod): string {
  const host = pod.spec?.nodeName ?? '';
  if (host === '') throw badRequest(`pod ${pod.metadata.name ?? ''} does not have a host assigned`);
  return host;
}
