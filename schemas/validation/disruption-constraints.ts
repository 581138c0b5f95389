/** Disruption budgets. */
import { policy } from './definition-names.ts';
import { isEmpty } from './loose.ts';
import { intOrPercent } from './int-or-percent.ts';
import type { Check, Constraints } from './rule.ts';

const oneBudget: Check = (spec, report) => {
  const { minAvailable, maxUnavailable } = spec;
  if (!isEmpty(minAvailable) && !isEmpty(maxUnavailable)) {
    report.invalid([], spec, 'minAvailable and maxUnavailable cannot be both set');
  }
  for (const field of ['minAvailable', 'maxUnavailable']) intOrPercent(spec[field], [field], report);
};

export const disruptionConstraints: Constraints = {
  [policy('PodDisruptionBudgetSpec')]: {
    fields: { unhealthyPodEvictionPolicy: { oneOf: ['AlwaysAllow', 'IfHealthyBudget'] } },
    checks: [oneBudget],
  },
};
