/**
 * A Host that is deleted goes in order: its pods and its agent; its Node, upon which its pods are made elsewhere; then
 * the Host. So no pod of a StatefulSet runs twice. Whoever deletes a Host that cannot be reached says that its machine
 * runs nothing: then the Node does not wait. A finalizer holds the Host until nothing of Berth is on the machine.
 */
import type { Host } from '../../schemas/berth/types.ts';
import type { Node } from '../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import type { Change } from '../core/model/plan.ts';
import { type HostLinks, LinkError, type LinkState, type Logger } from '../core/ports.ts';
import { type HostKeys, targetOf } from './host-objects.ts';
import type { WorkOutcome } from './work-queue.ts';

const agentFinalizer = 'berth.dev/agent';

/** Before a machine that cannot be reached is tried again. */
const retryMs = 10_000;

interface RemovalPorts extends HostKeys {
  readonly cluster: ClusterAccess;
  readonly links: HostLinks;
  readonly logger: Logger;
}

/** From the first step of its bootstrap on, something of Berth may be on the machine. */
export function mayHaveAgent(state: LinkState): boolean {
  return state.phase === 'bootstrapping' || state.phase === 'connected';
}

export function withAgentFinalizer(host: Host): Host {
  const finalizers = host.metadata.finalizers ?? [];
  if (finalizers.includes(agentFinalizer)) return host;
  return { ...host, metadata: { ...host.metadata, finalizers: [...finalizers, agentFinalizer] } };
}

/** One attempt to take leave of a host whose link is closed. */
export async function removeHost(host: Host, ports: RemovalPorts, signal: AbortSignal): Promise<WorkOutcome> {
  const name = host.metadata.name ?? '';
  if (host.metadata.finalizers?.includes(agentFinalizer) !== true)
    return (await withoutNode(name, ports.cluster)) ? 'done' : 'again';
  try {
    await ports.links.reset(
      targetOf(host, ports),
      (message) => ports.logger.info('reset', { host: name, message }),
      signal,
    );
  } catch (error) {
    if (signal.aborted) return 'done';
    if (!(error instanceof LinkError)) throw error;
    if (!(await withoutNode(name, ports.cluster))) return 'again';
    return (await told(name, `${error.reason}: ${error.message}`, ports.cluster))
      ? { afterMs: retryMs }
      : 'again';
  }
  if (!(await withoutNode(name, ports.cluster))) return 'again';
  const current = stored(name, ports.cluster);
  if (current === undefined) return 'done';
  const finalizers = (current.metadata.finalizers ?? []).filter((one) => one !== agentFinalizer);
  const freed: Host = { ...current, metadata: { ...current.metadata, finalizers } };
  return (await submitted(ports.cluster, [{ type: 'update', scope: 'spec', object: freed }]))
    ? 'done'
    : 'again';
}

/** Deletes the Node of the host, if there is one; false where that has to be tried again. */
async function withoutNode(name: string, cluster: ClusterAccess): Promise<boolean> {
  const node = cluster.view.get<Node>('v1', 'Node', '', name);
  if (node === undefined) return true;
  const ref = { apiVersion: 'v1', kind: 'Node', namespace: '', name };
  return submitted(cluster, [{ type: 'delete', ref, uid: node.metadata.uid ?? '' }]);
}

/** Says why the host is still there. */
async function told(name: string, message: string, cluster: ClusterAccess): Promise<boolean> {
  const host = stored(name, cluster);
  if (host === undefined) return true;
  const status = { ...host.status, phase: 'Removing', message };
  return submitted(cluster, [{ type: 'update', scope: 'status', object: { ...host, status } as Host }]);
}

function stored(name: string, cluster: ClusterAccess): Host | undefined {
  return cluster.view.get<Host>('berth.dev/v1alpha1', 'Host', '', name);
}

async function submitted(cluster: ClusterAccess, changes: readonly Change[]): Promise<boolean> {
  return (await cluster.submit(changes)).ok;
}
