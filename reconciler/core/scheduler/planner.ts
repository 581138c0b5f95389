/**
 * Plans for pods in their turn over a state that it keeps current itself while it plans: one plan places many pods and
 * over-allocates nothing. What was placed stands in the state as assumed until the view shows it, or `undo` takes it back.
 */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PlanContext } from '../model/controller.ts';
import { OverlayView } from '../model/overlay-view.ts';
import type { Change, EventRecord } from '../model/plan.ts';
import { mix } from '../model/seeded-suffix.ts';
import { type Decision, decide, nowhere } from './decide.ts';
import { type Diagnosis, fitMessage, type PluginName, refusingPlugins } from './diagnosis.ts';
import { Drafts } from './drafts.ts';
import { type Inquiry, inquire } from './inquiry.ts';
import { groupKey, type PodGroup, podGroup } from './pod-group.ts';
import { preempt } from './preemption/preempt.ts';
import { profileOf, type SchedulerConfiguration } from './profile.ts';
import { RefusedClasses } from './refused-classes.ts';
import type { ScoredNodes } from './scored-nodes.ts';
import type { SchedulerState } from './state/scheduler-state.ts';
import { isGated } from './turn.ts';

/** What became of one pod. */
export type PodOutcome =
  | { readonly type: 'bound' }
  | { readonly type: 'gated' }
  /** Waits until something changes that one of these may be satisfied with. */
  | { readonly type: 'refused'; readonly plugins: ReadonlySet<PluginName> };

export interface PlannedPod {
  readonly pod: Pod;
  readonly outcome: PodOutcome;
}

export interface SchedulingPlan {
  readonly changes: readonly Change[];
  readonly events: readonly EventRecord[];
  readonly pods: readonly PlannedPod[];
}

const gatedMessage = 'Scheduling is blocked due to non-empty scheduling gates';

/** A pod on its way through one plan. */
interface Attempt {
  readonly inquiry: Inquiry;
  readonly decision: Decision;
}

export class Planner {
  readonly #state: SchedulerState;
  readonly #configuration: SchedulerConfiguration;
  readonly #refused: RefusedClasses;

  constructor(state: SchedulerState, configuration: SchedulerConfiguration) {
    this.#state = state;
    this.#configuration = configuration;
    this.#refused = new RefusedClasses(state);
  }

  /** Places the pods, in their turn; and deletes those that were told to go for others by an earlier plan. */
  plan(pods: readonly Pod[], context: PlanContext): SchedulingPlan {
    const round = new Round(this.#state, this.#configuration, this.#refused, context);
    round.evict();
    for (const pod of pods) round.take(pod);
    return { changes: round.drafts.changes, events: round.drafts.events, pods: round.planned };
  }

  /** The plan was not committed: the pods count as the view has them. */
  undo({ pods, changes }: SchedulingPlan): void {
    for (const { pod } of pods) this.#state.restore(pod);
    for (const change of changes)
      if (change.type === 'update' && change.object.kind === 'Pod') this.#state.restore(change.object as Pod);
  }
}

class Round {
  readonly drafts: Drafts;
  readonly planned: PlannedPod[] = [];
  readonly #state: SchedulerState;
  readonly #configuration: SchedulerConfiguration;
  readonly #refused: RefusedClasses;
  readonly #seed: number;
  readonly #view: OverlayView;
  readonly #groups = new Set<string>();
  /** Pods that this plan tells to go. */
  readonly #marked = new Set<string>();
  #turn = 0;
  #scored: ScoredNodes | undefined;

  constructor(
    state: SchedulerState,
    configuration: SchedulerConfiguration,
    refused: RefusedClasses,
    { nowMs, seed }: PlanContext,
  ) {
    this.#state = state;
    this.#configuration = configuration;
    this.#refused = refused;
    this.#seed = seed;
    this.drafts = new Drafts(nowMs);
    this.#view = new OverlayView(state.view);
  }

  evict(): void {
    for (const pod of this.#state.victims.values()) this.drafts.delete(pod);
  }

  take(pod: Pod): void {
    const key = groupKey(pod);
    if (isGated(pod)) {
      this.drafts.wait(pod, { reason: 'SchedulingGated', message: gatedMessage });
      this.planned.push({ pod, outcome: { type: 'gated' } });
    } else if (key === undefined) this.#alone(pod);
    else if (!this.#groups.has(key)) {
      this.#groups.add(key);
      this.#together(podGroup(pod, this.#state.view, this.#configuration));
    }
  }

  #alone(pod: Pod): void {
    const known = this.#refused.find(pod);
    if (known !== undefined) {
      this.drafts.wait(pod, { reason: 'Unschedulable', message: known.message });
      this.planned.push({ pod, outcome: { type: 'refused', plugins: known.plugins } });
      return;
    }
    const { inquiry, decision } = this.#attempt(pod);
    if (decision.type === 'bind') this.#bind(inquiry, decision.slot);
    else this.#refuse(inquiry, decision.diagnosis);
  }

