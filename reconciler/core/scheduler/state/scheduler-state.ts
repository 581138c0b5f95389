/**
 * All that scheduling decides from, kept current by the view's changes instead of being read anew for each plan. It
 * is a function of the view (and of what is assumed meanwhile): a state that followed a history holds what one holds
 * that is made from the view at its end, which tests prove.
 */
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { isPodDeleted, isPodTerminal } from '../../model/pod-status.ts';
import { RefusalTable } from '../filters/refusal.ts';
import type { PortsInUse } from '../pods/host-ports.ts';
import type { Labels } from '../pods/label-matcher.ts';
import { isSurelyOfClass } from '../pods/pod-class.ts';
import { isVictim } from '../preemption/victim-mark.ts';
import type { Profile } from '../profile.ts';
import { ClassCache } from './class-cache.ts';
import type { ClassRecord } from './class-record.ts';
import { nodeFacts } from './node-facts.ts';
import { NodeTable } from './node-table.ts';
import { Nominations } from './nominations.ts';
import type { PlacedPod } from './placed-pod.ts';
import { PodCounter } from './pod-counter.ts';
import { Selections } from './selections.ts';
import { changesSpreading } from './spreaders.ts';
import type { StaticTable } from './static-table.ts';

export class SchedulerState {
  readonly table = new NodeTable();
  readonly selections: Selections;
  readonly refusals = new RefusalTable();
  readonly nominations = new Nominations();
  /** Pods that were told to go for another, and are not deleted yet; by uid. */
  readonly victims = new Map<string, Pod>();
  readonly view: ClusterView;
  /** By node slot: counts what happened to the node and the pods that are on it or meant for it. */
  readonly versions: number[] = [];
  /** Counts changes of any kind; `relief` those that may have made room. */
  generation = 0;
  relief = 0;
  /** The lowest priority of the pods that were placed since the last relief. */
  lowestSinceRelief = Infinity;
  /** Counts changes of what spreads pods by default. */
  spreadersVersion = 0;
  readonly #placed = new Map<string, PlacedPod>();
  readonly #onNode = new Map<string, Map<string, PlacedPod>>();
  readonly #nodeFacts = new Map<string, string>();
  readonly #classes: ClassCache;
  readonly #counter: PodCounter;
  readonly #namespaces = new Map<string, Labels>();

