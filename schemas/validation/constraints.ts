/** All tables of constraints together. A definition belongs to one table only. */
import { accessConstraints } from './access-constraints.ts';
import { admissionConstraints } from './admission-constraints.ts';
import { autoscalerConstraints } from './autoscaler-constraints.ts';
import { berthConstraints } from './berth-constraints.ts';
import { clusterConstraints } from './cluster-constraints.ts';
import { configConstraints } from './config-constraints.ts';
import { containerConstraints } from './container-constraints.ts';
import { customResourceDefinitionConstraints } from './custom-resource-definition-constraints.ts';
import { deviceConstraints } from './device-constraints.ts';
import { disruptionConstraints } from './disruption-constraints.ts';
import { endpointConstraints } from './endpoint-constraints.ts';
import { environmentConstraints } from './environment-constraints.ts';
import { flowConstraints } from './flow-constraints.ts';
import { handlerConstraints } from './handler-constraints.ts';
import { jobConstraints } from './job-constraints.ts';
import { metadataConstraints } from './metadata-constraints.ts';
import { mountConstraints } from './mount-constraints.ts';
import { networkConstraints } from './network-constraints.ts';
import { podConstraints } from './pod-constraints.ts';
import { quotaConstraints } from './quota-constraints.ts';
import { remoteVolumeConstraints } from './remote-volume-constraints.ts';
import { resourceConstraints } from './resource-constraints.ts';
import { schedulingConstraints } from './scheduling-constraints.ts';
import { securityConstraints } from './security-constraints.ts';
import { serviceConstraints } from './service-constraints.ts';
import { storageConstraints } from './storage-constraints.ts';
import { volumeConstraints } from './volume-constraints.ts';
import { workloadConstraints } from './workload-constraints.ts';
import type { Constraints } from './rule.ts';

export const constraintTables: readonly Constraints[] = [
  metadataConstraints,
  podConstraints,
  containerConstraints,
  environmentConstraints,
  handlerConstraints,
  mountConstraints,
  resourceConstraints,
  securityConstraints,
  schedulingConstraints,
  volumeConstraints,
  remoteVolumeConstraints,
  workloadConstraints,
  jobConstraints,
  autoscalerConstraints,
  disruptionConstraints,
  serviceConstraints,
  configConstraints,
  accessConstraints,
  admissionConstraints,
  clusterConstraints,
  deviceConstraints,
  endpointConstraints,
  flowConstraints,
  networkConstraints,
  quotaConstraints,
  storageConstraints,
  customResourceDefinitionConstraints,
  berthConstraints,
];

export const constraints: Constraints = Object.assign({}, ...constraintTables) as Constraints;
