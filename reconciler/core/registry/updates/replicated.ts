/** Kubernetes' rules of updates of the workloads that keep pods running. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import type { Fields } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import { reportImmutable, specOf, structOf } from './immutable.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule } from './update-rule.ts';
import { statusRule, type StatusRules } from './workload-status.ts';

/** What of a StatefulSet may change; its claims and its service are bound to the pods that there are. */
const statefulSetFields = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const statefulSetRule = `updates to statefulset spec for fields other than ${statefulSetFields
  .map((field) => `'${field}'`)
  .join(', ')
  .replace(/, ([^,]*)$/, ' and $1')} are forbidden`;

/** The rule of a kind whose selector stays, with the one of its status. */
function selectorStays(status: StatusRules): UpdateRule {
  const ofStatus = statusRule(status);
  return (after, before, subresource) => {
    if (subresource === 'status') return ofStatus(after, before, subresource);
    if (subresource !== '') return [];
    const problems: FieldProblem[] = [];
    reportImmutable(specOf(after), specOf(before), ['selector'], ['spec'], new Reporter(problems, []));
    return problems;
  };
}

const counters = ['replicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];

export const deploymentUpdate = selectorStays({
  counters: [...counters, 'updatedReplicas', 'unavailableReplicas', 'collisionCount'],
  notAbove: [
    ['updatedReplicas', 'replicas', 'status.replicas'],
    ['readyReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ],
  notDecremented: ['collisionCount'],
});

export const replicaSetUpdate = selectorStays({
  counters: [...counters, 'fullyLabeledReplicas'],
  notAbove: [
    ['fullyLabeledReplicas', 'replicas', 'status.replicas'],
    ['readyReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ],
});

export const daemonSetUpdate = selectorStays({
  counters: [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ],
  notDecremented: ['collisionCount'],
});

const statefulSetStatus = statusRule({
  counters: [...counters, 'currentReplicas', 'updatedReplicas', 'collisionCount'],
  notAbove: [
    ['readyReplicas', 'replicas', 'status.replicas'],
    ['currentReplicas', 'replicas', 'status.replicas'],
    ['updatedReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
  ],
  notDecremented: ['collisionCount'],
});

export const statefulSetUpdate: UpdateRule = (after, before, subresource) => {
  if (subresource === 'status') return statefulSetStatus(after, before, subresource);
  if (subresource !== '') return [];
  const old: Fields = specOf(before);
  const kept = Object.fromEntries(statefulSetFields.map((field) => [field, old[field]]));
  const problems: FieldProblem[] = [];
  if (!semanticallyEqual({ ...specOf(after), ...kept }, old))
    new Reporter(problems, []).forbidden(['spec'], statefulSetRule);
  return problems;
};

export const replicationControllerUpdate: UpdateRule = statusRule({
  counters: [...counters, 'fullyLabeledReplicas'],
  notAbove: [
    ['fullyLabeledReplicas', 'replicas', 'status.replicas'],
    ['readyReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ],
});

export const disruptionBudgetUpdate: UpdateRule = statusRule({
  counters: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
});

export const autoscalerUpdate: UpdateRule = statusRule({ counters: ['currentReplicas', 'desiredReplicas'] });

/** A revision is a record: what it recorded stays. */
export const controllerRevisionUpdate: UpdateRule = (after, before) => {
  const problems: FieldProblem[] = [];
  reportImmutable(structOf(after), structOf(before), ['data'], [], new Reporter(problems, []));
  return problems;
};
