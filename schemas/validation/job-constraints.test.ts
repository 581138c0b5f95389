import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepts, causesOf, refuses } from './constraint-trial.ts';
import { countIndexes } from './index-intervals.ts';
import { timeZoneProblem } from './time-zone.ts';

const pod = { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox' }] };
const template = (change: object = {}): object => ({ spec: { ...pod, ...change } });
const job = (spec: object): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace: 'shop' },
  spec: { template: template(), ...spec },
});
const cronJob = (spec: object): object => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'work', namespace: 'shop' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template() } }, ...spec },
});
const zero = 'must be greater than or equal to 0';

refuses('counts and restart policies of jobs', job, [
  ...['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished'].map(
    (field) => [{ [field]: -1 }, `spec.${field}: Invalid value: -1: ${zero}`] as const,
  ),
  [
    { template: template({ restartPolicy: 'Always' }) },
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    { template: template({ restartPolicy: undefined }) },
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    { completionMode: 'Some' },
    'spec.completionMode: Unsupported value: "Some": supported values: "NonIndexed", "Indexed"',
  ],
  [
    { podReplacementPolicy: 'Some' },
    'spec.podReplacementPolicy: Unsupported value: "Some": supported values: "Failed", "TerminatingOrFailed"',
  ],
  [
    { managedBy: 'me' },
    'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [{ managedBy: `a.b/${'c'.repeat(60)}` }, 'spec.managedBy: Too long: may not be more than 63 bytes'],
]);

refuses('indexed jobs', (spec) => job({ completionMode: 'Indexed', completions: 3, ...spec }), [
  [{}],
  [{ completions: undefined }, 'spec.completions: Required value: when completion mode is Indexed'],
  [
    { parallelism: 100001 },
    'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
  ],
  [
    { backoffLimitPerIndex: 1, maxFailedIndexes: 4 },
    'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
  ],
  [{ maxFailedIndexes: 1 }, 'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
  [
    { completions: 100001, backoffLimitPerIndex: 1 },
    'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
  ],
]);

refuses('what only indexed jobs have', job, [
  [
    { backoffLimitPerIndex: 1 },
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
  ],
  [
    { successPolicy: { rules: [{ succeededCount: 1 }] } },
    'spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
  ],
]);

const failure = (rule: object): object => job({ podFailurePolicy: { rules: [rule] } });
const rule = 'spec.podFailurePolicy.rules[0]';

refuses('rules for failed pods', failure, [
  [
    { onExitCodes: { operator: 'In', values: [1] } },
    `${rule}.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`,
  ],
  [
    { action: 'Stop', onExitCodes: { operator: 'In', values: [1] } },
    `${rule}.action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
  ],
  [
    { action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } },
    `${rule}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
  ],
  [
    { action: 'Count' },
    `${rule}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
  ],
  [
    { action: 'Count', onExitCodes: { operator: 'In', values: [1] }, onPodConditions: [{ type: 'A' }] },
    `${rule}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
  ],
  [
    { action: 'Count', onExitCodes: { operator: 'In', values: [0] } },
    `${rule}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`,
  ],
  [
    { action: 'Count', onExitCodes: { operator: 'NotIn', values: [2, 1, 1] } },
    `${rule}.onExitCodes.values: Invalid value: [2,1,1]: must be ordered`,
    `${rule}.onExitCodes.values[2]: Duplicate value: 1`,
  ],
  [
    { action: 'Count', onExitCodes: { operator: 'In', values: [], containerName: 'db' } },
    `${rule}.onExitCodes.containerName: Invalid value: "db": must be one of the container or initContainer names in the pod template`,
    `${rule}.onExitCodes.values: Invalid value: []: at least one value is required`,
  ],
  [
    { action: 'Count', onPodConditions: [{ type: 'A', status: 'Yes' }] },
    `${rule}.onPodConditions[0].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"`,
  ],
]);

refuses('failure policies with what else the job says', job, [
  [
    {
      podFailurePolicy: { rules: [] },
      podReplacementPolicy: 'TerminatingOrFailed',
      template: template({ restartPolicy: 'OnFailure' }),
    },
    'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
  ],
]);

const success = (one: object): object =>
  job({ completionMode: 'Indexed', completions: 3, successPolicy: { rules: [one] } });
const wins = 'spec.successPolicy.rules[0]';

refuses('rules for success', success, [
  [{ succeededIndexes: '0,2' }],
  [{}, `${wins}: Required value: at least one of succeededCount or succeededIndexes must be specified`],
  [
    { succeededCount: 4 },
    `${wins}.succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)`,
  ],
  [
    { succeededCount: 2, succeededIndexes: '1' },
    `${wins}.succeededCount: Invalid value: 2: must be less than or equal to 1 (the number of indexes in the specified succeededIndexes field)`,
  ],
  [
    { succeededIndexes: '3' },
    `${wins}.succeededIndexes: Invalid value: "3": error parsing succeededIndexes: too large index: "3"`,
  ],
]);

refuses('selectors of jobs', job, [
  [{ manualSelector: true }, 'spec.selector: Required value'],
  [
    { manualSelector: true, selector: { matchLabels: { a: 'b' } } },
    'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
  ],
]);

test('a selector that is not the generated one', () => {
  const causes = causesOf(
    job({ selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: pod } }),
  );
  assert.ok(
    causes.includes('spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` not auto-generated'),
  );
  assert.ok(causes.includes("spec.template.metadata.labels[job-name]: Required value: must be 'work'"));
});

refuses('cron jobs', cronJob, [
  [{ schedule: '' }, 'spec.schedule: Required value'],
  [
    { schedule: 'TZ=UTC * * * * *' },
    'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [
    { concurrencyPolicy: 'Queue' },
    'spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"',
  ],
  [{ timeZone: '' }, 'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
  [{ timeZone: 'Mars/Base' }, 'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base'],
  ...['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].map(
    (field) => [{ [field]: -1 }, `spec.${field}: Invalid value: -1: ${zero}`] as const,
  ),
  [
    {
      jobTemplate: {
        spec: { template: template(), selector: { matchLabels: { a: 'b' } }, manualSelector: true },
      },
    },
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
  ],
]);

accepts('good cron jobs', cronJob, [
  { timeZone: 'Europe/Paris' },
  { timeZone: 'Etc/UTC' },
  { schedule: '@hourly' },
]);

test('reads sets of indexes', () => {
  for (const [text, count] of [
    ['', 0],
    ['0', 1],
    ['0-2,4', 4],
    ['1,1', 'non-increasing order, previous: 1, current: 1'],
    ['3-1', 'non-increasing order, previous: 3, current: 1'],
    ['a', 'cannot convert string to integer for index: "a"'],
    ['9', 'too large index: "9"'],
  ] as const)
    assert.equal(countIndexes(text, 5), count, text);
});

test('knows time zones', () => {
  for (const name of ['UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])
    assert.equal(timeZoneProblem(name), undefined, name);
  for (const name of ['Local', '+01', 'a/../b', 'Nowhere', '-Europe'])
    assert.equal(typeof timeZoneProblem(name), 'string', name);
});
