/** The two kinds of the same engine: a ReplicaSet, and a ReplicationController as its ancestor. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { ReplicationController } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import type { ObjectRef } from '../../model/object.ts';
import type { ClusterView } from '../../model/view.ts';

export type ReplicatedSet = ReplicaSet | ReplicationController;

/** What tells the kinds apart. */
export interface ReplicatedKind {
  /** Name of the controller, and source of its events. */
  readonly controllerName: string;
  readonly apiVersion: ReplicatedSet['apiVersion'];
  readonly kind: ReplicatedSet['kind'];
  /** Whether its status tells how many pods are on their way out. */
  readonly countsTerminating: boolean;
}

/** Every set of the kind, of one namespace. */
export function listSets(
  kind: ReplicatedKind,
  view: ClusterView,
  namespace: string,
): readonly ReplicatedSet[] {
  return view.list<ReplicatedSet>(kind.apiVersion, kind.kind, namespace);
}

export function getSet(kind: ReplicatedKind, view: ClusterView, ref: ObjectRef): ReplicatedSet | undefined {
  return view.get<ReplicatedSet>(kind.apiVersion, kind.kind, ref.namespace, ref.name);
}

/** A ReplicationController selects by plain labels. */
export function selectorOf(set: ReplicatedSet): LabelSelector | undefined {
  if (set.kind === 'ReplicaSet') return set.spec?.selector;
  const labels = set.spec?.selector;
  return labels === undefined ? undefined : { matchLabels: labels };
}
