/** DaemonSet: one pod on each node that its template may go to, as nodes come, change and leave. */
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodActive } from '../../model/pod-status.ts';
import { seededName } from '../../model/seeded-suffix.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import {
  currentRevision,
  forgetRevision,
  ownersOfRevision,
  revisionsOf,
} from '../controller-revision/revision.ts';
import { type Claim, claim, controllerOf, controllerRefs } from '../owner.ts';
import { isNamespaceEnding, takenChanges } from '../refusal.ts';
import { daemonPod, hashLabel } from './daemon-pod.ts';
import { forgotten, hashOf, missingHashes, withoutDuplicates } from './history.ts';
import { manage, type Step, type Wanted } from './manage.ts';
import { setsThatCare } from './node-verdict.ts';
import { rollingUpdate } from './rolling-update.ts';
import { type Rollout, rolloutOf } from './rollout.ts';
import { daemonSetStatus } from './status.ts';
import { toldOf, toldRefusal } from './told.ts';

/** Pods created, and pods deleted, by one plan, as Kubernetes' burstReplicas: bounds the size of one commit. */
const burstPods = 250;

export const daemonSetController: Controller = { name: 'daemonset-controller', keysFor, plan, refused };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { apiVersion, kind } = change.ref;
  if (apiVersion === 'apps/v1' && kind === 'DaemonSet') return [change.ref];
  if (apiVersion === 'apps/v1' && kind === 'ControllerRevision')
    return ownersOfRevision(change, 'DaemonSet', view);
  if (apiVersion !== 'v1') return [];
  if (kind === 'Node') {
    const sets = (): readonly DaemonSet[] => view.list<DaemonSet>('apps/v1', 'DaemonSet');
    return setsThatCare(change.before, change.after, sets).map(refOf);
  }
  if (kind !== 'Pod') return [];
  const owners = controllerRefs([change.before, change.after], 'apps/v1', 'DaemonSet');
  if (change.after === undefined || controllerOf(change.after) !== undefined) return owners;
  const labels = change.after.metadata.labels;
  const takers = view
    .list<DaemonSet>('apps/v1', 'DaemonSet', change.ref.namespace)
    .filter((set) => selects(set.spec?.selector, labels));
  return [...owners, ...takers.map(refOf)];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const set = view.get<DaemonSet>('apps/v1', 'DaemonSet', key.namespace, key.name);
  if (set?.spec === undefined || set.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const history = revisionsOf(set, view);
  const claimed = podsOf(set, view);
  const claims = [...history.changes, ...claimed.changes, ...missingHashes(history.owned)];
  if (claims.length > 0) return { changes: claims, events: [] };
  const found = currentRevision(set, history.owned, hashLabel, set.status?.collisionCount ?? 0, view);
  if (found.duplicates.length > 0) {
    const changes = withoutDuplicates(found.revision, found.duplicates, claimed.owned);
    return { changes: [...found.changes, ...changes], events: [] };
  }
  const nodes = view.list<Node>('v1', 'Node');
  const rollout = rolloutOf(set, hashOf(found.revision), nodes, claimed.owned, context.nowMs);
  const step = nextStep(rollout);
  const moved = changesOf(rollout, step, view, context);
  const { status, nextInMs } = daemonSetStatus(rollout, found.collisions);
  const changes: readonly Change[] = [
    ...found.changes,
    ...moved,
    ...forgotten(set, found.revision, history.owned, claimed.owned).map(forgetRevision),
    ...(sameJson(status, set.status)
      ? []
      : [{ type: 'update', scope: 'status', object: { ...set, status } as DaemonSet } as const]),
  ];
  const wakes = [step.wakeMs, nextInMs].filter((ms) => ms !== undefined);
  const wake = wakes.length === 0 ? {} : { requeueAfterMs: Math.min(...wakes) };
  return { changes, events: toldOf(set, moved, view), ...wake };
}

/** The set's own pods, and orphans of its labels. */
function podsOf(set: DaemonSet, view: ClusterView): Claim<Pod> {
  const owned = view.ownedBy(set.metadata.uid ?? '').filter((object): object is Pod => object.kind === 'Pod');
  const orphans = view.podsWithoutController(set.metadata.namespace ?? '').filter(isPodActive);
  return claim(set, set.spec?.selector ?? {}, [...new Set([...owned, ...orphans])]);
}

/** Every node has its pod first; then the template's update goes on. */
function nextStep(rollout: Rollout): Step {
  const managed = manage(rollout);
  if (managed.create.length + managed.remove.length > 0) return managed;
  if (rollout.set.spec?.updateStrategy?.type === 'OnDelete') return managed;
  return { ...managed, ...rollingUpdate(rollout) };
}

/** Deletions come first: what they free is there for the creations. */
function changesOf(
  rollout: Rollout,
  { create, remove }: Step,
  view: ClusterView,
  context: PlanContext,
): readonly Change[] {
  const removals = remove
    .slice(0, burstPods)
    .map((pod) => ({ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' }) as const);
  return [...removals, ...creations(rollout, create.slice(0, burstPods), view, context)];
}

function creations(
  { set, hash }: Rollout,
  wanted: readonly Wanted[],
  view: ClusterView,
  { seed }: PlanContext,
): readonly Change[] {
  const { name: setName = '', namespace = '' } = set.metadata;
  const taken = new Set<string>();
  let attempt = 0;
  return wanted.map(({ node, failures }) => {
    for (;;) {
      const name = seededName(`${setName}-`, seed, attempt++);
      if (taken.has(name) || view.get<Pod>('v1', 'Pod', namespace, name) !== undefined) continue;
      taken.add(name);
      return { type: 'create', object: daemonPod(set, { node, name, hash, failures }) };
    }
  });
}

/** What comes before the refusal is done; the refusal is told, and the status as it is. */
function refused(key: ObjectRef, refusal: Refusal, view: ClusterView): Plan {
  const set = view.get<DaemonSet>('apps/v1', 'DaemonSet', key.namespace, key.name);
  const { change, plan: planned, problem } = refusal;
  const kind = change.type === 'delete' ? change.ref.kind : change.object.kind;
  if (set === undefined || kind !== 'Pod' || isNamespaceEnding(refusal)) return emptyPlan;
  const taken = takenChanges(refusal);
  const own = planned.changes.filter((one) => one.type === 'update' && one.object.kind === 'DaemonSet');
  return {
    changes: [...taken, ...own],
    events: [...toldOf(set, taken, view), toldRefusal(set, change, problem.message)],
  };
}
