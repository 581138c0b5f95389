/** Watches everything that happens in a run and says at once what must never be; each finding names its invariant. */
import type { CronJob, Job } from '../../../schemas/kubernetes/types/batch-v1.ts';
import type { Node, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../schemas/kubernetes/types/policy-v1.ts';
import { selects } from '../../../reconciler/core/model/label-selector.ts';
import { isPodReady, isPodTerminal, podCondition } from '../../../reconciler/core/model/pod-status.ts';
import type { ClusterView, ViewChange } from '../../../reconciler/core/model/view.ts';
import { amountOf, podRequests } from '../../../reconciler/core/scheduler/pod-requests.ts';
import type { SimAgent } from './sim-agent.ts';
import type { SimPod } from './sim-pod.ts';
import type { TrueCommit } from './truth.ts';

export interface Finding {
  readonly invariant: string;
  readonly text: string;
}

/** Loops may lag so long behind what happened before an eviction that trusted them counts as wrong. */
const budgetLagMs = 5_000;
/** All hosts have to be silent so long before a deletion for their silence's sake counts as wrong. */
const silenceMs = 60_000;
const scheduledTime = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** How the pods of a Job ended, as they were let go of. */
export interface JobTally {
  succeeded: number;
  failed: number;
  /** Let go of before they ended. */
  cutOff: number;
}

interface WitnessPorts {
  readonly view: () => ClusterView;
  readonly steadyMs: () => number;
  /** Whether a person has said that the machine is out of use although nobody could ask it. */
  readonly isGivenUp: (host: string) => boolean;
}

export class Witness {
  readonly findings: Finding[] = [];
  /** By uid of the Job. */
  readonly jobs = new Map<string, JobTally>();
  /** Since when no host was reached, by the steady clock; undefined while one is. */
  silentSinceMs: number | undefined;
  readonly #view: () => ClusterView;
  readonly #steadyMs: () => number;
  readonly #isGivenUp: (host: string) => boolean;
  readonly #addresses = new Map<string, string>();
  readonly #scheduled = new Set<string>();
  /** Uids by host of pods that run, by `NAMESPACE/NAME`, for those of StatefulSets. */
  readonly #identities = new Map<string, Map<string, string>>();
  /** When a pod that a budget may count was last lost to something else than an eviction, by namespace. */
  readonly #losses = new Map<string, number>();

  constructor(ports: WitnessPorts) {
    this.#view = ports.view;
    this.#steadyMs = ports.steadyMs;
    this.#isGivenUp = ports.isGivenUp;
  }

  /** A commit has become part of the store. */
  commit({ changes }: TrueCommit): void {
    const filled = new Set<string>();
    for (const change of changes) {
      switch (change.ref.kind) {
        case 'Pod':
          this.#pod(change, filled);
          break;
        case 'Node':
          this.#unique('pod range', change, (node: Node) => [node.spec?.podCIDR]);
          break;
        case 'Service':
          this.#unique('service address', change, (service: Service) =>
            (service.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None'),
          );
          break;
        case 'Job':
          this.#job(change);
          break;
        case 'PodDisruptionBudget':
          this.#budget(change, changes);
          break;
      }
    }
    for (const node of filled) this.#capacity(node);
  }

  /** A pod began or ended to run on a host. */
  ran(agent: SimAgent, pod: SimPod): void {
    const { namespace = '', name = '', uid = '', ownerReferences = [] } = pod.pod.metadata;
    const key = `${namespace}/${name}`;
    const running = this.#identities.get(key) ?? new Map<string, string>();
    const isOne = ownerReferences.some(({ kind }) => kind === 'StatefulSet');
    // Who is let go of by its StatefulSet stops to be one.
    if (!isOne && !running.has(uid)) return;
    this.#identities.set(key, running);
    if (isOne && pod.isRunning) running.set(uid, agent.shape.name);
    else running.delete(uid);
    const places = [...running].filter(([, host]) => !this.#isGivenUp(host));
    if (places.length > 1)
      this.found(
        'an identity of a StatefulSet runs once',
        `${key} runs ${places.map(([id, host]) => `on ${host} (${id})`).join(' and ')}`,
      );
  }

  found(invariant: string, text: string): void {
    this.findings.push({ invariant, text });
  }

  #pod({ before, after, ref }: ViewChange, filled: Set<string>): void {
    const old = before as Pod | undefined;
    const pod = after as Pod | undefined;
    const node = pod?.spec?.nodeName ?? '';
    if (node !== '' && (old?.spec?.nodeName ?? '') === '') filled.add(node);
    this.#tally(old, pod);
    const leaves =
      pod?.metadata.deletionTimestamp !== undefined && old?.metadata.deletionTimestamp === undefined;
    const isLoss = old !== undefined && isPodReady(old) && (pod === undefined || leaves || !isPodReady(pod));
    if (isLoss) this.#losses.set(ref.namespace, this.#steadyMs());
    if (!leaves || podCondition(pod, 'DisruptionTarget')?.reason !== 'DeletionByTaintManager') return;
    const { silentSinceMs } = this;
    if (silentSinceMs !== undefined && this.#steadyMs() - silentSinceMs > silenceMs)
      this.found(
        'nobody is evicted while all hosts are silent',
        `${ref.namespace}/${ref.name} was driven off ${node}`,
      );
  }

  #tally(old: Pod | undefined, pod: Pod | undefined): void {
    const tracked = (one: Pod | undefined): boolean =>
      one?.metadata.finalizers?.includes(trackingFinalizer) ?? false;
    if (old === undefined || !tracked(old) || tracked(pod)) return;
    const owner = old.metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Job' && controller);
    if (owner === undefined) return;
    const tally = this.jobs.get(owner.uid) ?? { succeeded: 0, failed: 0, cutOff: 0 };
    this.jobs.set(owner.uid, tally);
    const phase = (pod ?? old).status?.phase;
    if (phase === 'Succeeded') tally.succeeded += 1;
    else if (phase === 'Failed') tally.failed += 1;
    else tally.cutOff += 1;
  }

  /** Requests of all pods of the node, and their ports, within what it has. */
  #capacity(name: string): void {
    const node = this.#view().get<Node>('v1', 'Node', '', name);
    const used = new Map<string, number>();
    const ports = new Set<string>();
    for (const pod of this.#view().podsOnNode(name)) {
      if (isPodTerminal(pod)) continue;
      for (const [resource, amount] of podRequests(pod))
        used.set(resource, (used.get(resource) ?? 0) + amount);
      for (const port of hostPortsOf(pod)) {
        if (ports.has(port)) this.found('no node is over-allocated', `${name} gives ${port} to two pods`);
        ports.add(port);
      }
    }
    const allocatable = node?.status?.allocatable ?? {};
    for (const [resource, amount] of used) {
      if (amount > 0 && amount > amountOf(resource, allocatable[resource] ?? '0'))
        this.found(
          'no node is over-allocated',
          `${name} holds ${amount} of ${resource} and has ${allocatable[resource] ?? 'none'}`,
        );
    }
  }

  #unique<T>(
    what: string,
    { ref, before, after }: ViewChange,
    of: (object: T) => readonly (string | undefined)[],
  ): void {
    const owner = `${ref.kind} ${ref.namespace}/${ref.name}`;
    const given = (object: unknown): readonly string[] =>
      object === undefined
        ? []
        : of(object as T).flatMap((one) => (one === undefined || one === '' ? [] : [one]));
    for (const one of given(before)) if (this.#addresses.get(one) === owner) this.#addresses.delete(one);
    for (const one of given(after)) {
      const other = this.#addresses.get(one);
      if (other !== undefined) this.found(`a ${what} is given once`, `${one} is ${other}'s and ${owner}'s`);
      this.#addresses.set(one, owner);
    }
  }

  #job({ before, after, ref }: ViewChange): void {
    const old = before as Job | undefined;
    const job = after as Job | undefined;
    if (job === undefined) return;
    const { completions, completionMode } = job.spec ?? {};
    const { succeeded = 0, failed = 0 } = job.status ?? {};
    const name = `${ref.namespace}/${ref.name}`;
    const isSame = old?.metadata.uid === job.metadata.uid;
    if (isSame && (failed < (old?.status?.failed ?? 0) || succeeded < (old?.status?.succeeded ?? 0)))
      this.found('a Job counts upwards', `${name} counts ${succeeded} succeeded and ${failed} failed`);
    if (completionMode === 'Indexed' && completions !== undefined && succeeded > completions)
      this.found('an indexed Job completes each index once', `${name} has ${succeeded} of ${completions}`);
    if (old === undefined || !isSame) this.#cronRun(job, name);
  }

  #cronRun(job: Job, name: string): void {
    const owner = job.metadata.ownerReferences?.find(
      ({ kind }) => kind === ('CronJob' satisfies CronJob['kind']),
    );
    const time = job.metadata.annotations?.[scheduledTime];
    if (owner === undefined || time === undefined) return;
    const run = `${owner.uid} ${time}`;
    if (this.#scheduled.has(run))
      this.found('a CronJob runs each time once', `${name} runs for ${time} again`);
    this.#scheduled.add(run);
  }

  /** An eviction is the commit that spends one of a budget's disruptions and deletes the pod. */
  #budget({ before, after, ref }: ViewChange, changes: readonly ViewChange[]): void {
    const old = before as PodDisruptionBudget | undefined;
    const budget = after as PodDisruptionBudget | undefined;
    const gone = Object.keys(budget?.status?.disruptedPods ?? {}).filter(
      (name) => old?.status?.disruptedPods?.[name] === undefined,
    );
    if (budget === undefined || gone.length === 0) return;
    const evicted = changes.filter(({ ref: pod }) => pod.kind === 'Pod' && gone.includes(pod.name));
    if (evicted.length === 0) return;
    if ((old?.status?.disruptionsAllowed ?? 0) < gone.length)
      this.found('budgets are kept by evictions', `${ref.name} allowed no eviction of ${gone.join()}`);
    const lostMs = this.#losses.get(ref.namespace);
    const lostBefore =
      lostMs !== undefined && lostMs < this.#steadyMs() && this.#steadyMs() - lostMs < budgetLagMs;
    if (lostBefore) return;
    const healthy = this.#view()
      .list<Pod>('v1', 'Pod', ref.namespace)
      .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels))
      .filter((pod) => isPodReady(pod) && pod.metadata.deletionTimestamp === undefined);
    if (healthy.length < (budget.status?.desiredHealthy ?? 0))
      this.found(
        'budgets are kept by evictions',
        `${ref.name} wants ${budget.status?.desiredHealthy} healthy pods, ${healthy.length} are left without ${gone.join()}`,
      );
  }
}

function hostPortsOf(pod: Pod): readonly string[] {
  return (pod.spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort = 0, protocol = 'TCP' }) =>
      hostPort === 0 ? [] : [`port ${hostPort}/${protocol}`],
    ),
  );
}
