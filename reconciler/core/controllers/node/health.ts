/**
 * How long nodes have been silent, by the clock that nobody sets. What a heartbeat says of the time is not compared
 * with the wall clock: a clock that is set forward by a day would make every node look dead. A change of it is the sign
 * of life, as in kube-controller-manager. The memory is that of one term: a reconciler that was away has heard nobody
 * yet, and gives everybody the whole time again.
 */
import type { Lease } from '../../../../schemas/kubernetes/types/coordination-v1.ts';
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../../model/view.ts';
import { nodeCondition } from './silence.ts';

/** Leases of nodes, where an agent renews one instead of its heartbeats. */
export const leaseNamespace = 'kube-node-lease';

/** Kubernetes' node-monitor-grace-period: silence that makes a node unreachable. */
const silenceMaxMs = 40_000;

interface Heard {
  readonly uid: string;
  readonly sign: string;
  readonly atMs: number;
}

export class NodeHealth {
  readonly #heard = new Map<string, Heard>();

  /** Milliseconds until the node counts as silent if nothing is heard of it, 0 or less when it does. */
  silentInMs(node: Node, view: ClusterView, steadyMs: number): number {
    const { name = '', uid = '' } = node.metadata;
    const sign = signOfLife(node, view);
    const known = this.#heard.get(name);
    const heard = known?.uid === uid && known.sign === sign ? known : { uid, sign, atMs: steadyMs };
    this.#heard.set(name, heard);
    return heard.atMs + silenceMaxMs - steadyMs;
  }

  forget(name: string): void {
    this.#heard.delete(name);
  }
}

function signOfLife(node: Node, view: ClusterView): string {
  const name = node.metadata.name ?? '';
  const lease = view.get<Lease>('coordination.k8s.io/v1', 'Lease', leaseNamespace, name);
  return `${nodeCondition(node, 'Ready')?.lastHeartbeatTime ?? ''} ${lease?.spec?.renewTime ?? ''}`;
}
