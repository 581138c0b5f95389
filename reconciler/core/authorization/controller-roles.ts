/** The default ClusterRoles `system:controller:NAME`, each bound to the service account `NAME` of kube-system. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { eventRule, readVerbs, rule } from './policy-rule.ts';

const listVerbs = 'list watch';
const scaleTargets = 'apps extensions';

/** Status and finalizers of one kind, which its controller updates. */
function ownStatus(groups: string, resource: string): readonly PolicyRule[] {
  return [rule('update', groups, `${resource}/status`), rule('update', groups, `${resource}/finalizers`)];
}

const revisions = rule(`create delete ${readVerbs} patch update`, 'apps', 'controllerrevisions');
const ownPods = rule(`create delete ${listVerbs} patch`, 'core', 'pods');
const slices = rule(`create delete ${readVerbs} update`, 'discovery.k8s.io', 'endpointslices');

/** Rules by controller. */
export const controllerRules: Readonly<Record<string, readonly PolicyRule[]>> = {
  'attachdetach-controller': [
    rule(listVerbs, 'core', 'persistentvolumeclaims persistentvolumes'),
    rule(readVerbs, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule(listVerbs, 'core', 'pods'),
    eventRule,
    rule(`create delete ${readVerbs}`, 'storage.k8s.io', 'volumeattachments'),
    rule(readVerbs, 'storage.k8s.io', 'csidrivers'),
    rule(readVerbs, 'storage.k8s.io', 'csinodes'),
  ],
  'certificate-controller': [
    rule(`delete ${readVerbs}`, 'certificates.k8s.io', 'certificatesigningrequests'),
    rule(
      'update',
      'certificates.k8s.io',
      'certificatesigningrequests/approval certificatesigningrequests/status',
    ),
    rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    rule(
      'sign',
      'certificates.k8s.io',
      'signers',
      'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown',
    ),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    eventRule,
  ],
  'clusterrole-aggregation-controller': [
    rule(`escalate ${readVerbs} patch update`, 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'cronjob-controller': [
    rule(`${readVerbs} update`, 'batch', 'cronjobs'),
    rule(`create delete ${readVerbs} patch update`, 'batch', 'jobs'),
    ...ownStatus('batch', 'cronjobs'),
    rule(`delete ${listVerbs}`, 'core', 'pods'),
    eventRule,
  ],
  'daemon-set-controller': [
    rule(readVerbs, scaleTargets, 'daemonsets'),
    ...ownStatus(scaleTargets, 'daemonsets'),
    rule(listVerbs, 'core', 'nodes'),
    ownPods,
    rule('create', 'core', 'pods/binding'),
    revisions,
    eventRule,
  ],
  'deployment-controller': [
    rule(`${readVerbs} update`, scaleTargets, 'deployments'),
    ...ownStatus(scaleTargets, 'deployments'),
    rule(`create delete ${readVerbs} patch update`, scaleTargets, 'replicasets'),
    rule(`${readVerbs} update`, 'core', 'pods'),
    eventRule,
  ],
  'disruption-controller': [
    rule(readVerbs, scaleTargets, 'deployments'),
    rule(readVerbs, scaleTargets, 'replicasets'),
    rule(readVerbs, 'core', 'replicationcontrollers'),
    rule(readVerbs, 'policy', 'poddisruptionbudgets'),
    rule(readVerbs, 'apps', 'statefulsets'),
    rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    eventRule,
  ],
  'endpoint-controller': [
    rule(readVerbs, 'core', 'pods services'),
    rule(`create delete ${readVerbs} update`, 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    eventRule,
  ],
  'endpointslice-controller': [
    rule(readVerbs, 'core', 'nodes pods services'),
    rule('update', 'core', 'services/finalizers'),
    slices,
    eventRule,
  ],
  'endpointslicemirroring-controller': [
    rule(readVerbs, 'core', 'endpoints services'),
    rule('update', 'core', 'services/finalizers'),
    rule('update', 'core', 'endpoints/finalizers'),
    slices,
    eventRule,
  ],
  'ephemeral-volume-controller': [
    rule(readVerbs, 'core', 'pods'),
    rule('update', 'core', 'pods/finalizers'),
    rule(`create ${readVerbs}`, 'core', 'persistentvolumeclaims'),
    eventRule,
  ],
  'expand-controller': [
    rule(`${readVerbs} patch update`, 'core', 'persistentvolumes'),
    rule('patch update', 'core', 'persistentvolumeclaims/status'),
    rule(readVerbs, 'core', 'persistentvolumeclaims'),
    eventRule,
  ],
  'generic-garbage-collector': [rule(`delete ${readVerbs} patch update`, '*', '*'), eventRule],
  'horizontal-pod-autoscaler': [
    rule(readVerbs, 'autoscaling', 'horizontalpodautoscalers'),
    rule('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    rule('get update', '*', '*/scale'),
    rule(listVerbs, 'core', 'pods'),
    rule(listVerbs, 'metrics.k8s.io', 'pods'),
    rule(readVerbs, 'custom.metrics.k8s.io', '*'),
    rule(readVerbs, 'external.metrics.k8s.io', '*'),
    eventRule,
  ],
  'job-controller': [
    rule(`${readVerbs} patch update`, 'batch', 'jobs'),
    ...ownStatus('batch', 'jobs'),
    ownPods,
    eventRule,
  ],
  'namespace-controller': [
    rule(`delete ${readVerbs}`, 'core', 'namespaces'),
    rule('update', 'core', 'namespaces/finalize namespaces/status'),
    rule(`delete deletecollection ${readVerbs}`, '*', '*'),
  ],
  'node-controller': [
    rule(`delete ${readVerbs} patch update`, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('patch update', 'core', 'pods/status'),
    rule(`delete ${readVerbs}`, 'core', 'pods'),
    eventRule,
  ],
  'persistent-volume-binder': [
    rule(`create delete ${readVerbs} update`, 'core', 'persistentvolumes'),
    rule('update', 'core', 'persistentvolumes/status'),
    rule(`${readVerbs} update`, 'core', 'persistentvolumeclaims'),
    rule('update', 'core', 'persistentvolumeclaims/status'),
    rule(`create delete ${readVerbs}`, 'core', 'pods'),
    rule(readVerbs, 'storage.k8s.io', 'storageclasses'),
    rule(listVerbs, 'core', 'nodes'),
    eventRule,
    rule('watch', 'core', 'events'),
  ],
  'pod-garbage-collector': [
    rule(`delete ${listVerbs}`, 'core', 'pods'),
    rule(readVerbs, 'core', 'nodes'),
    rule('patch', 'core', 'pods/status'),
  ],
  'pv-protection-controller': [rule(`${readVerbs} update`, 'core', 'persistentvolumes'), eventRule],
  'pvc-protection-controller': [
    rule(`${readVerbs} update`, 'core', 'persistentvolumeclaims'),
    rule(readVerbs, 'core', 'pods'),
    eventRule,
  ],
  'replicaset-controller': [
    rule(`${readVerbs} update`, scaleTargets, 'replicasets'),
    ...ownStatus(scaleTargets, 'replicasets'),
    ownPods,
    eventRule,
  ],
  'replication-controller': [
    rule(`${readVerbs} update`, 'core', 'replicationcontrollers'),
    ...ownStatus('core', 'replicationcontrollers'),
    ownPods,
    eventRule,
  ],
  'resourcequota-controller': [
    rule(listVerbs, '*', '*'),
    rule('update', 'core', 'resourcequotas/status'),
    eventRule,
  ],
  'root-ca-cert-publisher': [rule('create update', 'core', 'configmaps'), eventRule],
  'route-controller': [rule(listVerbs, 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), eventRule],
  'service-account-controller': [rule('create', 'core', 'serviceaccounts'), eventRule],
  'service-controller': [
    rule(readVerbs, 'core', 'services'),
    rule('patch update', 'core', 'services/status'),
    rule(listVerbs, 'core', 'nodes'),
    eventRule,
  ],
  'statefulset-controller': [
    rule(listVerbs, 'core', 'pods'),
    rule(readVerbs, 'apps', 'statefulsets'),
    ...ownStatus('apps', 'statefulsets'),
    rule('create delete get patch update', 'core', 'pods'),
    revisions,
    rule(`create ${readVerbs}`, 'core', 'persistentvolumeclaims'),
    rule('delete update', 'core', 'persistentvolumeclaims'),
    rule('update', 'core', 'pods/finalizers'),
    eventRule,
  ],
  'ttl-after-finished-controller': [rule(`delete ${readVerbs}`, 'batch', 'jobs'), eventRule],
  'ttl-controller': [rule(`${listVerbs} patch update`, 'core', 'nodes'), eventRule],
};
