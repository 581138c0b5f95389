/** The pods that the set is to have: each is made, replaced once it has ended, and kept what it is. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import type { Change } from '../../model/plan.ts';
import { isPodDeleted, isPodTerminal } from '../../model/pod-status.ts';
import { hasStaleClaim, missingClaims, reownedClaims, reownedClaimsOf } from './claims.ts';
import { ordinalOf, startOrdinal, withIdentity } from './identity.ts';
import {
  goOn,
  inOrder,
  isAvailable,
  isRunningAndReady,
  isUnavailable,
  type Rollout,
  type Step,
  versionedPod,
  wait,
} from './rollout.ts';

/** Deletion as anybody would delete the pod, with its own grace. */
export function deletion(pod: Pod): Change {
  return { type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' };
}

/** Makes and keeps the replicas; in order, each waits until its predecessors are available. */
export function keepReplicas(rollout: Rollout): Step {
  const step = inOrder(rollout.replicas, (pod, index) => {
    const kept = keepReplica(rollout, pod, index);
    return rollout.ordered ? kept : { ...kept, stops: false };
  });
  return step;
}

function keepReplica(rollout: Rollout, pod: Pod | undefined, index: number): Step {
  const { set, view, ordered } = rollout;
  if (pod === undefined) return makeReplica(rollout, index);
  if (isPodTerminal(pod)) return isPodDeleted(pod) ? wait : { changes: [deletion(pod)], stops: true };
  const claims = pod.status?.phase === 'Pending' ? missingClaims(set, ordinalOf(pod), view) : [];
  if (ordered && (isPodDeleted(pod) || !isAvailable(rollout, pod))) return { changes: claims, stops: true };
  const named = isPodDeleted(pod) ? undefined : withIdentity(set, pod);
  const identity: readonly Change[] =
    named === undefined ? [] : [{ type: 'update', scope: 'spec', object: named }];
  return { changes: [...claims, ...identity, ...reownedClaimsOf(set, pod, view)], stops: false };
}

/** A name is given again only when nothing of its former bearer is left: no pod, and no claim that goes with it. */
function makeReplica(rollout: Rollout, index: number): Step {
  const { set, view } = rollout;
  const ordinal = startOrdinal(set) + index;
  const object = versionedPod(rollout, index);
  const { namespace, name } = refOf(object);
  const isTaken = view.get<Pod>('v1', 'Pod', namespace, name) !== undefined;
  if (isTaken || hasStaleClaim(set, ordinal, view)) return wait;
  return {
    changes: [
      ...missingClaims(set, ordinal, view),
      ...reownedClaims(set, ordinal, undefined, view),
      { type: 'create', object },
    ],
    stops: true,
  };
}

/** Scales down: the largest ordinal first, and in order only while every other pod is available. */
export function removeCondemned(rollout: Rollout): Step {
  const { condemned, set, view, ordered } = rollout;
  const claims = condemned.flatMap((pod) => reownedClaimsOf(set, pod, view));
  const unhealthy = firstUnavailable(rollout);
  const removed = inOrder(condemned, (pod) => {
    if (isPodDeleted(pod)) return ordered ? wait : goOn;
    const healthy = isRunningAndReady(pod) && isAvailable(rollout, pod);
    if (ordered && !healthy && pod !== unhealthy) return wait;
    return { changes: [deletion(pod)], stops: ordered };
  });
  return { changes: [...claims, ...removed.changes], stops: removed.stops };
}

/** The unavailable pod of the smallest index, those beyond the range last. */
function firstUnavailable(rollout: Rollout): Pod | undefined {
  const pods = [...rollout.replicas, ...rollout.condemned.toReversed()];
  return pods.find((pod) => isUnavailable(rollout, pod));
}
