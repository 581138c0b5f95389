/** Jobs over random histories: whatever happens to their pods, each is counted once, and the job comes to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Job, JobSpec } from '../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../reconciler/core/model/object.ts';
import { isPodActive, isPodTerminal } from '../../reconciler/core/model/pod-status.ts';
import { jobObject } from './job-objects.ts';
import { SimCluster } from './sim-cluster.ts';
import { SimHosts } from './sim-hosts.ts';

const indexKey = 'batch.kubernetes.io/job-completion-index';
const tracking = 'batch.kubernetes.io/job-tracking';

/** Turns of hosts and clock in which any of these jobs must end: its waits double up to ten minutes. */
const turnsMax = 300;

class JobTrial {
  readonly cluster: SimCluster;
  readonly #hosts: SimHosts;
  /** Uids of pods that ended so, or that somebody deleted while they ran. */
  readonly succeeded = new Set<string>();
  readonly failed = new Set<string>();

  constructor(seed: number, spec: Readonly<Record<string, string>>) {
    this.cluster = new SimCluster({ seed, shuffle: true });
    this.#hosts = new SimHosts(this.cluster);
    for (const name of ['n1', 'n2'])
      this.#hosts.join(name, { allocatable: { cpu: '64', memory: '64Gi', pods: '5000' } });
    this.cluster.submit('user', [{ type: 'create', object: jobObject('work', spec, '') }]);
  }

  get job(): Job {
    return this.cluster.view.get<Job>('batch/v1', 'Job', 'shop', 'work') ?? assert.fail('the job is gone');
  }

  get pods(): readonly Pod[] {
    return this.cluster.list<Pod>('v1', 'Pod');
  }

  get running(): readonly Pod[] {
    return this.pods.filter((pod) => isPodActive(pod) && pod.spec?.nodeName !== undefined);
  }

  holds(type: string): boolean {
    return this.job.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
  }

  exit(pod: Pod, code: number): void {
    (code === 0 ? this.succeeded : this.failed).add(pod.metadata.uid ?? '');
    this.#hosts.exited(pod, code);
  }

  delete(pod: Pod): void {
    this.failed.add(pod.metadata.uid ?? '');
    this.cluster.submit('user', [{ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' }]);
  }

  edit(spec: Partial<JobSpec>): void {
    const { job } = this;
    const object = { ...job, spec: { ...job.spec, ...spec } } as Job;
    this.cluster.submit('user', [{ type: 'update', scope: 'spec', object }]);
  }

  /** Hosts have stopped what was deleted; `tells` says whether the exit codes come through. */
  end(tells: boolean): void {
    for (const pod of this.pods) {
      if (pod.metadata.deletionTimestamp === undefined) continue;
      if (tells && !isPodTerminal(pod)) this.#hosts.exited(pod, 143);
      this.#hosts.gone(pod);
    }
  }

  wait(ms: number): void {
    for (const name of ['n1', 'n2']) this.#hosts.heartbeat(name);
    this.cluster.advance(ms);
  }

  /** Never more pods than asked for, never an index twice, never a pod whose end was not seen. */
  check(): void {
    const active = this.pods.filter(isPodActive);
    const indexes = active
      .map((pod) => pod.metadata.annotations?.[indexKey])
      .filter((one) => one !== undefined);
    assert.equal(new Set(indexes).size, indexes.length, 'an index runs twice');
    const { active: told = 0, succeeded = 0, failed = 0 } = this.job.status ?? {};
    assert.ok(told <= 6, `${told} pods at once`);
    assert.ok(succeeded <= this.succeeded.size, `${succeeded} of ${this.succeeded.size} successes`);
    if (!this.holds('FailureTarget'))
      assert.ok(failed <= this.failed.size, `${failed} of ${this.failed.size} failures`);
  }

  /** All that runs ends well, until the job has ended. */
  finish(): void {
    this.edit({ suspend: false });
    for (let turn = 0; turn < turnsMax && !this.holds('Complete') && !this.holds('Failed'); turn++) {
      this.cluster.settle();
      this.check();
      for (const pod of this.running) this.exit(pod, 0);
      this.end(true);
      this.cluster.settle();
      this.wait(30_000);
    }
    this.end(true);
    this.cluster.settle();
    assert.deepEqual(this.cluster.unrest(), []);
    assert.deepEqual(
      this.pods.filter((pod) => pod.metadata.finalizers?.includes(tracking) === true),
      [],
    );
  }
}

const acts = fc.oneof(
  { weight: 4, arbitrary: fc.nat().map((which) => ({ type: 'exit' as const, which, code: 0 })) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ type: 'exit' as const, which, code: 1 })) },
  { weight: 2, arbitrary: fc.nat().map((which) => ({ type: 'delete' as const, which })) },
  { weight: 2, arbitrary: fc.boolean().map((tells) => ({ type: 'end' as const, tells })) },
  { weight: 1, arbitrary: fc.boolean().map((suspend) => ({ type: 'edit' as const, spec: { suspend } })) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 6 }).map((parallelism) => ({ type: 'edit' as const, spec: { parallelism } })),
  },
  { weight: 3, arbitrary: fc.nat({ max: 90_000 }).map((ms) => ({ type: 'wait' as const, ms })) },
  { weight: 4, arbitrary: fc.nat({ max: 12 }).map((count) => ({ type: 'steps' as const, count })) },
);

