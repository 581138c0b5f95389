/**
 * ControllerRevisions: what a StatefulSet or DaemonSet was like, as the strategic merge patch that takes it back there.
 * `kubectl rollout history` and `undo` read and send exactly this patch.
 */
import type { ControllerRevision } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../model/object.ts';
import type { DeleteChange } from '../../model/plan.ts';
import { stableHash } from '../../model/stable-hash.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { type Claim, claim, controllerOf, controllerReference, controllerRefs } from '../owner.ts';

/** Hex digits of the hash: enough to tell templates apart, short enough to read. */
const hashLength = 10;

/** Longest owner's name in a revision's: the whole stays a name. */
const ownerNameLengthMax = 223;

/** An object whose history is kept. */
export type Revisioned = KubeObject & {
  readonly spec?: { readonly selector: LabelSelector; readonly template: PodTemplateSpec };
};

/** The patch that puts `template` in place of whatever is there, its keys sorted as Go sorts them. */
export function revisionData(template: PodTemplateSpec): Readonly<Record<string, unknown>> {
  const { creationTimestamp: _, ...metadata } = template.metadata ?? {};
  const patch = { spec: { template: { ...template, metadata, $patch: 'replace' } } };
  return JSON.parse(canonicalJson(patch)) as Readonly<Record<string, unknown>>;
}

/** The template that a revision recorded. */
export function recordedTemplate(revision: ControllerRevision): PodTemplateSpec | undefined {
  const data = revision.data as
    | { readonly spec?: { readonly template?: PodTemplateSpec & { readonly $patch?: string } } }
    | undefined;
  const template = data?.spec?.template;
  if (template === undefined) return undefined;
  const { $patch: _, ...recorded } = template;
  return recorded;
}

/** Revisions that `owner` controls, the oldest first; the claim's changes adopt and release others. */
export function revisionsOf(owner: Revisioned, view: ClusterView): Claim<ControllerRevision> {
  const owned = view
    .ownedBy(owner.metadata.uid ?? '')
    .filter((object): object is ControllerRevision => object.kind === 'ControllerRevision');
  const orphans = view
    .list<ControllerRevision>('apps/v1', 'ControllerRevision', owner.metadata.namespace ?? '')
    .filter((revision) => controllerOf(revision) === undefined);
  const claimed = claim(owner, owner.spec?.selector ?? {}, [...new Set([...owned, ...orphans])]);
  return { ...claimed, owned: claimed.owned.toSorted(byRevision) };
}

/** Revisions of one number by age, then by name. */
function byRevision(left: ControllerRevision, right: ControllerRevision): number {
  if (left.revision !== right.revision) return left.revision - right.revision;
  const [a, b] = [left, right].map(
    ({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`,
  );
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

export interface CurrentRevision {
  /** The revision of the owner's own template, as it is after `changes`. */
  readonly revision: ControllerRevision;
  /** Others that recorded the same, older than it. */
  readonly duplicates: readonly ControllerRevision[];
  readonly changes: readonly (
    | { readonly type: 'create'; readonly object: ControllerRevision }
    | { readonly type: 'update'; readonly scope: 'spec'; readonly object: ControllerRevision }
  )[];
  /** How many names were found taken by other templates. */
  readonly collisions: number;
}

/**
 * The revision of today's template among `revisions` (the oldest first): found, found again under a new highest number
 * after a roll back, or new. `hashLabel` is the label that bears its hash.
 */
export function currentRevision(
  owner: Revisioned,
  revisions: readonly ControllerRevision[],
  hashLabel: string,
  collisionsBefore: number,
  view: ClusterView,
): CurrentRevision {
  const data = revisionData(owner.spec?.template ?? {});
  const equals = revisions.filter((revision) => sameJson(revision.data, data));
  const newest = revisions.at(-1);
  const next = (newest?.revision ?? 0) + 1;
  const equal = equals.at(-1);
  const duplicates = equals.slice(0, -1);
  if (equal === undefined) {
    const { object, collisions } = newRevision(owner, data, next, hashLabel, collisionsBefore, view);
    return { revision: object, duplicates, changes: [{ type: 'create', object }], collisions };
  }
  if (equal === newest) return { revision: equal, duplicates, changes: [], collisions: collisionsBefore };
  const object = { ...equal, revision: next };
  const changes = [{ type: 'update', scope: 'spec', object }] as const;
  return { revision: object, duplicates, changes, collisions: collisionsBefore };
}

/** A name that another template has is counted as a collision, and the hash is made anew with the count in it. */
function newRevision(
  owner: Revisioned,
  data: Readonly<Record<string, unknown>>,
  revision: number,
  hashLabel: string,
  collisionsBefore: number,
  view: ClusterView,
): { readonly object: ControllerRevision; readonly collisions: number } {
  const { name: ownerName = '', namespace = '', annotations } = owner.metadata;
  const text = canonicalJson(data);
  for (let collisions = collisionsBefore; ; collisions++) {
    const hash = stableHash(text + (collisions === 0 ? '' : String(collisions))).slice(0, hashLength);
    const name = `${ownerName.slice(0, ownerNameLengthMax)}-${hash}`;
    if (view.get<ControllerRevision>('apps/v1', 'ControllerRevision', namespace, name) !== undefined)
      continue;
    const object: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace,
        labels: { ...owner.spec?.template.metadata?.labels, [hashLabel]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision,
    };
    return { object, collisions };
  }
}

export function forgetRevision(revision: ControllerRevision): DeleteChange {
  return { type: 'delete', ref: refOf(revision), uid: revision.metadata.uid ?? '' };
}

/**
 * Owners of `kind` to plan because of a changed revision. One that its owner just made tells the owner nothing new; an
 * orphan may be wanted by whoever selects it.
 */
export function ownersOfRevision(
  change: ViewChange,
  kind: 'StatefulSet' | 'DaemonSet',
  view: ClusterView,
): readonly ObjectRef[] {
  const { before, after } = change;
  const isOrphan = after !== undefined && controllerOf(after) === undefined;
  if (before === undefined && !isOrphan) return [];
  const owners = controllerRefs([before, after], 'apps/v1', kind);
  if (!isOrphan) return owners;
  const takers = view
    .list<Revisioned & { readonly apiVersion: 'apps/v1' }>('apps/v1', kind, change.ref.namespace)
    .filter((owner) => selects(owner.spec?.selector, after.metadata.labels));
  return [...owners, ...takers.map(refOf)];
}
