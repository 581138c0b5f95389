import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../../schemas/kubernetes/types/batch-v1.ts';
import { refOf } from '../model/object.ts';
import type { Plan } from '../model/plan.ts';
import { formatTime } from '../model/time.ts';
import { MutableView } from '../model/view.ts';
import { ttlAfterFinishedController } from './ttl-after-finished.ts';

const endedMs = 1_767_225_600_000;

function job(ttlSecondsAfterFinished: number | undefined, condition: string, metadata: object = {}): Job {
  const lastTransitionTime = formatTime(endedMs);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop', uid: 'job-1', ...metadata },
    spec: { template: {}, ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }) },
    status: { conditions: [{ type: condition, status: 'True', lastTransitionTime }] },
  };
}

function planned(subject: Job, afterSeconds: number): Plan {
  const view = new MutableView();
  view.apply(refOf(subject), subject, 1);
  const context = { nowMs: endedMs + afterSeconds * 1000, seed: 1 };
  return ttlAfterFinishedController.plan(refOf(subject), view, context);
}

test('a job that completed or failed goes with what hangs on it', () => {
  for (const condition of ['Complete', 'Failed']) {
    assert.deepEqual(planned(job(30, condition), 30).changes, [
      { type: 'delete', ref: refOf(job(30, condition)), uid: 'job-1', propagation: 'Foreground' },
    ]);
  }
});

test('until then it is waited for, a minute at most', () => {
  assert.deepEqual(planned(job(30, 'Complete'), 10), { changes: [], events: [], requeueAfterMs: 20_000 });
  assert.deepEqual(planned(job(3000, 'Complete'), 10).requeueAfterMs, 60_000);
});

test('jobs that run, that have no such time, or that go already are left alone', () => {
  const leaving = { deletionTimestamp: formatTime(endedMs) };
  for (const subject of [job(0, 'SuccessCriteriaMet'), job(undefined, 'Complete'), job(0, 'Failed', leaving)])
    assert.deepEqual(planned(subject, 100), { changes: [], events: [] });
});
