/**
 * What planners give: complete, immutable data. A plan leaves the applier no choice; the applier checks it,
 * turns it into one store commit by compare-and-set, and plans that lost a race are planned anew.
 */
import type { KubeObject, ObjectRef } from './object.ts';

/** A new object. Server-set fields (uid, creationTimestamp, generation, defaults) are filled on commit. */
export interface CreateChange {
  readonly type: 'create';
  readonly object: KubeObject;
}

/**
 * The object as it shall be. `object.metadata.resourceVersion` is the one it was planned from: another one in
 * the store is a conflict. `scope` says which half counts: `spec` keeps the stored status, `status` keeps the
 * stored spec, `all` (Berth's own writers only, such as binding) replaces both.
 */
export interface UpdateChange {
  readonly type: 'update';
  readonly scope: 'spec' | 'status' | 'all';
  /** The subresource written to, where it has rules of its own: `ephemeralcontainers`, `resize`, `approval`. */
  readonly subresource?: string;
  readonly object: KubeObject;
}

/** Deletion as the API does it: grace, finalizers and propagation apply. `uid` guards against a namesake. */
export interface DeleteChange {
  readonly type: 'delete';
  readonly ref: ObjectRef;
  readonly uid: string;
  /** Seconds; the object's own grace unless given, 0 removes at once. */
  readonly gracePeriodSeconds?: number;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** Finalizers that the planner keeps on the object and lets go of in the same change. */
  readonly withoutFinalizers?: readonly string[];
}

export type Change = CreateChange | UpdateChange | DeleteChange;

/** Becomes a Kubernetes Event about `about`; equal ones are counted, not repeated. */
export interface EventRecord {
  readonly about: ObjectRef;
  readonly aboutUid: string;
  readonly fieldPath?: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The component that says it, e.g. `deployment-controller`, `default-scheduler`, `kubelet`. */
  readonly source: string;
}

/** A planner's answer for one key. Empty `changes` and no `requeueAfterMs`: nothing to do. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly events: readonly EventRecord[];
  /** Plan this key again after so many milliseconds even if nothing changes. */
  readonly requeueAfterMs?: number;
}

export const emptyPlan: Plan = { changes: [], events: [] };
