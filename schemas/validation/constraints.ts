/** All tables of constraints together. A definition belongs to one table only. */
import { autoscalerConstraints } from './autoscaler-constraints.ts';
import { berthConstraints } from './berth-constraints.ts';
import { configConstraints } from './config-constraints.ts';
import { containerConstraints } from './container-constraints.ts';
import { customResourceDefinitionConstraints } from './custom-resource-definition-constraints.ts';
import { disruptionConstraints } from './disruption-constraints.ts';
import { metadataConstraints } from './metadata-constraints.ts';
import { podConstraints } from './pod-constraints.ts';
import type { Constraints } from './rule.ts';
import { serviceConstraints } from './service-constraints.ts';
import { workloadConstraints } from './workload-constraints.ts';

export const constraintTables: readonly Constraints[] = [
  metadataConstraints,
  podConstraints,
  containerConstraints,
  workloadConstraints,
  autoscalerConstraints,
  disruptionConstraints,
  serviceConstraints,
  configConstraints,
  customResourceDefinitionConstraints,
  berthConstraints,
];

export const constraints: Constraints = Object.assign({}, ...constraintTables) as Constraints;
