/** One pod per node: made where it lacks, removed where it does not belong, replaced once it has ended. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isPodDeleted, isPodReady } from '../../model/pod-status.ts';
import { hashLabel } from './daemon-pod.ts';
import { failuresWith, replaceableInMs } from './failed-pods.ts';
import { type DaemonNode, isAvailable, maySurge, type Rollout } from './rollout.ts';

/** A pod to make, and how many failed there in a row before it. */
export interface Wanted {
  readonly node: string;
  readonly failures: number;
}

/** What a step decided. */
export interface Step {
  readonly create: readonly Wanted[];
  readonly remove: readonly Pod[];
  /** When to look again by time alone. */
  readonly wakeMs?: number;
}

const nothing: Step = { create: [], remove: [] };

/** The steps' decisions together. */
function together(all: readonly Step[]): Step {
  const steps = all.filter((step) => step !== nothing);
  if (steps.length === 0) return nothing;
  const wakes = steps.map(({ wakeMs }) => wakeMs).filter((ms) => ms !== undefined);
  return {
    create: steps.flatMap(({ create }) => create),
    remove: steps.flatMap(({ remove }) => remove),
    ...(wakes.length === 0 ? {} : { wakeMs: wakes.reduce((least, ms) => Math.min(least, ms)) }),
  };
}

export function manage(rollout: Rollout): Step {
  const nodes = rollout.nodes.map((node) => manageNode(rollout, node));
  // Bound ones are the pod garbage collector's; these would wait for their node for ever.
  const unbound = rollout.stray.filter((pod) => (pod.spec?.nodeName ?? '') === '' && !isPodDeleted(pod));
  return together([...nodes, { create: [], remove: unbound }]);
}

function manageNode(rollout: Rollout, node: DaemonNode): Step {
  const { verdict, pods, name } = node;
  if (pods.length === 0)
    return verdict === 'runs' ? { create: [{ node: name, failures: 0 }], remove: [] } : nothing;
  // The common case of thousands of nodes: one pod, which runs, where it belongs.
  if (pods.length === 1 && verdict !== 'avoids' && pods[0]?.status?.phase === 'Running') return nothing;
  const staying = pods.filter((pod) => !isPodDeleted(pod));
  if (verdict === 'avoids') return { create: [], remove: staying };
  const running = staying.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
  const ended = staying
    .filter((pod) => !running.includes(pod))
    .map((pod) => endedStep(pod, node, pods.length === 1, rollout.nowMs));
  return together([...ended, { create: [], remove: surplus(rollout, running) }]);
}

/** A pod that has ended goes; one that failed waits, and takes the count of failures over to its successor. */
function endedStep(pod: Pod, { name, verdict }: DaemonNode, alone: boolean, nowMs: number): Step {
  if (pod.status?.phase === 'Succeeded') return { create: [], remove: [pod] };
  const wakeMs = replaceableInMs(pod, nowMs);
  if (wakeMs > 0) return { ...nothing, wakeMs };
  const create = alone && verdict === 'runs' ? [{ node: name, failures: failuresWith(pod) }] : [];
  return { create, remove: [pod] };
}

/** Pods of one node that are too many. Two may stay while a new one waits to serve and the old one still does. */
function surplus(rollout: Rollout, running: readonly Pod[]): readonly Pod[] {
  if (running.length <= 1) return [];
  if (!maySurge(rollout)) return running.slice(1);
  const isNew = (pod: Pod): boolean => pod.metadata.labels?.[hashLabel] === rollout.hash;
  const newest = running.find(isNew);
  const oldest = running.find((pod) => !isNew(pod));
  const others = running.filter((pod) => pod !== newest && pod !== oldest);
  if (newest === undefined || oldest === undefined) return others;
  return !isPodReady(oldest) || isAvailable(rollout, newest) ? [...others, oldest] : others;
}
