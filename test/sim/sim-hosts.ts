/** What hosts would report: nodes that live, pods that run, become ready, fail and end. */
import type {
  ContainerStatus,
  Node,
  NodeCondition,
  Pod,
  PodCondition,
  PodStatus,
} from '../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../reconciler/core/model/conditions.ts';
import { refOf } from '../../reconciler/core/model/object.ts';
import { isPodReady } from '../../reconciler/core/model/pod-status.ts';
import { formatTime } from '../../reconciler/core/model/time.ts';
import type { SimCluster } from './sim-cluster.ts';

export interface NodeOptions {
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Node['spec'];
}

export class SimHosts {
  readonly #cluster: SimCluster;
  #addresses = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  join(name: string, options: NodeOptions): void {
    const labels = { 'kubernetes.io/hostname': name, ...options.labels };
    const object: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      ...(options.spec === undefined ? {} : { spec: options.spec }),
    };
    this.#cluster.submit('host', [{ type: 'create', object }]);
    this.#node(name, (node) => ({
      ...node.status,
      allocatable: options.allocatable,
      capacity: options.allocatable,
    }));
    this.heartbeat(name);
  }

  /** The host says that it works. */
  heartbeat(name: string): void {
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the runtime answers' };
    this.#condition(name, { ...ready, lastHeartbeatTime: formatTime(this.#cluster.nowMs) });
  }

  /** The link to the host is lost for good: its Ready condition becomes Unknown, as the loop writes it. */
  cut(name: string): void {
    const node = this.#cluster.view.get<Node>('v1', 'Node', '', name);
    const known = node?.status?.conditions?.find((condition) => condition.type === 'Ready');
    this.#condition(name, {
      ...known,
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Berth lost its link to the host',
    });
  }

  #condition(name: string, condition: NodeCondition): void {
    const now = formatTime(this.#cluster.nowMs);
    this.#node(name, (node) => ({
      ...node.status,
      conditions: withCondition(node.status?.conditions, condition, now),
    }));
  }

  #node(name: string, status: (node: Node) => Node['status']): void {
    const node = this.#cluster.view.get<Node>('v1', 'Node', '', name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    this.#cluster.submit('host', [
      { type: 'update', scope: 'status', object: { ...node, status: status(node) } as Node },
    ]);
  }

  /** The pod runs, and is ready or not. */
  running(pod: Pod, ready: boolean): void {
    const live = this.#live(pod);
    if (live === undefined || (isPodReady(live) === ready && live.status?.phase === 'Running')) return;
    const status = ready ? 'True' : 'False';
    const podIP = live.status?.podIP ?? this.#nextAddress();
    const startTime = live.status?.startTime ?? formatTime(this.#cluster.nowMs);
    this.#report(live, { phase: 'Running', podIP, podIPs: [{ ip: podIP }], startTime }, [
      { type: 'ContainersReady', status },
      { type: 'Ready', status },
    ]);
  }

  /** The pod's containers have ended for good. */
  ended(pod: Pod, phase: 'Succeeded' | 'Failed'): void {
    const live = this.#live(pod);
    if (live !== undefined) this.#report(live, { phase }, [{ type: 'Ready', status: 'False' }]);
  }

  /** The pod's containers have ended with this exit code, and are not started again. */
  exited(pod: Pod, exitCode: number): void {
    const terminated = { exitCode, finishedAt: formatTime(this.#cluster.nowMs) };
    const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
    const containerStatuses = containersOf(pod, { state: { terminated } });
    this.#reportLive(pod, { phase, containerStatuses }, [{ type: 'Ready', status: 'False' }]);
  }

  /** The pod's containers have been started again so many times. */
  restarted(pod: Pod, restartCount: number): void {
    this.#reportLive(pod, { phase: 'Running', containerStatuses: containersOf(pod, { restartCount }) }, []);
  }

  /** Somebody takes the pod away for a reason that lies outside it. */
  disrupted(pod: Pod): void {
    this.#reportLive(pod, {}, [
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
    ]);
  }

  /** Containers and sandbox of a terminating pod are gone. */
  gone(pod: Pod): void {
    this.#cluster.submit('host', [
      { type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 },
    ]);
  }

  #reportLive(pod: Pod, fields: Partial<PodStatus>, conditions: readonly PodCondition[]): void {
    const live = this.#live(pod);
    if (live !== undefined) this.#report(live, fields, conditions);
  }

  #live(pod: Pod): Pod | undefined {
    return this.#cluster.view.byUid(pod.metadata.uid ?? '') as Pod | undefined;
  }

  #report(pod: Pod, fields: Partial<PodStatus>, conditions: readonly PodCondition[]): void {
    const now = formatTime(this.#cluster.nowMs);
    let merged = pod.status?.conditions ?? [];
    for (const condition of conditions) merged = withCondition(merged, condition, now);
    const object: Pod = { ...pod, status: { ...pod.status, ...fields, conditions: merged } };
    this.#cluster.submit('host', [{ type: 'update', scope: 'status', object }]);
  }

  #nextAddress(): string {
    const number = ++this.#addresses;
    return `10.42.${Math.floor(number / 250)}.${(number % 250) + 1}`;
  }
}

function containersOf(pod: Pod, news: Partial<ContainerStatus>): readonly ContainerStatus[] {
  return (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
    ...{ name, image, imageID: '', ready: false, restartCount: 0 },
    ...news,
  }));
}
