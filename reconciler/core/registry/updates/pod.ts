/** Kubernetes' rules of updates of pods: little of a pod's spec may change once it exists. */
import {
  type Fields,
  fieldsOf,
  isEmpty,
  itemsOf,
  listOf,
  numberOf,
  textOf,
} from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { nodeAffinityMutation, nodeSelectorMutation } from './gated-pod.ts';
import { changedFields } from './changed-fields.ts';
import { structOf } from './immutable.ts';
import { resizeProblems } from './pod-resize.ts';
import { podStatusProblems } from './pod-status.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule } from './update-rule.ts';

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');
const deadlineSecondsMax = 2_147_483_647;
const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Reports a toleration that was taken away or changed in more than its seconds. */
function reportTolerations(after: Fields, before: Fields, report: Reporter): void {
  const still = (old: Fields): boolean =>
    itemsOf(after['tolerations']).some(([, now]) =>
      semanticallyEqual({ ...old, tolerationSeconds: now['tolerationSeconds'] }, now),
    );
  if (!itemsOf(before['tolerations']).every(([, old]) => still(old)))
    report.forbidden(
      ['spec', 'tolerations'],
      'existing toleration can not be modified except its tolerationSeconds',
    );
}

function reportGates(after: Fields, before: Fields, report: Reporter): void {
  const known = new Set(itemsOf(before['schedulingGates']).map(([, gate]) => gate['name']));
  for (const [index, gate] of itemsOf(after['schedulingGates'])) {
    if (known.has(gate['name'])) continue;
    const name = textOf(gate['name']) ?? '';
    report.forbidden(
      ['spec', 'schedulingGates', index, 'name'],
      `only deletion is allowed, but found new scheduling gate '${name}'`,
    );
  }
}

/** Whether the deadline may stay or shrink; false ends the judgement, as it does in Kubernetes. */
function reportDeadline(after: Fields, before: Fields, report: Reporter): boolean {
  const path = ['spec', 'activeDeadlineSeconds'];
  const [now, old] = [numberOf(after['activeDeadlineSeconds']), numberOf(before['activeDeadlineSeconds'])];
  if (now === undefined) {
    if (old !== undefined) report.invalid(path, null, 'must not update from a positive integer to nil value');
    return true;
  }
  if (now < 0 || now > deadlineSecondsMax)
    report.invalid(path, now, `must be between 0 and ${deadlineSecondsMax}, inclusive`);
  else if (old !== undefined && old < now)
    report.invalid(path, now, 'must be less than or equal to previous value');
  else return true;
  return false;
}

/** The new spec with the old values of all that may change: what then still differs may not. */
function withOldValues(after: Fields, before: Fields): Fields {
  const images = (list: string): readonly unknown[] =>
    listOf(after[list]).map((container, index) => ({
      ...fieldsOf(container),
      image: fieldsOf(listOf(before[list])[index])['image'],
    }));
  const { terminationGracePeriodSeconds: grace } = after;
  const negative = (numberOf(before['terminationGracePeriodSeconds']) ?? 0) < 0;
  return {
    ...after,
    containers: images('containers'),
    initContainers: images('initContainers'),
    activeDeadlineSeconds: before['activeDeadlineSeconds'],
    tolerations: before['tolerations'],
    schedulingGates: before['schedulingGates'],
    terminationGracePeriodSeconds: negative && grace === 1 ? before['terminationGracePeriodSeconds'] : grace,
  };
}

function specProblems(after: Fields, before: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  for (const list of ['containers', 'initContainers']) {
    if (listOf(after[list]).length === listOf(before[list]).length) continue;
    report.forbidden(['spec', list], 'pod updates may not add or remove containers');
    return problems;
  }
  if (!reportDeadline(after, before, report)) return problems;
  reportTolerations(after, before, report);
  reportGates(after, before, report);
  if (semanticallyEqual(after, before)) return problems;
  let rest = withOldValues(after, before);
  if (!isEmpty(before['schedulingGates'])) {
    nodeSelectorMutation(rest, before, report);
    nodeAffinityMutation(rest, before, report);
    rest = withOldPlacement(rest, before);
  }
  const changes = changedFields(rest, before, 'spec');
  if (changes.length > 0) {
    report.forbidden(
      ['spec'],
      `pod updates may not change fields other than ${updatable}\n${changes.join('\n')}`,
    );
  }
  return problems;
}

/** Where a gated pod may run was judged apart. */
function withOldPlacement(after: Fields, before: Fields): Fields {
  const [now, old] = [fieldsOf(after['affinity']), fieldsOf(before['affinity'])];
  const affinity = { ...now, nodeAffinity: old['nodeAffinity'] };
  const empty = Object.values(affinity).every((value) => isEmpty(value));
  return {
    ...after,
    nodeSelector: before['nodeSelector'],
    affinity: empty && before['affinity'] === undefined ? undefined : affinity,
  };
}

/** Ephemeral containers are added and stay as they are. */
function ephemeralProblems(after: Fields, before: Fields): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  if (fieldsOf(fieldsOf(before['metadata'])['annotations'])[mirrorAnnotation] !== undefined) {
    report.forbidden([], 'static pods do not support ephemeral containers');
    return problems;
  }
  const path = ['spec', 'ephemeralContainers'];
  const added = itemsOf(fieldsOf(after['spec'])['ephemeralContainers']);
  for (const [, old] of itemsOf(fieldsOf(before['spec'])['ephemeralContainers'])) {
    const name = JSON.stringify(old['name']);
    const now = added.find(([, container]) => container['name'] === old['name'])?.[1];
    if (now === undefined)
      report.forbidden(path, `existing ephemeral containers ${name} may not be removed\n`);
    else if (!semanticallyEqual(now, old)) {
      const changes = changedFields(now, old, '').join('\n');
      report.forbidden(path, `existing ephemeral containers ${name} may not be changed\n${changes}`);
    }
  }
  return problems;
}

/** What an update of a pod, or of one of its subresources, may not do. */
export const podUpdate: UpdateRule = (after, before, subresource) => {
  const [now, old] = [structOf(after), structOf(before)];
  switch (subresource) {
    case '':
      return specProblems(fieldsOf(now['spec']), fieldsOf(old['spec']));
    case 'ephemeralcontainers':
      return ephemeralProblems(now, old);
    case 'resize':
      return resizeProblems(now, old);
    case 'status':
      return podStatusProblems(now, old);
    default:
      return [];
  }
};
