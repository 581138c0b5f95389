/** Kubernetes' defaults of API priority and fairness. */
import type {
  FlowSchema,
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
} from '../../../../schemas/kubernetes/types/flowcontrol-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { fill } from './unset-fields.ts';

export const flowDefaulters: Defaulters = {
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': (object) => {
    const schema = object as FlowSchema;
    if (schema.spec === undefined) return schema;
    return { ...schema, spec: fill(schema.spec, { matchingPrecedence: 1000 }) };
  },
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': (object) => {
    const level = object as PriorityLevelConfiguration;
    const { spec } = level;
    if (spec === undefined) return level;
    if (spec.type === 'Exempt') {
      const exempt = fill(spec.exempt ?? {}, { nominalConcurrencyShares: 0, lendablePercent: 0 });
      return { ...level, spec: { ...spec, exempt } };
    }
    return spec.limited === undefined
      ? level
      : { ...level, spec: { ...spec, limited: limitedDefaults(spec.limited) } };
  },
};

function limitedDefaults(given: LimitedPriorityLevelConfiguration): LimitedPriorityLevelConfiguration {
  const limited = fill(given, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = limited.limitResponse?.queuing;
  if (limited.limitResponse === undefined || queuing === undefined) return limited;
  const filled = fill(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
  return { ...limited, limitResponse: { ...limited.limitResponse, queuing: filled } };
}
