/** Columns of what runs pods: deployments and their kin, jobs, autoscalers, budgets. */
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Scale } from '../../../../schemas/kubernetes/types/autoscaling-v1.ts';
import type { PodTemplate, ReplicationController } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../../schemas/kubernetes/types/policy-v1.ts';
import { groupOf } from '../../../../schemas/kinds.ts';
import { ageColumn, type ColumnTable, columnTable, count, nameColumn, text, wide } from '../column.ts';
import { containerImages, containerNames, labelsText, none, selectorOrNone, selectorText } from '../texts.ts';

export const containersText = 'Names of the containers in the template.';
export const imagesText = 'Images of the containers in the template.';
export const selectorDescription = 'Labels by which its pods are known.';
const desiredText = 'How many pods are wanted.';
const currentText = 'How many pods there are.';
const readyText = 'How many pods are ready.';
const readyOfText = 'How many pods are ready, of those wanted.';
const updatedText = 'How many pods follow the newest template.';
const availableText = 'How many pods have been ready for long enough.';

const deployments = columnTable<Deployment>([
  nameColumn,
  text('Ready', readyOfText, ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  text('Up-to-date', updatedText, ({ status }) => status?.updatedReplicas ?? 0),
  text('Available', availableText, ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => selectorText(spec?.selector)),
]);

const replicaSets = columnTable<ReplicaSet>([
  nameColumn,
  count('Desired', desiredText, ({ spec }) => spec?.replicas),
  count('Current', currentText, ({ status }) => status?.replicas),
  count('Ready', readyText, ({ status }) => status?.readyReplicas),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => selectorOrNone(spec?.selector)),
]);

const replicationControllers = columnTable<ReplicationController>([
  nameColumn,
  count('Desired', desiredText, ({ spec }) => spec?.replicas),
  count('Current', currentText, ({ status }) => status?.replicas),
  count('Ready', readyText, ({ status }) => status?.readyReplicas),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => labelsText(spec?.selector)),
]);

const statefulSets = columnTable<StatefulSet>([
  nameColumn,
  text('Ready', readyOfText, ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
]);

const daemonSets = columnTable<DaemonSet>([
  nameColumn,
  count(
    'Desired',
    'How many nodes should run one of its pods.',
    ({ status }) => status?.desiredNumberScheduled,
  ),
  count('Current', 'How many nodes run one of its pods.', ({ status }) => status?.currentNumberScheduled),
  count('Ready', readyText, ({ status }) => status?.numberReady),
  count('Up-to-date', updatedText, ({ status }) => status?.updatedNumberScheduled),
  count('Available', availableText, ({ status }) => status?.numberAvailable),
  text('Node Selector', 'Labels of the nodes that it is for.', ({ spec }) =>
    labelsText(spec?.template.spec?.nodeSelector),
  ),
  ageColumn,
  wide('Containers', containersText, ({ spec }) => containerNames(spec?.template)),
  wide('Images', imagesText, ({ spec }) => containerImages(spec?.template)),
  wide('Selector', selectorDescription, ({ spec }) => selectorOrNone(spec?.selector)),
]);

const podTemplates = columnTable<PodTemplate>([
  nameColumn,
  text('Containers', containersText, ({ template }) => containerNames(template)),
  text('Images', imagesText, ({ template }) => containerImages(template)),
  text('Pod Labels', 'Labels of pods made from the template.', ({ template }) =>
    labelsText(template?.metadata?.labels),
  ),
]);

const controllerRevisions = columnTable<ControllerRevision>([
  nameColumn,
  text('Controller', 'What the revision is of.', ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return none;
    const group = groupOf(owner.apiVersion);
    return `${`${owner.kind}${group === '' ? '' : `.${group}`}`.toLowerCase()}/${owner.name}`;
  }),
  text('Revision', 'Number of the revision.', ({ revision }) => revision),
  ageColumn,
]);

const disruptionBudgets = columnTable<PodDisruptionBudget>([
  nameColumn,
  text('Min Available', 'Pods that must stay available.', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  text('Max Unavailable', 'Pods that may be unavailable.', ({ spec }) =>
    String(spec?.maxUnavailable ?? 'N/A'),
  ),
  count('Allowed Disruptions', 'Pods that may be evicted now.', ({ status }) => status?.disruptionsAllowed),
  ageColumn,
]);

const scales = columnTable<Scale>([
  { ...nameColumn, format: '' },
  count('Desired', desiredText, ({ spec }) => spec?.replicas),
  count('Available', currentText, ({ status }) => status?.replicas),
  ageColumn,
]);

export const workloadColumns: Readonly<Record<string, ColumnTable>> = {
  'apps/ControllerRevision': controllerRevisions,
  'apps/DaemonSet': daemonSets,
  'apps/Deployment': deployments,
  'apps/ReplicaSet': replicaSets,
  'apps/StatefulSet': statefulSets,
  'autoscaling/Scale': scales,
  '/PodTemplate': podTemplates,
  '/ReplicationController': replicationControllers,
  'policy/PodDisruptionBudget': disruptionBudgets,
};
