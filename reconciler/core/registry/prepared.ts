/** What preparing a change needs and gives: between the request and the store, as kube-apiserver's registry does it. */
import { type Annotated, annotatedBy } from '../model/audit-annotations.ts';
import type { KubeObject } from '../model/object.ts';
import type { UpdateChange } from '../model/plan.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import type { NetworkSettings } from './allocate.ts';
import type { StatusProblem } from './status-error.ts';

/** What preparing needs from outside. */
export interface RegistryContext {
  readonly view: ClusterView;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly uuid: () => string;
  /** A float in [0, 1). */
  readonly random: () => number;
  readonly settings: NetworkSettings;
  /** Namespaces made by the same commit. */
  readonly newNamespaces: ReadonlySet<string>;
  /** Who asks; undefined for Berth's own components, whose updates are not validated again. */
  readonly user: UserInfo | undefined;
}

/** What admission adds to a write: texts of warnings, updates of other objects in the same commit, notes for the audit. */
export interface Admitted extends Annotated {
  readonly warnings: readonly string[];
  readonly alongside: readonly UpdateChange[];
}

export type Prepared =
  | ({
      readonly type: 'write';
      readonly object: KubeObject;
      readonly before: KubeObject | undefined;
    } & Admitted)
  | ({
      readonly type: 'remove';
      readonly before: KubeObject;
      /** As it was written last, where that let go of it. */
      readonly last?: KubeObject;
    } & Admitted)
  | { readonly type: 'nothing'; readonly object: KubeObject }
  | ({ readonly type: 'refused'; readonly problem: StatusProblem } & Annotated);

export function refused(problem: StatusProblem): Prepared {
  return { type: 'refused', problem };
}

export const nothingElse: Admitted = { warnings: [], alongside: [] };

/** What the two rounds of admission add. */
export function bothRounds(first: Admitted, second: Admitted): Admitted {
  return {
    warnings: [...first.warnings, ...second.warnings],
    alongside: [...first.alongside, ...second.alongside],
    ...annotatedBy(first.auditAnnotations, second.auditAnnotations),
  };
}
