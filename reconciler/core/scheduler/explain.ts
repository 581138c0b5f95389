/** Why a pod is, or is not, where it is: every node's answer, as a planning of this moment would give it. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import { isTolerated } from '../model/taints.ts';
import type { ClusterView } from '../model/view.ts';
import { candidates, decide, refusalWithNominated } from './decide.ts';
import { fitMessage } from './diagnosis.ts';
import { type Inquiry, inquire } from './inquiry.ts';
import { defaultConfiguration, profileOf, type SchedulerConfiguration } from './profile.ts';
import { pointsOf } from './scored-nodes.ts';
import { SchedulerState } from './state/scheduler-state.ts';
import { isGated } from './turn.ts';

/** One node's answer. */
export interface NodeAnswer {
  readonly node: string;
  /** The filter that refused it; absent where the node would do. */
  readonly filter?: string;
  /** In Kubernetes' words; empty for a node that would do. */
  readonly reasons: readonly string[];
  /** Points by score, weighted, and their sum. */
  readonly points: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface Explanation {
  /** One line: where the pod is or would go, or why it goes nowhere. */
  readonly summary: string;
  /** Where the pod is bound. */
  readonly boundTo?: string;
  /** Best first; refused ones last, by name. */
  readonly nodes: readonly NodeAnswer[];
}

const unasked = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

/** Looks at the cluster without the pod itself, so that a bound pod does not stand in its own way. */
export function explain(
  pod: Pod,
  view: ClusterView,
  configuration: SchedulerConfiguration = defaultConfiguration,
): Explanation {
  const profile = profileOf(pod.spec?.schedulerName, configuration);
  if (profile === undefined)
    return { summary: `no profile schedules pods of ${pod.spec?.schedulerName ?? ''}`, nodes: [] };
  const state = new SchedulerState(view, pod.metadata.uid);
  const { nodeName: boundTo = '', ...spec } = pod.spec ?? { containers: [] };
  const inquiry = inquire({ ...pod, spec }, state, profile, view);
  const nodes = answers(inquiry);
  const choice = nodes.find(({ reasons }) => reasons.length === 0);
  const would = choice === undefined ? refusalOf(inquiry) : `would go to ${choice.node}`;
  if (boundTo === '') return { summary: obstacle(pod) ?? would, nodes };
  const ended = isPodTerminal(pod) ? 'ended on' : 'runs on';
  return { summary: `${ended} ${boundTo}; placed now, it ${asNow(would, boundTo, choice)}`, boundTo, nodes };
}

function asNow(would: string, boundTo: string, choice: NodeAnswer | undefined): string {
  if (choice === undefined) return `would wait: ${would}`;
  return choice.node === boundTo ? 'would go there again' : would;
}

/** What keeps the pod from being looked at. */
function obstacle(pod: Pod): string | undefined {
  if (isGated(pod)) {
    const names = (pod.spec?.schedulingGates ?? []).map(({ name }) => name);
    return `waits for its scheduling gates: ${names.join(', ')}`;
  }
  if ((pod.spec?.resourceClaims ?? []).length > 0)
    return 'the scheduler does not support spec.resourceClaims yet';
  return undefined;
}

function answers(inquiry: Inquiry): readonly NodeAnswer[] {
  const { table } = inquiry.state;
  const upFront = inquiry.volumes?.refusal;
  const asked = new Set(candidates(inquiry).slots);
  const refused: NodeAnswer[] = [];
  const feasible: number[] = [];
  for (const slot of table.order) {
    const refusal = upFront === undefined ? refusalIn(inquiry, slot, asked) : ['VolumeBinding', [upFront]];
    if (refusal === undefined) feasible.push(slot);
    else {
      const [filter, reasons] = refusal as readonly [string, readonly string[]];
      refused.push({ node: table.nameOf(slot), filter, reasons, points: {}, total: 0 });
    }
  }
  refused.sort((a, b) => (a.node < b.node ? -1 : 1));
  return [...scored(inquiry, feasible), ...refused];
}

function refusalIn(
  inquiry: Inquiry,
  slot: number,
  asked: ReadonlySet<number>,
): readonly [string, readonly string[]] | undefined {
  if (!asked.has(slot)) return ['NodeAffinity', [unasked]];
  const code = refusalWithNominated(inquiry, slot);
  if (code === 0) return undefined;
  const { plugin, reasons } = inquiry.state.refusals.get(code);
  const taints = plugin === 'TaintToleration' ? untolerated(inquiry, slot) : '';
  return [plugin, taints === '' ? reasons : reasons.map((reason) => `${reason} ${taints}`)];
}

/** The message about a pod counts nodes and names no taint; whoever asks about one node wants to know it. */
function untolerated({ pod, state }: Inquiry, slot: number): string {
  const taints = (state.table.nodes[slot]?.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(taint, pod.spec?.tolerations),
  );
  return taints.map(({ key, value }) => `{${key}: ${value ?? ''}}`).join(', ');
}

function scored(inquiry: Inquiry, slots: readonly number[]): readonly NodeAnswer[] {
  const columns = [...pointsOf(inquiry, slots)];
  const found = slots.map((slot, at): NodeAnswer => {
    const points = Object.fromEntries(columns.map(([name, column]) => [name, column[at] ?? 0]));
    const total = Object.values(points).reduce((sum, value) => sum + value, 0);
    return { node: inquiry.state.table.nameOf(slot), reasons: [], points, total };
  });
  return found.sort((a, b) => b.total - a.total || (a.node < b.node ? -1 : 1));
}

function refusalOf(inquiry: Inquiry): string {
  const decision = decide(inquiry, 0);
  if (decision.type === 'bind') throw new Error('a node that every filter lets pass was not chosen');
  return fitMessage(decision.diagnosis, inquiry.state.refusals);
}
