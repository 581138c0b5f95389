/** Workloads: what makes pods from templates. */
import { apps, batch, core } from './definition-names.ts';
import { fieldsOf, isEmpty, itemsOf, numberOf, textOf } from './loose.ts';
import { selects, selectsEverything } from './label-selector.ts';
import type { Check, Constraints, Rule } from './rule.ts';
import { cronProblem } from './cron.ts';

const atLeastZero: Rule = { min: 0 };

/** A controller whose selector misses its own pods would make pods without end. */
function selectorMatchesTemplate(kind: string): Check {
  return (spec, report) => {
    const selector = spec['selector'];
    if (isEmpty(selector)) return;
    if (selectsEverything(selector)) {
      report.invalid(['selector'], selector, `empty selector is invalid for ${kind}`);
      return;
    }
    const labels = fieldsOf(fieldsOf(spec['template'])['metadata'])['labels'] ?? {};
    if (!selects(selector, labels)) {
      report.invalid(
        ['template', 'metadata', 'labels'],
        labels,
        '`selector` does not match template `labels`',
      );
    }
  };
}

/** The template's restart policy must be one of these; jobs must say which. */
function restartPolicy(...allowed: readonly string[]): Check {
  return (spec, report) => {
    const pod = fieldsOf(fieldsOf(spec['template'])['spec']);
    const path = ['template', 'spec', 'restartPolicy'];
    const policy = pod['restartPolicy'];
    if (isEmpty(policy)) {
      const valid = allowed.map((name) => JSON.stringify(name)).join(', ');
      if (!allowed.includes('Always')) report.required(path, `valid values: ${valid}`);
    } else if (typeof policy === 'string' && isRestartPolicy(policy) && !allowed.includes(policy)) {
      report.unsupported(path, policy, allowed);
    }
  };
}

function isRestartPolicy(policy: string): boolean {
  return ['Always', 'Never', 'OnFailure'].includes(policy);
}

const deploymentStrategy: Check = (strategy, report) => {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate' && !isEmpty(rollingUpdate)) {
    report.forbidden(['rollingUpdate'], "may not be specified when strategy `type` is 'Recreate'");
  }
};

/** Both at zero: no pod could ever be replaced. */
const someProgress: Check = (rolling, report) => {
  if (isZero(rolling['maxUnavailable']) && isZero(rolling['maxSurge'])) {
    report.invalid(['maxUnavailable'], rolling['maxUnavailable'], 'may not be 0 when `maxSurge` is 0');
  }
  const unavailable = textOf(rolling['maxUnavailable']);
  if (unavailable !== undefined && /^[0-9]+%$/.test(unavailable) && Number.parseInt(unavailable, 10) > 100) {
    report.invalid(['maxUnavailable'], unavailable, 'must not be greater than 100%');
  }
};

function isZero(value: unknown): boolean {
  return value === 0 || value === '0%';
}

const deadlineAfterReady: Check = (spec, report) => {
  const deadline = numberOf(spec['progressDeadlineSeconds']);
  if (deadline !== undefined && deadline <= (numberOf(spec['minReadySeconds']) ?? 0)) {
    report.invalid(['progressDeadlineSeconds'], deadline, 'must be greater than minReadySeconds');
  }
};

/** A StatefulSet's claims are volumes too, so its mounts are checked with both. */
const claimNames: Check = (spec, report) => {
  const seen = new Set<unknown>();
  for (const [index, claim] of itemsOf(spec['volumeClaimTemplates'])) {
    const name = fieldsOf(claim['metadata'])['name'];
    if (isEmpty(name))
      report.required(
        ['volumeClaimTemplates', index, 'metadata', 'name'],
        'name or generateName is required',
      );
    else if (seen.has(name)) report.duplicate(['volumeClaimTemplates', index, 'metadata', 'name'], name);
    seen.add(name);
  }
};

const jobIndexes: Check = (spec, report) => {
  if (spec['completionMode'] === 'Indexed' && isEmpty(spec['completions'])) {
    report.required(['completions'], 'when completion mode is Indexed');
  }
};

const schedule: Check = (spec, report) => {
  const text = textOf(spec['schedule']);
  if (text === undefined || text === '') return;
  const wrong = cronProblem(text);
  if (wrong !== undefined) report.invalid(['schedule'], text, wrong);
};

const rolling: Rule = { ...atLeastZero, format: 'percent' };

export const workloadConstraints: Constraints = {
  [apps('DeploymentSpec')]: {
    fields: {
      replicas: atLeastZero,
      selector: { required: true },
      minReadySeconds: atLeastZero,
      revisionHistoryLimit: atLeastZero,
      progressDeadlineSeconds: atLeastZero,
    },
    checks: [selectorMatchesTemplate('deployment'), restartPolicy('Always'), deadlineAfterReady],
  },
  [apps('DeploymentStrategy')]: {
    fields: { type: { oneOf: ['Recreate', 'RollingUpdate'] } },
    checks: [deploymentStrategy],
  },
  [apps('RollingUpdateDeployment')]: {
    fields: { maxSurge: rolling, maxUnavailable: rolling },
    checks: [someProgress],
  },
  [apps('ReplicaSetSpec')]: {
    fields: { replicas: atLeastZero, minReadySeconds: atLeastZero },
    checks: [selectorMatchesTemplate('replica set'), restartPolicy('Always')],
  },
  [apps('StatefulSetSpec')]: {
    fields: {
      replicas: atLeastZero,
      minReadySeconds: atLeastZero,
      revisionHistoryLimit: atLeastZero,
      podManagementPolicy: { oneOf: ['OrderedReady', 'Parallel'] },
    },
    checks: [selectorMatchesTemplate('statefulset'), restartPolicy('Always'), claimNames],
  },
  [apps('StatefulSetUpdateStrategy')]: { fields: { type: { oneOf: ['OnDelete', 'RollingUpdate'] } } },
  [apps('RollingUpdateStatefulSetStrategy')]: { fields: { partition: atLeastZero } },
  [apps('DaemonSetSpec')]: {
    fields: { minReadySeconds: atLeastZero, revisionHistoryLimit: atLeastZero },
    checks: [selectorMatchesTemplate('daemonset'), restartPolicy('Always')],
  },
  [apps('DaemonSetUpdateStrategy')]: { fields: { type: { oneOf: ['OnDelete', 'RollingUpdate'] } } },
  [apps('RollingUpdateDaemonSet')]: { fields: { maxSurge: rolling, maxUnavailable: rolling } },
  [core('ReplicationControllerSpec')]: {
    fields: { replicas: atLeastZero, minReadySeconds: atLeastZero },
    checks: [restartPolicy('Always')],
  },
  [batch('JobSpec')]: {
    fields: {
      parallelism: atLeastZero,
      completions: atLeastZero,
      backoffLimit: atLeastZero,
      activeDeadlineSeconds: atLeastZero,
      ttlSecondsAfterFinished: atLeastZero,
      completionMode: { oneOf: ['Indexed', 'NonIndexed'] },
      podReplacementPolicy: { oneOf: ['Failed', 'TerminatingOrFailed'] },
    },
    checks: [restartPolicy('OnFailure', 'Never'), jobIndexes],
  },
  [batch('CronJobSpec')]: {
    fields: {
      schedule: { required: true },
      concurrencyPolicy: { oneOf: ['Allow', 'Forbid', 'Replace'] },
      startingDeadlineSeconds: atLeastZero,
      successfulJobsHistoryLimit: atLeastZero,
      failedJobsHistoryLimit: atLeastZero,
    },
    checks: [schedule],
  },
};