  /** Takes in what the view shows, but the pod with the uid `without`. */
  constructor(view: ClusterView, without?: string) {
    this.view = view;
    this.selections = new Selections(this.table, (name) => this.#namespaces.get(name));
    this.#classes = new ClassCache(this.table, this.selections, this.refusals);
    this.#counter = new PodCounter(this.table, this.selections);
    for (const kind of ['Namespace', 'Node', 'Pod'] as const) {
      for (const object of view.list('v1', kind)) {
        if (without !== undefined && object.metadata.uid === without) continue;
        const name = object.metadata.name ?? '';
        const ref = { apiVersion: 'v1', kind, namespace: object.metadata.namespace ?? '', name };
        this.apply({ ref, before: undefined, after: object });
      }
    }
  }

  apply(change: ViewChange): void {
    const { ref, before, after } = change;
    switch (ref.kind) {
      case 'Pod':
        this.#applyPod(before as Pod | undefined, after as Pod | undefined);
        break;
      case 'Node':
        if (after === undefined) this.#removeNode(ref.name);
        else this.#putNode(after as Node);
        break;
      case 'Namespace':
        this.#applyNamespace(ref.name, after?.metadata.labels);
        break;
      default:
        if (changesSpreading(change)) this.spreadersVersion++;
    }
  }

  recordOf(pod: Pod): ClassRecord {
    return this.#classes.recordOf(pod);
  }

  staticTable(record: ClassRecord, profile: Profile): StaticTable {
    return this.#classes.staticTable(record, profile);
  }

  /** Pods on the node by uid, those that are leaving among them. */
  podsOn(nodeName: string): ReadonlyMap<string, PlacedPod> | undefined {
    return this.#onNode.get(nodeName);
  }

  portsOf(slot: number): PortsInUse | undefined {
    return this.#counter.ports(slot);
  }

  namespaceLabels(namespace: string): Labels | undefined {
    return this.#namespaces.get(namespace);
  }

  /** Counts the pod on the node before the view shows it there. Undone by `restore`, confirmed by the view. */
  assume(pod: Pod, nodeName: string): void {
    this.denominate(pod.metadata.uid ?? '');
    this.#place(this.#placedPod(pod, nodeName));
  }

  /** Counts the pod as the view has it, whatever was assumed of it. */
  restore(pod: Pod): void {
    const { uid = '', namespace = '', name = '' } = pod.metadata;
    const live = this.view.get<Pod>('v1', 'Pod', namespace, name);
    const placed = this.#placed.get(uid);
    if (placed !== undefined && live?.spec?.nodeName !== placed.nodeName) this.#unplace(placed);
    this.denominate(uid);
    this.#applyPod(pod, live);
  }

  nominate(pod: Pod, nodeName: string): void {
    this.generation++;
    const former = this.nominations.set(this.#placedPod(pod, nodeName));
    for (const name of [former, nodeName]) this.#touch(this.table.slotOf(name ?? ''));
  }

  /** Nothing is kept for the pod any more; false where nothing was. */
  denominate(uid: string): boolean {
    const former = this.nominations.delete(uid);
    if (former === undefined) return false;
    this.#touch(this.table.slotOf(former));
    this.#relieved();
    return true;
  }

  /** Counts `pod` in or out of its node for the time of one question; the caller undoes it. */
  tentatively(pod: PlacedPod, by: 1 | -1): void {
    this.#counter.count(pod, by);
  }

  /** Everything that is counted, by names instead of slots: equal for states that decide alike. */
  summary(): readonly string[] {
    const { table } = this;
    const rows = [...table.order].flatMap((slot) => {
      const columns = [...table.columns.values()]
        .filter(({ allocatable, requested }) => allocatable[slot] !== 0 || requested[slot] !== 0)
        .map((one) => `${one.resource} ${one.requested[slot]}/${one.allocatable[slot]}`);
      const compared = `${table.comparedCpu[slot]} ${table.comparedMemory[slot]}`;
      const ports = this.#counter.ports(slot)?.list() ?? [];
      return `${table.nameOf(slot)}: ${[...columns.sort(), compared, ...ports].join(', ')}`;
    });
    const pods = [...this.#placed.values()].map((one) => `${one.uid} ${one.nodeName} ${one.leaving}`);
    return [
      ...rows,
      ...pods.sort(),
      ...this.selections.list(),
      ...this.nominations.list(),
      ...[...this.victims.keys()].sort(),
    ];
  }

  #applyPod(before: Pod | undefined, after: Pod | undefined): void {
    const uid = before?.metadata.uid;
    if (uid !== undefined && uid !== after?.metadata.uid) this.#drop(uid);
    if (after === undefined) return;
    const nodeName = after.spec?.nodeName ?? '';
    if (isPodTerminal(after)) this.#drop(after.metadata.uid ?? '');
    else if (nodeName === '') this.#applyWaiting(after);
    else this.#applyPlaced(after, nodeName);
  }

  #applyWaiting(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const placed = this.#placed.get(uid);
    // What is assumed stays so until it is confirmed or forgotten.
    if (placed !== undefined) return;
    const nominated = pod.status?.nominatedNodeName ?? '';
    if (nominated === '') {
      this.denominate(uid);
    } else if (isPodDeleted(pod)) this.#drop(uid);
    else this.nominate(pod, nominated);
  }

  #applyPlaced(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? '';
    this.#mark(pod);
    this.denominate(uid);
    const known = this.#placed.get(uid);
    const next = this.#placedPod(pod, nodeName, known);
    if (
      known !== undefined &&
      known.of === next.of &&
      known.nodeName === nodeName &&
      known.leaving === next.leaving
    ) {
      this.#placed.set(uid, next);
      this.#onNode.get(nodeName)?.set(uid, next);
      this.#touch(this.table.slotOf(nodeName));
      return;
    }
    if (known !== undefined) this.#unplace(known);
    this.#place(next);
  }

