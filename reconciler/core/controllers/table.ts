/** All controllers, as kube-controller-manager's list. The loop runs each with a queue of its own. */
import type { Controller } from '../model/controller.ts';
import type { Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type ApiEndpoint, apiEndpointController } from './api-endpoint.ts';
import { nothingMeasured, type UsageSource } from '../model/usage.ts';
import { certificateCleaner } from './certificates/cleaner.ts';
import { clusterRoleAggregationController } from './clusterrole-aggregation.ts';
import { cronJobController } from './cronjob/controller.ts';
import { customResourceController } from './custom-resources/controller.ts';
import { daemonSetController } from './daemonset/controller.ts';
import { deploymentController } from './deployment/controller.ts';
import { staleDisruptionController } from './disruption/stale-disruption.ts';
import { disruptionController } from './disruption/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { endpointSliceMirroringController } from './endpointslice-mirroring/controller.ts';
import { endpointSliceController } from './endpointslice/controller.ts';
import { eventExpiryController } from './event-expiry.ts';
import { garbageCollector } from './garbage-collector.ts';
import { jobController } from './job/controller.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/controller.ts';
import { namespaceController } from './namespace.ts';
import { nodeIpamController } from './node/ipam.ts';
import { podAdmissionController } from './node/pod-admission.ts';
import { nodeLifecycleController } from './node/lifecycle.ts';
import { taintEvictionController } from './node/taint-eviction.ts';
import { ttlController } from './node/ttl.ts';
import { podGarbageController } from './pod-garbage.ts';
import { replicaSetController } from './replicaset/controller.ts';
import { replicationController } from './replication-controller/controller.ts';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { serviceAddressController } from './service-cidr/addresses.ts';
import { serviceCidrController } from './service-cidr/ranges.ts';
import { serviceAccountController } from './serviceaccount/default-account.ts';
import { rootCaController } from './serviceaccount/root-ca.ts';
import { statefulSetController } from './statefulset/controller.ts';
import { ttlAfterFinishedController } from './ttl-after-finished.ts';
import { volumeBinder } from './volume/binder.ts';
import { ephemeralVolumeController } from './volume/ephemeral.ts';
import { volumeExpandController } from './volume/expand.ts';
import { claimProtectionController, volumeProtectionController } from './volume/protection.ts';

export interface ControllerSettings {
  /** All pods' range, e.g. `10.42.0.0/16`. */
  readonly clusterCidr: string;
  /** The range of services' addresses, e.g. `10.43.0.0/16`. */
  readonly serviceCidr: string;
  /** Certificate of the cluster's CA as PEM, published in every namespace; left out where the API is not on TLS. */
  readonly rootCa?: string;
  /** Where pods reach the API; left out where it listens on its machine alone. */
  readonly apiEndpoint?: ApiEndpoint;
  /** The Service `kubernetes`; left out where nobody serves the API. */
  readonly apiService?: Service;
  /** What pods and nodes use; left out where nobody measures it. */
  readonly usage?: UsageSource;
}

export function controllers(settings: ControllerSettings): readonly Controller[] {
  return [
    deploymentController,
    replicaSetController,
    replicationController,
    statefulSetController,
    daemonSetController,
    endpointsController,
    endpointSliceController,
    endpointSliceMirroringController,
    horizontalPodAutoscalerController(settings.usage ?? nothingMeasured),
    nodeIpamController(settings),
    nodeLifecycleController(),
    taintEvictionController(),
    ttlController,
    podAdmissionController,
    podGarbageController(),
    cronJobController,
    jobController,
    ttlAfterFinishedController,
    namespaceController,
    serviceAddressController,
    serviceCidrController(settings),
    serviceAccountController,
    ...(settings.rootCa === undefined ? [] : [rootCaController(settings.rootCa)]),
    certificateCleaner,
    clusterRoleAggregationController,
    customResourceController,
    disruptionController,
    staleDisruptionController,
    eventExpiryController,
    resourceQuotaController,
    apiEndpointController(settings.apiEndpoint, settings.apiService),
    volumeBinder,
    volumeExpandController,
    claimProtectionController,
    volumeProtectionController,
    ephemeralVolumeController,
    garbageCollector,
  ];
}
