/** Jobs and what makes them by the clock. */
import { cronProblem } from './cron.ts';
import { batch } from './definition-names.ts';
import { formats } from './formats.ts';
import { selects } from './label-selector.ts';
import { type Fields, fieldsOf, isEmpty, numberOf, textOf } from './loose.ts';
import { failurePolicy, successPolicy } from './job-policy-checks.ts';
import type { Check, Constraints, Rule } from './rule.ts';
import { timeZoneProblem } from './time-zone.ts';

const atLeastZero: Rule = { min: 0 };
const managedByBytesMax = 63;
const indexedMax = 100_000;
const manyCompletionsMax = 10_000;

/** A job's pods end: they say how, and a policy for failed pods needs each failure to be a pod's. */
const restartPolicy: Check = (spec, report) => {
  const path = ['template', 'spec', 'restartPolicy'];
  const policy = textOf(fieldsOf(fieldsOf(spec['template'])['spec'])['restartPolicy']) ?? '';
  if (policy === '' || policy === 'Always') report.required(path, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never')
    report.unsupported(path, policy, ['OnFailure', 'Never']);
  else if (policy === 'OnFailure' && !isEmpty(spec['podFailurePolicy']))
    report.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified');
};

const completionMode: Check = (spec, report) => {
  if (!isEmpty(spec['maxFailedIndexes']) && isEmpty(spec['backoffLimitPerIndex']))
    report.required(['backoffLimitPerIndex'], 'when maxFailedIndexes is specified');
  if (spec['completionMode'] === 'Indexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']) {
    if (!isEmpty(spec[field])) report.invalid([field], spec[field], 'requires indexed completion mode');
  }
};

const indexed: Check = (spec, report) => {
  if (spec['completionMode'] !== 'Indexed') return;
  const completions = numberOf(spec['completions']);
  const parallelism = numberOf(spec['parallelism']) ?? 0;
  const failed = numberOf(spec['maxFailedIndexes']);
  if (completions === undefined) report.required(['completions'], 'when completion mode is Indexed');
  if (parallelism > indexedMax) {
    const rule = `must be less than or equal to ${indexedMax} when completion mode is Indexed`;
    report.invalid(['parallelism'], parallelism, rule);
  }
  if (failed !== undefined) {
    if (completions !== undefined && failed > completions)
      report.invalid(['maxFailedIndexes'], failed, 'must be less than or equal to completions');
    if (failed > indexedMax)
      report.invalid(['maxFailedIndexes'], failed, `must be less than or equal to ${indexedMax}`);
  }
  if ((completions ?? 0) <= indexedMax || isEmpty(spec['backoffLimitPerIndex'])) return;
  const bound = `must be less than or equal to ${manyCompletionsMax} when completions are above ${indexedMax} and used with backoff limit per index`;
  if (failed === undefined)
    report.required(['maxFailedIndexes'], `must be specified when completions is above ${indexedMax}`);
  if (parallelism > manyCompletionsMax) report.invalid(['parallelism'], parallelism, bound);
  if (failed !== undefined && failed > manyCompletionsMax)
    report.invalid(['maxFailedIndexes'], failed, bound);
};

const managedBy: Check = (spec, report) => {
  const name = textOf(spec['managedBy']);
  if (name === undefined) return;
  if (name === '') report.required(['managedBy']);
  report.format(['managedBy'], name, 'domainPrefixedPath');
  if (name.length > managedByBytesMax) report.tooLong(['managedBy'], managedByBytesMax);
};

const replacementPolicy: Check = (spec, report) => {
  const policy = textOf(spec['podReplacementPolicy']) ?? '';
  const supported = isEmpty(spec['podFailurePolicy']) ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (policy !== '' && !supported.includes(policy))
    report.unsupported(['podReplacementPolicy'], policy, supported);
};

/** The labels by which a job that chose no selector of its own knows its pods. */
function generatedLabels(metadata: Fields): Readonly<Record<string, string>> {
  const [uid, name] = [textOf(metadata['uid']) ?? '', textOf(metadata['name']) ?? ''];
  return {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
}

const selector: Check = (job, report) => {
  const spec = fieldsOf(job['spec']);
  const chosen = spec['selector'];
  if (isEmpty(chosen)) {
    if (spec['manualSelector'] === true) report.required(['spec', 'selector']);
    return;
  }
  const labels = fieldsOf(fieldsOf(spec['template'])['metadata'])['labels'];
  if (!selects(chosen, labels ?? {})) {
    const rule = '`selector` does not match template `labels`';
    report.invalid(['spec', 'template', 'metadata', 'labels'], labels ?? null, rule);
  }
  if (spec['manualSelector'] === true) return;
  const expected = generatedLabels(fieldsOf(job['metadata']));
  for (const [key, value] of Object.entries(expected)) {
    const path = ['spec', 'template', 'metadata', 'labels', { key }];
    const found = fieldsOf(labels)[key];
    if (found === undefined) report.required(path, `must be '${value}'`);
    else if (found !== value) report.invalid(path, labels, `must be '${value}'`);
  }
  if (!selects(chosen, expected))
    report.invalid(['spec', 'selector'], chosen, '`selector` not auto-generated');
};

/** An Indexed Job's pods are named after it and their index, and so are their hosts. */
const hostNames: Check = (job, report) => {
  const spec = fieldsOf(job['spec']);
  const completions = numberOf(spec['completions']) ?? 0;
  const name = textOf(fieldsOf(job['metadata'])['name']) ?? '';
  if (spec['completionMode'] !== 'Indexed' || completions <= 0 || name === '') return;
  const host = `${name}-${completions - 1}`;
  if (formats.dns1123Label(host) !== undefined)
    report.invalid(['metadata', 'name'], name, `will not able to create pod with invalid DNS label: ${host}`);
};

const templateSelector: Check = (template, report) => {
  const { selector: chosen, manualSelector } = fieldsOf(template['spec']);
  if (!isEmpty(chosen)) report.invalid(['spec', 'selector'], chosen, '`selector` will be auto-generated');
  if (manualSelector === true) report.unsupported(['spec', 'manualSelector'], true, ['nil', 'false']);
};

const schedule: Check = (spec, report) => {
  const text = textOf(spec['schedule']);
  const wrong = text === undefined || text === '' ? undefined : cronProblem(text);
  if (wrong !== undefined) report.invalid(['schedule'], text, wrong);
  const zone = textOf(spec['timeZone']);
  const bad = zone === undefined ? undefined : timeZoneProblem(zone);
  if (bad !== undefined) report.invalid(['timeZone'], zone, bad);
};

export const jobConstraints: Constraints = {
  [batch('Job')]: { checks: [selector, hostNames] },
  [batch('JobSpec')]: {
    fields: {
      parallelism: atLeastZero,
      completions: atLeastZero,
      backoffLimit: atLeastZero,
      backoffLimitPerIndex: atLeastZero,
      maxFailedIndexes: atLeastZero,
      activeDeadlineSeconds: atLeastZero,
      ttlSecondsAfterFinished: atLeastZero,
      completionMode: { oneOf: ['NonIndexed', 'Indexed'] },
    },
    checks: [
      restartPolicy,
      completionMode,
      indexed,
      managedBy,
      replacementPolicy,
      failurePolicy,
      successPolicy,
    ],
  },
  [batch('JobTemplateSpec')]: { fields: { spec: { required: true } }, checks: [templateSelector] },
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
