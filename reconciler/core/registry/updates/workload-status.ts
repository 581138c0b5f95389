/** What the counters of a workload's status may say, as a table per kind. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { numberOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { statusOf } from './immutable.ts';
import type { UpdateRule } from './update-rule.ts';

export interface StatusRules {
  /** Never below zero. */
  readonly counters: readonly string[];
  /** The first counter is part of the second, which messages call by the third. */
  readonly notAbove?: readonly (readonly [string, string, string])[];
  readonly notDecremented?: readonly string[];
}

/** The rule of updates through the subresource `status`; others pass. */
export function statusRule({ counters, notAbove = [], notDecremented = [] }: StatusRules): UpdateRule {
  return (after, before, subresource) => {
    if (subresource !== 'status') return [];
    const problems: FieldProblem[] = [];
    const report = new Reporter(problems, []);
    const [now, old] = [statusOf(after), statusOf(before)];
    for (const field of counters) {
      const value = numberOf(now[field]) ?? 0;
      if (value < 0) report.invalid(['status', field], value, 'must be greater than or equal to 0');
    }
    for (const [part, whole, name] of notAbove) {
      const value = numberOf(now[part]) ?? 0;
      if (value > (numberOf(now[whole]) ?? 0))
        report.invalid(['status', part], value, `cannot be greater than ${name}`);
    }
    for (const field of notDecremented) {
      const was = numberOf(old[field]);
      const value = numberOf(now[field]);
      if (was !== undefined && (value === undefined || value < was))
        report.invalid(['status', field], value ?? 0, 'cannot be decremented');
    }
    return problems;
  };
}