  #attempt(pod: Pod): Attempt {
    const profile = profileOf(pod.spec?.schedulerName, this.#configuration);
    if (profile === undefined) throw new Error(`no profile schedules ${pod.metadata.name ?? ''}`);
    const inquiry = inquire(pod, this.#state, profile, this.#view);
    if ((pod.spec?.resourceClaims ?? []).length > 0) {
      const message = 'the scheduler does not support spec.resourceClaims yet';
      const upFront = { plugin: 'DynamicResources', message } as const;
      const diagnosis = { ...nowhere(this.#state.table.size), upFront };
      return { inquiry, decision: { type: 'none', diagnosis } };
    }
    return { inquiry, decision: this.#decide(inquiry) };
  }

  /** A pod like the one before chooses among the nodes that were scored for that one. */
  #decide(inquiry: Inquiry): Decision {
    const seed = mix(this.#seed, this.#turn++);
    const scored = this.#scored?.serves(inquiry) === true ? this.#scored : undefined;
    const slot = scored?.choose(inquiry, seed);
    if (scored !== undefined && slot !== undefined) return { type: 'bind', slot, scored };
    const decision = decide(inquiry, seed);
    this.#scored = decision.type === 'bind' ? decision.scored : undefined;
    return decision;
  }

  #bind(inquiry: Inquiry, slot: number): void {
    const { pod, volumes } = inquiry;
    const { table } = this.#state;
    const node = table.nodes[slot];
    const nodeName = table.nameOf(slot);
    if (volumes !== undefined && node !== undefined) {
      const { changes, complete } = volumes.binding(node);
      // Another pod of this plan brings what this one needs, or somebody has to make it first.
      const isReady = this.drafts.add(changes) && complete;
      for (const change of changes) if (change.type !== 'delete') this.#view.put(change.object);
      if (!isReady) {
        this.planned.push({ pod, outcome: { type: 'refused', plugins: new Set(['VolumeBinding']) } });
        return;
      }
    }
    const bound = this.drafts.bind(pod, nodeName);
    if (volumes !== undefined) this.#view.put(bound);
    this.#assume(inquiry, slot);
    this.planned.push({ pod, outcome: { type: 'bound' } });
  }

  #assume(inquiry: Inquiry, slot: number): void {
    const { generation } = this.#state;
    this.#state.assume(inquiry.pod, this.#state.table.nameOf(slot));
    this.#scored?.placed(inquiry, slot, generation);
  }

  /** The pod waits; where others may go for it, they are told to, and their node is kept for it. */
  #refuse(inquiry: Inquiry, diagnosis: Diagnosis): void {
    const { pod, profile } = inquiry;
    const state = this.#state;
    const plugins = refusingPlugins(diagnosis, state.refusals);
    this.planned.push({ pod, outcome: { type: 'refused', plugins } });
    const reason = 'Unschedulable';
    const message = fitMessage(diagnosis, state.refusals);
    const hopeless = diagnosis.nodes === 0 || diagnosis.upFront?.plugin === 'DynamicResources';
    if (hopeless) {
      this.drafts.wait(pod, { reason, message });
      return;
    }
    const preemption = preempt(inquiry, diagnosis, mix(this.#seed, this.#turn++));
    if (preemption.type === 'underway') return;
    if (preemption.type === 'none') {
      // What was kept for the pod is of no use to it.
      if (profile.preemption !== undefined && pod.spec?.preemptionPolicy !== 'Never') this.#demote(pod);
      const told = preemption.message === '' ? message : `${message} preemption: ${preemption.message}`;
      this.drafts.wait(pod, { reason, message: told });
      this.#refused.add(inquiry, { message: told, plugins });
      return;
    }
    const { nodeName, victims, demoted } = preemption;
    for (const victim of victims) {
      if (victim.leaving || state.victims.has(victim.uid) || this.#marked.has(victim.uid)) continue;
      this.drafts.mark(victim, pod, profile.schedulerName);
      this.#marked.add(victim.uid);
    }
    for (const other of demoted) this.#demote(other.pod);
    this.drafts.wait(pod, { reason, message }, nodeName);
    state.nominate(pod, nodeName);
  }

  #demote(pod: Pod): void {
    this.drafts.demote(pod);
    this.#state.denominate(pod.metadata.uid ?? '');
  }

  /** Places as many of the group as it needs at least, or none. */
  #together(group: PodGroup): void {
    const { waiting, placed, minAvailable, name } = group;
    const present = waiting.length + placed;
    if (present < minAvailable) {
      const message = `cannot find enough sibling pods, current pods number: ${present}, minMember of group: ${minAvailable}`;
      this.#refuseGroup(waiting, message, new Set(['Coscheduling']));
      return;
    }
    const attempts = waiting.map((pod) => {
      const attempt = this.#attempt(pod);
      const { decision } = attempt;
      if (decision.type === 'bind') this.#assume(attempt.inquiry, decision.slot);
      return attempt;
    });
    const found = attempts.filter(({ decision }) => decision.type === 'bind').length;
    for (const { inquiry } of attempts) this.#state.restore(inquiry.pod);
    if (placed + found >= minAvailable) {
      for (const { inquiry, decision } of attempts)
        if (decision.type === 'bind') this.#bind(inquiry, decision.slot);
        else this.#refuse(inquiry, decision.diagnosis);
      return;
    }
    const first = attempts.find(({ decision }) => decision.type === 'none')?.decision;
    if (first?.type !== 'none') throw new Error('a group that does not fit has a pod that does not');
    const { refusals } = this.#state;
    const why = fitMessage(first.diagnosis, refusals);
    const message = `pod group ${JSON.stringify(name)} needs ${minAvailable} pods at once, of which ${placed + found} have a place: ${why}`;
    const plugins = refusingPlugins(first.diagnosis, refusals);
    this.#refuseGroup(waiting, message, new Set([...plugins, 'Coscheduling']));
  }

  #refuseGroup(pods: readonly Pod[], message: string, plugins: ReadonlySet<PluginName>): void {
    for (const pod of pods) {
      this.drafts.wait(pod, { reason: 'Unschedulable', message });
      this.planned.push({ pod, outcome: { type: 'refused', plugins } });
    }
  }
}
