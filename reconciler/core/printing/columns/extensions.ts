/** Columns of what extends or steers the API itself: webhooks, admission policies, flow control, devices. */
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../../../schemas/kubernetes/types/admissionregistration-v1.ts';
import type { APIService } from '../../../../schemas/kubernetes/types/apiregistration-v1.ts';
import type {
  FlowSchema,
  PriorityLevelConfiguration,
} from '../../../../schemas/kubernetes/types/flowcontrol-v1.ts';
import type { ResourceClaim, ResourceSlice } from '../../../../schemas/kubernetes/types/resource-v1.ts';
import { ageColumn, type Cell, type ColumnTable, columnTable, count, nameColumn, text } from '../column.ts';
import { none, selectorText, unset } from '../texts.ts';

type Webhooks = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
type PolicyBinding = MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding;
type Limited = NonNullable<NonNullable<PriorityLevelConfiguration['spec']>['limited']>;

const webhooks = columnTable<Webhooks>([
  nameColumn,
  count('Webhooks', 'Number of webhooks.', (configuration) => configuration.webhooks?.length),
  ageColumn,
]);

const validatingPolicies = columnTable<ValidatingAdmissionPolicy>([
  nameColumn,
  count('Validations', 'Number of rules.', ({ spec }) => spec?.validations?.length),
  text('ParamKind', 'Kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  ageColumn,
]);

const mutatingPolicies = columnTable<MutatingAdmissionPolicy>([
  nameColumn,
  count('Mutations', 'Number of rules.', ({ spec }) => spec?.mutations?.length),
  text('ParamKind', 'Kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  ageColumn,
]);

const policyBindings = columnTable<PolicyBinding>([
  nameColumn,
  text('PolicyName', 'Policy that is bound.', ({ spec }) => spec?.policyName ?? ''),
  text('ParamRef', 'Object that holds its parameters.', ({ spec }) => {
    const { name, namespace, selector } = spec?.paramRef ?? {};
    // Without a namespace nobody can tell here whether the parameter is in one.
    if (name !== undefined && name !== '') return `${namespace || '*'}/${name}`;
    return selector === undefined ? unset : selectorText(selector);
  }),
  ageColumn,
]);

const flowSchemas = columnTable<FlowSchema>([
  nameColumn,
  text(
    'PriorityLevel',
    'Level that its requests get.',
    ({ spec }) => spec?.priorityLevelConfiguration.name ?? '',
  ),
  text('MatchingPrecedence', 'Lower is asked first.', ({ spec }) => spec?.matchingPrecedence ?? 0),
  text(
    'DistinguisherMethod',
    'What tells flows apart.',
    ({ spec }) => spec?.distinguisherMethod?.type ?? none,
  ),
  ageColumn,
  text(
    'MissingPL',
    'Whether its level is missing.',
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ),
]);

const priorityLevels = columnTable<PriorityLevelConfiguration>([
  nameColumn,
  text('Type', 'Exempt or Limited.', ({ spec }) => spec?.type ?? ''),
  text('NominalConcurrencyShares', 'Its share of the seats.', (level) =>
    ofLimited(level, (limited) => limited.nominalConcurrencyShares),
  ),
  text('Queues', 'Number of queues.', (level) =>
    ofLimited(level, (limited) => limited.limitResponse?.queuing?.queues),
  ),
  text('HandSize', 'Queues per flow.', (level) =>
    ofLimited(level, (limited) => limited.limitResponse?.queuing?.handSize),
  ),
  text('QueueLengthLimit', 'Most requests in a queue.', (level) =>
    ofLimited(level, (limited) => limited.limitResponse?.queuing?.queueLengthLimit),
  ),
  ageColumn,
]);

const apiServices = columnTable<APIService>([
  nameColumn,
  text('Service', 'Who serves the group.', ({ spec }) =>
    spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  text('Available', 'Whether the group is served.', ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Available');
    if (condition === undefined) return 'Unknown';
    return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
  }),
  ageColumn,
]);

const plain = columnTable([nameColumn, ageColumn]);

const claims = columnTable<ResourceClaim>([
  nameColumn,
  text('State', 'Pending, allocated, reserved or deleted.', ({ metadata, status }) => {
    const deleted = metadata.deletionTimestamp !== undefined;
    const states = deleted ? ['deleted'] : [];
    if (status?.allocation === undefined) return [...states, ...(deleted ? [] : ['pending'])].join(',');
    const reserved = (status.reservedFor ?? []).length > 0;
    return [...states, 'allocated', ...(reserved ? ['reserved'] : [])].join(',');
  }),
  ageColumn,
]);

const slices = columnTable<ResourceSlice>([
  nameColumn,
  text('Node', 'Node that has the devices.', ({ spec }) => spec.nodeName ?? ''),
  text('Driver', 'Driver of the devices.', ({ spec }) => spec.driver),
  text('Pool', 'Pool that the devices belong to.', ({ spec }) => spec.pool.name),
  ageColumn,
]);

export const extensionColumns: Readonly<Record<string, ColumnTable>> = {
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': mutatingPolicies,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': policyBindings,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': validatingPolicies,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policyBindings,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'apiregistration.k8s.io/APIService': apiServices,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchemas,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevels,
  'resource.k8s.io/DeviceClass': plain,
  'resource.k8s.io/ResourceClaim': claims,
  'resource.k8s.io/ResourceClaimTemplate': plain,
  'resource.k8s.io/ResourceSlice': slices,
};

function paramKind(kind: { readonly apiVersion?: string; readonly kind?: string } | undefined): string {
  return kind === undefined ? unset : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;
}

function ofLimited(
  { spec }: PriorityLevelConfiguration,
  read: (limited: Limited) => number | undefined,
): Cell {
  const limited = spec?.limited;
  return (limited === undefined ? undefined : read(limited)) ?? none;
}
