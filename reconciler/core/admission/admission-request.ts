/** What admission is asked and what it answers. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { Annotated } from '../model/audit-annotations.ts';
import type { KubeObject } from '../model/object.ts';
import type { UpdateChange } from '../model/plan.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import type { StatusProblem } from '../registry/status-error.ts';

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly info: KindInfo;
  /** `status`, `ephemeralcontainers`, `resize`, …; empty for the object itself. */
  readonly subresource: string;
  /** The object as it would be stored; for DELETE the one that goes. */
  readonly object: KubeObject;
  readonly before: KubeObject | undefined;
  /** Undefined for Berth's own components. */
  readonly user: UserInfo | undefined;
  readonly view: ClusterView;
  /** Namespaces made by the same commit, not in the view yet. */
  readonly newNamespaces: ReadonlySet<string>;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

export type AdmissionResult =
  | ({
      readonly type: 'admitted';
      readonly object: KubeObject;
      /** Texts of `Warning` headers. */
      readonly warnings: readonly string[];
      /** Written in the same commit: a quota's used amounts. Never about the object itself. */
      readonly alongside: readonly UpdateChange[];
    } & Annotated)
  | ({ readonly type: 'refused'; readonly problem: StatusProblem } & Annotated);
