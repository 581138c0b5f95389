import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, JobSpec, JobStatus } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Change, Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { jobController } from './controller.ts';
import { completionIndexKey, trackingFinalizer } from './job-pods.ts';

const context = { nowMs: 1_767_225_600_000, seed: 1 };
const started: JobStatus = { startTime: '2026-01-01T00:00:00Z', ready: 0, terminating: 0 };

function job(spec: Partial<JobSpec>, status: JobStatus = started): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop', uid: 'job-1', resourceVersion: '1' },
    spec: {
      selector: { matchLabels: { app: 'work' } },
      template: { metadata: { labels: { app: 'work' } }, spec: { containers: [{ name: 'main' }] } },
      backoffLimit: 6,
      parallelism: 1,
      ...spec,
    },
    status,
  };
}

interface Facts {
  readonly phase?: string;
  readonly index?: number;
  readonly tracked?: boolean;
  readonly controller?: string;
}

function pod(
  name: string,
  { phase = 'Running', index, tracked = true, controller = 'job-1' }: Facts = {},
): Pod {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: controller, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: 'shop', uid: `uid-${name}`, labels: { app: 'work' }, resourceVersion: '1' },
      ...(index === undefined ? {} : { annotations: { [completionIndexKey]: String(index) } }),
      ...(tracked ? { finalizers: [trackingFinalizer] } : {}),
      ...(controller === '' ? {} : { ownerReferences: [owner] }),
    },
    spec: { nodeName: 'n1', containers: [{ name: 'main' }] },
    status: { phase },
  };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function planned(subject: Job, ...pods: readonly Pod[]): Plan {
  return jobController.plan(refOf(subject), viewOf(subject, ...pods), context);
}

function statusIn({ changes }: Plan): JobStatus | undefined {
  for (const change of changes)
    if (change.type === 'update' && change.object.kind === 'Job') return (change.object as Job).status;
  return undefined;
}

/** `delete NAME`, `release NAME`, `create`: what becomes of pods, sorted. */
function podsIn({ changes }: Plan): readonly string[] {
  return changes
    .flatMap((change) => {
      if (change.type === 'delete') return [`delete ${change.ref.name}`];
      if (change.object.kind !== 'Pod') return [];
      const { name = '', finalizers } = change.object.metadata;
      if (change.type === 'create') return ['create'];
      return [`${finalizers === undefined ? 'release' : 'take'} ${name}`];
    })
    .sort();
}

test('pods on the uncounted lists of another controller are counted once, with their finalizer or without', () => {
  const uncountedTerminatedPods = { succeeded: ['uid-a', 'uid-z'], failed: ['uid-b'] };
  const subject = job(
    { completions: 9, parallelism: 0 },
    { ...started, succeeded: 2, failed: 1, uncountedTerminatedPods },
  );
  const pods = [
    pod('a', { phase: 'Succeeded' }),
    pod('b', { phase: 'Failed' }),
    pod('c', { phase: 'Succeeded' }),
  ];
  const plan = planned(subject, ...pods);
  const { succeeded, failed, uncountedTerminatedPods: left } = statusIn(plan) ?? {};
  assert.deepEqual([succeeded, failed, left], [5, 2, {}]);
  assert.deepEqual(podsIn(plan), ['release a', 'release b', 'release c']);
});

test('of two pods of one index the one goes that serves less; what has no index goes too', () => {
  const subject = job({ completionMode: 'Indexed', completions: 2, parallelism: 2 });
  const plan = planned(
    subject,
    pod('a', { index: 0 }),
    pod('b', { index: 0, phase: 'Pending' }),
    pod('c', { index: 1 }),
    pod('d', { index: 5 }),
    pod('e'),
  );
  assert.deepEqual(podsIn(plan), ['delete b', 'delete d', 'delete e']);
});

test('more successes than asked for are told of', () => {
  const subject = job({ completions: 1 }, { ...started, succeeded: 1 });
  const plan = planned(subject, pod('a', { phase: 'Succeeded' }));
  assert.deepEqual(
    plan.events.map(({ reason }) => reason),
    ['TooManySucceededPods', 'Completed'],
  );
});

test('conditions of others stay', () => {
  const theirs = { type: 'Theirs', status: 'True', reason: 'Because', message: 'so' };
  const plan = planned(job({ completions: 0 }, { ...started, conditions: [theirs] }));
  assert.deepEqual(
    statusIn(plan)?.conditions?.map(({ type }) => type),
    ['Theirs', 'SuccessCriteriaMet', 'Complete'],
  );
});

test('a finished job holds no pod, and makes none', () => {
  const subject = job({ completions: 3 }, { ...started, conditions: [{ type: 'Failed', status: 'True' }] });
  assert.deepEqual(podsIn(planned(subject, pod('a'), pod('b', { tracked: false }))), ['release a']);
});

test('an orphan is taken with the finalizer, unless the job is of another controller or has ended', () => {
  const orphan = pod('a', { controller: '', tracked: false });
  assert.deepEqual(podsIn(planned(job({ completions: 1 }), orphan)), ['take a']);
  assert.deepEqual(planned(job({ completions: 1, managedBy: 'acme.example/jobs' }), orphan).changes, []);
});

test('a pod whose job is gone is let go of', () => {
  const orphan = pod('a', { controller: 'job-0' });
  const view = viewOf(orphan);
  const change = { ref: refOf(orphan), before: undefined, after: orphan };
  const keys = jobController.keysFor(change, view);
  assert.deepEqual(
    keys.map(({ kind, name }) => `${kind}/${name}`),
    ['Job/work', 'Pod/a'],
  );
  const plans = keys.map((key) => podsIn(jobController.plan(key, view, context)));
  assert.deepEqual(plans, [[], ['release a']]);
});

test('a refusal in a namespace that goes away is not told', () => {
  const subject = job({ completions: 2, parallelism: 2 });
  const view = viewOf(subject);
  const plan = jobController.plan(refOf(subject), view, context);
  const change = plan.changes.find(({ type }) => type === 'create') ?? assert.fail('nothing is made');
  const causes = [{ reason: 'NamespaceTerminating', message: '', field: '' }];
  const problem = { code: 403, reason: 'Forbidden', message: 'no', causes } as const;
  const instead = jobController.refused?.(refOf(subject), { plan, change, problem }, view, context);
  assert.deepEqual(instead?.events, []);
  assert.deepEqual(podsIn(instead ?? assert.fail('no plan')), []);
});

test('in a namespace that goes away no deleted pod waits for the one in its place', () => {
  const subject = job({ completions: 1, completionMode: 'Indexed', backoffLimitPerIndex: 1 });
  const old = pod('a', { phase: 'Failed', index: 0 });
  const deleted: Pod = { ...old, metadata: { ...old.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const view = viewOf(subject, deleted);
  const change: Change = { type: 'create', object: pod('b', { index: 0 }) };
  const causes = [{ reason: 'NamespaceTerminating', message: '', field: '' }];
  const problem = { code: 403, reason: 'Forbidden', message: 'no', causes } as const;
  const plan: Plan = { changes: [change], events: [] };
  const instead = jobController.refused?.(refOf(subject), { plan, change, problem }, view, context);
  assert.deepEqual(podsIn(instead ?? assert.fail('no plan')), ['release a']);
});
