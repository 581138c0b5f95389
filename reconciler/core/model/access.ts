/** The cluster as the API and the loop's parts use it: read the view, hear of changes, submit changes. */
import type { StatusProblem } from '../registry/status-error.ts';
import type { KubeObject, ObjectRef } from './object.ts';
import type { Change } from './plan.ts';
import type { ClusterView, ViewChange } from './view.ts';

/** What became of one change; `object` is the last state of it, without its new resource version. */
export interface Outcome {
  readonly type: 'written' | 'removed' | 'unchanged';
  readonly ref: ObjectRef;
  readonly object: KubeObject;
}

export type SubmitResult =
  | { readonly ok: true; readonly revision: number; readonly outcomes: readonly Outcome[] }
  | { readonly ok: false; readonly problem: StatusProblem; readonly change: Change };

/** Called after the view has taken in a commit; must not throw. */
export type ChangeListener = (changes: readonly ViewChange[], revision: number) => void;

export interface ClusterAccess {
  readonly view: ClusterView;
  /** Hears of every commit from now on, in order; the returned function ends it. */
  listen(listener: ChangeListener): () => void;
  /** Commits all changes or none. A lost race is a `Conflict`; the view has caught up when this resolves. */
  submit(changes: readonly Change[]): Promise<SubmitResult>;
}
