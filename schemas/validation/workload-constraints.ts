/** Workloads that keep pods running: what makes pods from templates, and how it replaces them. */
import { apps, core } from './definition-names.ts';
import { intOrPercent, intOrPercentValue } from './int-or-percent.ts';
import { selects, selectsEverything } from './label-selector.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Rule } from './rule.ts';

const atLeastZero: Rule = { min: 0 };
const mismatch = '`selector` does not match template `labels`';

function templateLabels(spec: Fields): unknown {
  return fieldsOf(fieldsOf(spec['template'])['metadata'])['labels'];
}

/** A controller whose selector misses its own pods would make pods without end. */
function selectorMatchesTemplate(kind: string): Check {
  return (spec, report) => {
    const selector = spec['selector'];
    if (isEmpty(selector)) return;
    if (selectsEverything(selector)) {
      report.invalid(['selector'], selector, `empty selector is invalid for ${kind}`);
      return;
    }
    const labels = templateLabels(spec);
    if (!selects(selector, labels ?? {}))
      report.invalid(['template', 'metadata', 'labels'], labels ?? null, mismatch);
  };
}

/** A ReplicationController's selector is a map, and its template's labels where it names none. */
const mapMatchesTemplate: Check = (spec, report) => {
  const [selector, labels] = [fieldsOf(spec['selector']), templateLabels(spec)];
  const chosen = Object.keys(selector).length > 0;
  if (!chosen && Object.keys(fieldsOf(labels)).length === 0) report.required(['selector']);
  if (isEmpty(spec['template'])) report.required(['template']);
  else if (chosen && !selects({ matchLabels: selector }, labels ?? {}))
    report.invalid(['template', 'metadata', 'labels'], labels ?? null, mismatch);
};

/** What runs for good: pods that restart always and have no deadline. */
function runsForGood(kind: string): Check {
  return (spec, report) => {
    const pod = fieldsOf(fieldsOf(spec['template'])['spec']);
    const policy = pod['restartPolicy'];
    if (policy === 'OnFailure' || policy === 'Never')
      report.unsupported(['template', 'spec', 'restartPolicy'], policy, ['Always']);
    if (!isEmpty(pod['activeDeadlineSeconds'])) {
      const rule = `activeDeadlineSeconds in ${kind} is not Supported`;
      report.forbidden(['template', 'spec', 'activeDeadlineSeconds'], rule);
    }
  };
}

/** Kubernetes names the strategy, not its type, where the type is no good. */
const deploymentStrategy: Check = (spec, report) => {
  const strategy = fieldsOf(spec['strategy']);
  const type = textOf(strategy['type']) ?? '';
  const types = ['Recreate', 'RollingUpdate'];
  if (type !== '' && !types.includes(type))
    report.showing(['strategy']).unsupported(['strategy', 'type'], strategy, types);
  const rolling = strategy['rollingUpdate'];
  if (!isFields(rolling)) return;
  if (type === 'Recreate') {
    const rule = "may not be specified when strategy `type` is 'Recreate'";
    report.forbidden(['strategy', 'rollingUpdate'], rule);
    return;
  }
  const path = ['strategy', 'rollingUpdate'];
  const { maxUnavailable, maxSurge } = rolling;
  intOrPercent(maxUnavailable, [...path, 'maxUnavailable'], report);
  intOrPercent(maxSurge, [...path, 'maxSurge'], report, 'any');
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0)
    report.invalid([...path, 'maxUnavailable'], maxUnavailable, 'may not be 0 when `maxSurge` is 0');
};