type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never;

function perform(trial: JobTrial, act: Act): void {
  const { running } = trial;
  switch (act.type) {
    case 'exit':
    case 'delete': {
      const pod = running[act.which % Math.max(1, running.length)];
      if (pod === undefined) return;
      if (act.type === 'exit') trial.exit(pod, act.code);
      else trial.delete(pod);
      return;
    }
    case 'end':
      return trial.end(act.tells);
    case 'edit':
      return trial.edit(act.spec);
    case 'wait':
      return trial.wait(act.ms);
    case 'steps':
      for (let step = 0; step < act.count; step++) trial.cluster.step();
  }
}

const shapes: readonly Readonly<Record<string, string>>[] = [
  { completions: '5', parallelism: '3', backoffLimit: '1000' },
  { completions: '5', parallelism: '3', backoffLimit: '1000', completionMode: 'Indexed' },
  { completions: '5', parallelism: '3', backoffLimitPerIndex: '100', completionMode: 'Indexed' },
  { parallelism: '3', backoffLimit: '1000' },
  { completions: '5', parallelism: '3', backoffLimit: '1000', podReplacementPolicy: 'Failed' },
];

test('every pod is counted once, and the job completes', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...shapes),
      fc.array(acts, { maxLength: 40 }),
      (seed, shape, history) => {
        const trial = new JobTrial(seed, shape);
        for (const act of history) {
          perform(trial, act);
          trial.check();
        }
        trial.edit({ parallelism: 3 });
        trial.finish();
        assert.ok(trial.holds('Complete'));
        const { succeeded, failed = 0, active, terminating } = trial.job.status ?? {};
        assert.deepEqual([succeeded, failed], [trial.succeeded.size, trial.failed.size]);
        assert.deepEqual([active, terminating], [undefined, 0]);
      },
    ),
    { numRuns: 60 },
  );
});

test('a job of more pods than one plan makes and counts', () => {
  const trial = new JobTrial(1, { completions: '1200', parallelism: '1200', completionMode: 'Indexed' });
  trial.cluster.settle();
  assert.equal(trial.job.status?.active, 1200);
  for (const pod of trial.running) trial.exit(pod, 0);
  trial.cluster.settle();
  assert.deepEqual([trial.job.status?.succeeded, trial.job.status?.completedIndexes], [1200, '0-1199']);
  assert.ok(trial.holds('Complete'));
});

test('a job that fails takes more pods with it than one plan may', () => {
  const trial = new JobTrial(1, { completions: '700', parallelism: '700', backoffLimit: '0' });
  trial.cluster.settle();
  const [first] = trial.running;
  trial.exit(first ?? assert.fail('nothing runs'), 1);
  trial.cluster.settle();
  assert.ok(trial.holds('FailureTarget') && !trial.holds('Failed'));
  trial.end(true);
  trial.cluster.settle();
  assert.ok(trial.holds('Failed'));
  assert.deepEqual([trial.job.status?.failed, trial.pods.length], [700, 1]);
});