  /** The scheduler's own mark on a pod that has to go for another. */
  #mark(pod: Pod): void {
    if (isVictim(pod) && !isPodDeleted(pod)) this.victims.set(pod.metadata.uid ?? '', pod);
    else this.victims.delete(pod.metadata.uid ?? '');
  }

  #drop(uid: string): void {
    this.victims.delete(uid);
    this.denominate(uid);
    const placed = this.#placed.get(uid);
    if (placed !== undefined) this.#unplace(placed);
  }

  #placedPod(pod: Pod, nodeName: string, known?: PlacedPod): PlacedPod {
    return {
      uid: pod.metadata.uid ?? '',
      pod,
      of: known !== undefined && isSurelyOfClass(pod, known.pod) ? known.of : this.recordOf(pod),
      nodeName,
      leaving: isPodDeleted(pod),
    };
  }

  #place(pod: PlacedPod): void {
    this.#placed.set(pod.uid, pod);
    const others = this.#onNode.get(pod.nodeName) ?? new Map<string, PlacedPod>();
    others.set(pod.uid, pod);
    this.#onNode.set(pod.nodeName, others);
    this.generation++;
    this.lowestSinceRelief = Math.min(this.lowestSinceRelief, pod.of.pods.priority);
    this.#touch(this.table.slotOf(pod.nodeName));
    this.#counter.count(pod, 1);
  }

  #unplace(pod: PlacedPod): void {
    this.#placed.delete(pod.uid);
    const others = this.#onNode.get(pod.nodeName);
    others?.delete(pod.uid);
    if (others?.size === 0) this.#onNode.delete(pod.nodeName);
    this.#relieved();
    this.#touch(this.table.slotOf(pod.nodeName));
    this.#counter.count(pod, -1);
  }

  #putNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const slot = this.table.slotOf(name);
    const facts = nodeFacts(node);
    if (slot !== undefined && this.#nodeFacts.get(name) === facts) {
      this.table.nodes[slot] = node;
      return;
    }
    if (slot !== undefined) this.#emptyNode(name, slot);
    this.#nodeFacts.set(name, facts);
    const at = this.table.put(node);
    this.#touch(at);
    this.selections.nodeAdded(at);
    this.#classes.nodeChanged(at);
    for (const pod of this.#onNode.get(name)?.values() ?? []) this.#counter.count(pod, 1);
    this.#relieved();
  }

  #removeNode(name: string): void {
    const slot = this.table.slotOf(name);
    if (slot === undefined) return;
    this.#emptyNode(name, slot);
    this.table.remove(slot);
    this.#touch(slot);
    this.#nodeFacts.delete(name);
    this.#relieved();
  }

  #emptyNode(name: string, slot: number): void {
    for (const pod of this.#onNode.get(name)?.values() ?? []) this.#counter.count(pod, -1);
    this.selections.nodeRemoved(slot);
  }

  #applyNamespace(name: string, labels: Labels | undefined): void {
    const before = this.#namespaces.get(name);
    if (labels === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, labels);
    if (JSON.stringify(before) === JSON.stringify(labels)) return;
    this.selections.namespacesChanged();
    this.#relieved();
  }

  #touch(slot: number | undefined): void {
    if (slot !== undefined) this.versions[slot] = (this.versions[slot] ?? 0) + 1;
  }

  #relieved(): void {
    this.generation++;
    this.relief++;
    this.lowestSinceRelief = Infinity;
  }
}
