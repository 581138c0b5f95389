/** A rolling update of a DaemonSet: old pods go first, or new ones come first, a few nodes at a time. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Step, Wanted } from './manage.ts';
import { type DaemonNode, isAvailable, pairOn, rollingBounds, type Rollout } from './rollout.ts';

export function rollingUpdate(rollout: Rollout): Step {
  const { maxSurge, maxUnavailable } = rollingBounds(rollout);
  const nodes = rollout.nodes.filter(({ pods }) => pods.length > 0);
  return maxSurge === 0 ? replace(rollout, nodes, maxUnavailable) : surge(rollout, nodes, maxSurge);
}

/** Removes old pods, which are made anew: those that serve nobody at once, others while few enough are lacking. */
function replace(rollout: Rollout, nodes: readonly DaemonNode[], maxUnavailable: number): Step {
  let unavailable = 0;
  const broken: Pod[] = [];
  const serving: Pod[] = [];
  for (const node of nodes) {
    const pair = pairOn(rollout, node);
    const { updated, outdated } = pair ?? {};
    if (pair === undefined || (updated === undefined) === (outdated === undefined)) unavailable += 1;
    else if (updated !== undefined) unavailable += isAvailable(rollout, updated) ? 0 : 1;
    else if (outdated !== undefined) (isAvailable(rollout, outdated) ? serving : broken).push(outdated);
  }
  const budget = Math.max(0, maxUnavailable - unavailable);
  return { create: [], remove: [...broken, ...serving.slice(0, budget)] };
}

/** Makes new pods beside old ones, which go when the new ones serve; where the old one does not serve, at once. */
function surge(rollout: Rollout, nodes: readonly DaemonNode[], maxSurge: number): Step {
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const urgent: Wanted[] = [];
  const candidates: Wanted[] = [];
  let [surging, available] = [0, 0];
  for (const node of nodes) {
    const pair = pairOn(rollout, node);
    if (pair === undefined) surging += 1;
    const { updated, outdated } = pair ?? {};
    if (outdated === undefined) {
      if (updated !== undefined && isAvailable(rollout, updated)) available += 1;
      continue;
    }
    const serves = isAvailable(rollout, outdated);
    if (serves) available += 1;
    if (updated === undefined) {
      const wanted = { node: node.name, failures: 0 };
      if (node.verdict !== 'runs') misplaced.push(outdated);
      else (serves ? candidates : urgent).push(wanted);
    } else if (!serves || isAvailable(rollout, updated)) remove.push(outdated);
    else surging += 1;
  }
  // A pod where none belongs any more goes only once enough others serve.
  const spare = Math.max(0, available - rollout.desired);
  const room = Math.max(0, maxSurge - surging);
  return {
    create: [...urgent, ...candidates.slice(0, room)],
    remove: [...remove, ...misplaced.slice(0, spare)],
  };
}
