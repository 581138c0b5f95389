/** What an update may not do: immutable fields and transitions, one function per kind, in tables by area. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import type { KubeObject } from '../../model/object.ts';

/**
 * The problems of putting `after` in place of `before`, both complete with defaults. `subresource` is empty for the
 * object itself; `ephemeralcontainers`, `resize` and `status` have rules of their own.
 */
export type UpdateRule = (
  after: KubeObject,
  before: KubeObject,
  subresource: string,
) => readonly FieldProblem[];

/** By `apiVersion/kind`. */
export type UpdateRules = Readonly<Record<string, UpdateRule>>;
