/** The cluster as the API and the loop's parts use it: read the view, hear of changes, submit changes. */
import type { StatusProblem } from '../registry/status-error.ts';
import type { Annotated } from './audit-annotations.ts';
import type { KubeObject, ObjectRef } from './object.ts';
import type { Change } from './plan.ts';
import type { UserInfo } from './user.ts';
import type { ClusterView, ViewChange } from './view.ts';

/** What became of one change; `object` is the last state of it, without its new resource version. */
export interface Outcome {
  readonly type: 'written' | 'removed' | 'unchanged';
  readonly ref: ObjectRef;
  readonly object: KubeObject;
}

/** The annotations are what admission wants the audit log to say of the request. */
export type SubmitResult =
  | ({
      readonly ok: true;
      readonly revision: number;
      readonly outcomes: readonly Outcome[];
      /** What admission wants the client to be told, as texts of `Warning` headers. */
      readonly warnings?: readonly string[];
    } & Annotated)
  | ({ readonly ok: false; readonly problem: StatusProblem; readonly change: Change } & Annotated);

/** Called after the view has taken in a commit; must not throw. */
export type ChangeListener = (changes: readonly ViewChange[], revision: number) => void;

/** How changes are submitted; the defaults are those of Berth's own loops. */
export interface SubmitOptions {
  /** Who asks, for admission; Berth's own components where left out. */
  readonly user?: UserInfo;
  /** Everything but the commit: the outcomes say what would have been written. */
  readonly dryRun?: boolean;
  /** `leader` (the default) refuses the commit once another reconciler leads; the API writes on any of them. */
  readonly fence?: 'leader' | 'none';
}

export interface ClusterAccess {
  readonly view: ClusterView;
  /** Resolves once the view shows everything that was committed before the call, by whichever reconciler. */
  current(): Promise<void>;
  /** Resolves once the view shows `revision`. */
  until(revision: number): Promise<void>;
  /** Hears of every commit from now on, in order; the returned function ends it. */
  listen(listener: ChangeListener): () => void;
  /** Commits all changes or none. A lost race is a `Conflict`; the view has caught up when this resolves. */
  submit(changes: readonly Change[], options?: SubmitOptions): Promise<SubmitResult>;
}