const daemonStrategy: Check = (spec, report) => {
  const strategy = fieldsOf(spec['updateStrategy']);
  const type = textOf(strategy['type']) ?? '';
  const types = ['RollingUpdate', 'OnDelete'];
  if (type !== '' && !types.includes(type))
    report.showing(['updateStrategy']).unsupported(['updateStrategy', 'type'], strategy, types);
  const rolling = strategy['rollingUpdate'];
  if (type === 'OnDelete' || !isFields(rolling)) return;
  const path = ['updateStrategy', 'rollingUpdate'];
  const { maxUnavailable, maxSurge } = rolling;
  intOrPercent(maxUnavailable, [...path, 'maxUnavailable'], report);
  intOrPercent(maxSurge, [...path, 'maxSurge'], report);
  const surges = (intOrPercentValue(maxSurge) ?? 0) !== 0;
  const unavailable = intOrPercentValue(maxUnavailable ?? 1);
  if (unavailable !== 0 && surges)
    report.invalid([...path, 'maxSurge'], maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (unavailable === 0 && !surges)
    report.required([...path, 'maxUnavailable'], 'cannot be 0 when maxSurge is 0');
};

const statefulStrategy: Check = (spec, report) => {
  const strategy = fieldsOf(spec['updateStrategy']);
  const type = textOf(strategy['type']) ?? '';
  const rolling = strategy['rollingUpdate'];
  if (type === 'OnDelete') {
    if (isFields(rolling)) {
      const rule = "only allowed for updateStrategy 'RollingUpdate'";
      report.invalid(['updateStrategy', 'rollingUpdate'], rolling, rule);
    }
    return;
  }
  if (type !== '' && type !== 'RollingUpdate') {
    const rule = "must be 'RollingUpdate' or 'OnDelete'";
    report.showing(['updateStrategy']).invalid(['updateStrategy', 'type'], strategy, rule);
  }
  const path = ['updateStrategy', 'rollingUpdate', 'maxUnavailable'];
  const most = fieldsOf(rolling)['maxUnavailable'];
  intOrPercent(most, path, report);
  if (intOrPercentValue(most) === 0) report.invalid(path, most, 'cannot be 0');
};

const managementPolicy: Check = (spec, report) => {
  const policy = textOf(spec['podManagementPolicy']) ?? '';
  if (policy !== '' && policy !== 'OrderedReady' && policy !== 'Parallel')
    report.invalid(['podManagementPolicy'], policy, "must be 'OrderedReady' or 'Parallel'");
};

const deadlineAfterReady: Check = (spec, report) => {
  const deadline = numberOf(spec['progressDeadlineSeconds']);
  if (deadline !== undefined && deadline <= (numberOf(spec['minReadySeconds']) ?? 0))
    report.invalid(['progressDeadlineSeconds'], deadline, 'must be greater than minReadySeconds');
};

/** A StatefulSet's claims are volumes too, so its mounts are checked with both. */
const claimNames: Check = (spec, report) => {
  const seen = new Set<unknown>();
  for (const [index, claim] of itemsOf(spec['volumeClaimTemplates'])) {
    const name = fieldsOf(claim['metadata'])['name'];
    const path = ['volumeClaimTemplates', index, 'metadata', 'name'];
    if (isEmpty(name)) report.required(path, 'name or generateName is required');
    else if (seen.has(name)) report.duplicate(path, name);
    seen.add(name);
  }
};

const mandatoryData: Check = (revision, report) => {
  if (revision['data'] === undefined || revision['data'] === null)
    report.required(['data'], 'data is mandatory');
};

const scaled = { replicas: atLeastZero, minReadySeconds: atLeastZero };
const retention: Rule = { oneOf: ['Retain', 'Delete'] };

export const workloadConstraints: Constraints = {
  [apps('DeploymentSpec')]: {
    fields: {
      ...scaled,
      selector: { required: true },
      revisionHistoryLimit: atLeastZero,
      progressDeadlineSeconds: atLeastZero,
    },
    checks: [
      selectorMatchesTemplate('deployment'),
      runsForGood('ReplicaSet'),
      deadlineAfterReady,
      deploymentStrategy,
    ],
  },
  [apps('ReplicaSetSpec')]: {
    fields: { ...scaled, selector: { required: true } },
    checks: [selectorMatchesTemplate('deployment'), runsForGood('ReplicaSet')],
  },
  [apps('StatefulSetSpec')]: {
    fields: { ...scaled, selector: { required: true }, revisionHistoryLimit: atLeastZero },
    checks: [
      selectorMatchesTemplate('statefulset'),
      runsForGood('StatefulSet'),
      managementPolicy,
      statefulStrategy,
      claimNames,
    ],
  },
  [apps('StatefulSetOrdinals')]: { fields: { start: atLeastZero } },
  [apps('StatefulSetPersistentVolumeClaimRetentionPolicy')]: {
    fields: { whenDeleted: retention, whenScaled: retention },
  },
  [apps('RollingUpdateStatefulSetStrategy')]: { fields: { partition: atLeastZero } },
  [apps('DaemonSetSpec')]: {
    fields: {
      selector: { required: true },
      minReadySeconds: atLeastZero,
      revisionHistoryLimit: atLeastZero,
    },
    checks: [selectorMatchesTemplate('daemonset'), runsForGood('DaemonSet'), daemonStrategy],
  },
  [apps('ControllerRevision')]: { fields: { revision: atLeastZero }, checks: [mandatoryData] },
  [core('ReplicationControllerSpec')]: {
    fields: { ...scaled, selector: { keys: 'qualifiedName', values: { format: 'labelValue' } } },
    checks: [mapMatchesTemplate, runsForGood('ReplicationController')],
  },
};
