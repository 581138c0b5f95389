/** The default ClusterRoles of components: nodes, the scheduler, the controller manager, provisioners, signers. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { eventRule, readVerbs, rule } from './policy-rule.ts';
import type { DefaultRole } from './user-roles.ts';

const reviewRules: readonly PolicyRule[] = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

/** What every node may do where the node authorizer does not look closer. */
export const nodeRules: readonly PolicyRule[] = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  rule(readVerbs, 'core', 'services'),
  rule(`create ${readVerbs}`, 'core', 'nodes'),
  rule('patch update', 'core', 'nodes/status'),
  rule('patch update', 'core', 'nodes'),
  rule('create patch update', 'core events.k8s.io', 'events'),
  rule(readVerbs, 'core', 'pods'),
  rule('create delete', 'core', 'pods'),
  rule('patch update', 'core', 'pods/status'),
  rule('create', 'core', 'pods/eviction'),
  rule(readVerbs, 'core', 'configmaps secrets'),
  rule('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  rule('get', 'core', 'endpoints'),
  rule(`create ${readVerbs}`, 'certificates.k8s.io', 'certificatesigningrequests'),
  rule('create delete get patch update', 'coordination.k8s.io', 'leases'),
  rule('get', 'storage.k8s.io', 'volumeattachments'),
  rule('create', 'core', 'serviceaccounts/token'),
  rule('get patch update', 'core', 'persistentvolumeclaims/status'),
  rule(readVerbs, 'storage.k8s.io', 'csidrivers'),
  rule('create delete get patch update', 'storage.k8s.io', 'csinodes'),
  rule(readVerbs, 'node.k8s.io', 'runtimeclasses'),
];

const schedulerRules: readonly PolicyRule[] = [
  eventRule,
  rule('create', 'coordination.k8s.io', 'leases'),
  rule('get update', 'coordination.k8s.io', 'leases', 'kube-scheduler'),
  rule(readVerbs, 'core', 'nodes'),
  rule(`delete ${readVerbs}`, 'core', 'pods'),
  rule('create', 'core', 'bindings pods/binding'),
  rule('patch update', 'core', 'pods/status'),
  rule(readVerbs, 'core', 'replicationcontrollers services'),
  rule(readVerbs, 'apps extensions', 'replicasets'),
  rule(readVerbs, 'apps', 'statefulsets'),
  rule(readVerbs, 'policy', 'poddisruptionbudgets'),
  rule(readVerbs, 'core', 'persistentvolumeclaims persistentvolumes'),
  ...reviewRules,
  rule(readVerbs, 'storage.k8s.io', 'csinodes'),
  rule(readVerbs, 'core', 'namespaces'),
  rule(readVerbs, 'storage.k8s.io', 'csidrivers'),
  rule(readVerbs, 'storage.k8s.io', 'csistoragecapacities'),
];

const controllerManagerRules: readonly PolicyRule[] = [
  eventRule,
  rule('create', 'coordination.k8s.io', 'leases'),
  rule('get update', 'coordination.k8s.io', 'leases', 'kube-controller-manager'),
  rule('create', 'core', 'secrets serviceaccounts'),
  rule('delete', 'core', 'secrets'),
  rule('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
  rule('update', 'core', 'secrets serviceaccounts'),
  ...reviewRules,
  rule('list watch', '*', '*'),
  rule('create', 'core', 'serviceaccounts/token'),
];

/** Approving requests for one signer. */
function approver(name: string, signer: string): DefaultRole {
  return {
    name: `system:certificates.k8s.io:${name}`,
    rules: [rule('approve', 'certificates.k8s.io', 'signers', signer)],
  };
}

/** Asking for a client certificate that is approved by itself. */
function nodeClient(name: string): DefaultRole {
  return {
    name: `system:certificates.k8s.io:certificatesigningrequests:${name}`,
    rules: [rule('create', 'certificates.k8s.io', `certificatesigningrequests/${name}`)],
  };
}

export const componentRoles: readonly DefaultRole[] = [
  { name: 'system:node', rules: nodeRules },
  { name: 'system:kube-scheduler', rules: schedulerRules },
  { name: 'system:kube-controller-manager', rules: controllerManagerRules },
  {
    name: 'system:volume-scheduler',
    rules: [
      rule(`${readVerbs} patch update`, 'core', 'persistentvolumes'),
      rule(readVerbs, 'storage.k8s.io', 'storageclasses'),
      rule(`${readVerbs} patch update`, 'core', 'persistentvolumeclaims'),
    ],
  },
  {
    name: 'system:node-problem-detector',
    rules: [rule('get', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), eventRule],
  },
  {
    name: 'system:node-proxier',
    rules: [
      rule('list watch', 'core', 'endpoints services'),
      rule(readVerbs, 'core', 'nodes'),
      eventRule,
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
      rule('list watch', 'networking.k8s.io', 'servicecidrs'),
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: [rule(`create ${readVerbs}`, 'certificates.k8s.io', 'certificatesigningrequests')],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      rule(readVerbs, 'core', 'nodes'),
      rule('proxy', 'core', 'nodes'),
      rule(
        '*',
        'core',
        'nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/stats',
      ),
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      rule(`create delete ${readVerbs}`, 'core', 'persistentvolumes'),
      rule(`${readVerbs} update`, 'core', 'persistentvolumeclaims'),
      rule(readVerbs, 'storage.k8s.io', 'storageclasses'),
      rule('watch', 'core', 'events'),
      eventRule,
    ],
  },
  {
    name: 'system:heapster',
    rules: [
      rule(readVerbs, 'core', 'events namespaces nodes pods'),
      rule(readVerbs, 'extensions', 'deployments'),
    ],
  },
  { name: 'system:kube-aggregator', rules: [rule(readVerbs, 'core', 'endpoints services')] },
  {
    name: 'system:kube-dns',
    rules: [
      rule('list watch', 'core', 'endpoints services'),
      rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  nodeClient('nodeclient'),
  nodeClient('selfnodeclient'),
  approver('kube-apiserver-client-approver', 'kubernetes.io/kube-apiserver-client'),
  approver('kube-apiserver-client-kubelet-approver', 'kubernetes.io/kube-apiserver-client-kubelet'),
  approver('kubelet-serving-approver', 'kubernetes.io/kubelet-serving'),
  approver('legacy-unknown-approver', 'kubernetes.io/legacy-unknown'),
];
