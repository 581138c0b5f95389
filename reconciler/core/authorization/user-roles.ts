/** The default ClusterRoles that people and programs are bound to: cluster-admin, admin, edit, view and what they need. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { readVerbs, rule, urls, writeVerbs } from './policy-rule.ts';

/** A ClusterRole as the defaults define it. */
export interface DefaultRole {
  readonly name: string;
  readonly rules?: readonly PolicyRule[];
  /** Label of the roles that it gathers its rules from. */
  readonly aggregates?: string;
  /** Label that makes others gather its rules. */
  readonly aggregatedTo?: string;
}

const toAdmin = 'rbac.authorization.k8s.io/aggregate-to-admin';
const toEdit = 'rbac.authorization.k8s.io/aggregate-to-edit';
const toView = 'rbac.authorization.k8s.io/aggregate-to-view';

const adminRules: readonly PolicyRule[] = [
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule(`${readVerbs} ${writeVerbs}`, 'rbac.authorization.k8s.io', 'rolebindings roles'),
];

const editRules: readonly PolicyRule[] = [
  rule(readVerbs, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  rule('impersonate', 'core', 'serviceaccounts'),
  rule(writeVerbs, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  rule('create', 'core', 'pods/eviction'),
  rule(
    writeVerbs,
    'core',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  rule('create', 'core', 'serviceaccounts/token'),
  rule(
    writeVerbs,
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ),
  rule(writeVerbs, 'autoscaling', 'horizontalpodautoscalers'),
  rule(writeVerbs, 'batch', 'cronjobs jobs'),
  rule(
    writeVerbs,
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
  ),
  rule(writeVerbs, 'policy', 'poddisruptionbudgets'),
  rule(writeVerbs, 'networking.k8s.io', 'ingresses networkpolicies'),
  rule(`${readVerbs} ${writeVerbs}`, 'coordination.k8s.io', 'leases'),
  rule(writeVerbs, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
];

const viewRules: readonly PolicyRule[] = [
  rule(
    readVerbs,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  rule(
    readVerbs,
    'core',
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  rule(readVerbs, 'core', 'namespaces'),
  rule(readVerbs, 'discovery.k8s.io', 'endpointslices'),
  rule(
    readVerbs,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  rule(readVerbs, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(readVerbs, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  rule(
    readVerbs,
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  ),
  rule(readVerbs, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(readVerbs, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  rule(readVerbs, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const metricsRules: readonly PolicyRule[] = [rule(readVerbs, 'metrics.k8s.io', 'nodes pods')];

const publicPaths = '/healthz /livez /readyz /version /version/';

export const userRoles: readonly DefaultRole[] = [
  { name: 'cluster-admin', rules: [rule('*', '*', '*'), urls('*', '*')] },
  { name: 'admin', aggregates: toAdmin },
  { name: 'edit', aggregates: toEdit, aggregatedTo: toAdmin },
  { name: 'view', aggregates: toView, aggregatedTo: toEdit },
  { name: 'system:aggregate-to-admin', rules: adminRules, aggregatedTo: toAdmin },
  { name: 'system:aggregate-to-edit', rules: editRules, aggregatedTo: toEdit },
  { name: 'system:aggregate-to-view', rules: viewRules, aggregatedTo: toView },
  // Of metrics-server, whose part Berth plays.
  { name: 'system:aggregated-metrics-reader', rules: metricsRules, aggregatedTo: toView },
  {
    name: 'system:basic-user',
    rules: [
      rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  {
    name: 'system:discovery',
    rules: [urls('get', `/api /api/* /apis /apis/* /openapi /openapi/* ${publicPaths}`)],
  },
  { name: 'system:public-info-viewer', rules: [urls('get', publicPaths)] },
  {
    name: 'system:monitoring',
    rules: [urls('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [urls('get', '/.well-known/openid-configuration /openid/v1/jwks')],
  },
  {
    name: 'system:auth-delegator',
    rules: [
      rule('create', 'authentication.k8s.io', 'tokenreviews'),
      rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    ],
  },
];
