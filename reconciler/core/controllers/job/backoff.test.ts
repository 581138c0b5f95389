import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { formatTime } from '../../model/time.ts';
import { backoffAnnotation, backoffMs, failuresAfter, withFailures, withoutFailures } from './backoff.ts';

const nowMs = 1_767_225_600_000;

function job(failures?: string): Job {
  const annotations = failures === undefined ? {} : { annotations: { [backoffAnnotation]: failures } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work', ...annotations } };
}

/** A pod whose only container ended so many seconds ago. */
function ended(secondsAgo: number): Pod {
  const finishedAt = formatTime(nowMs - secondsAgo * 1000);
  const terminated = { exitCode: 1, finishedAt };
  const status = {
    name: 'main',
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { terminated },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    status: { phase: 'Failed', containerStatuses: [status] },
  };
}

test('the wait doubles from ten seconds to ten minutes', () => {
  const waits = [0, 1, 2, 3, 6, 7, 8, 40].map((failures) => backoffMs(failures, nowMs, nowMs) / 1000);
  assert.deepEqual(waits, [0, 10, 20, 40, 320, 600, 600, 600]);
});

test('what has passed since the failure is taken off', () => {
  assert.equal(backoffMs(1, nowMs - 4000, nowMs), 6000);
  assert.equal(backoffMs(1, nowMs - 11_000, nowMs), 0);
});

test('a failure far ahead is of another clock, one little ahead is waited for', () => {
  assert.equal(backoffMs(1, nowMs + 3_600_000, nowMs), 0);
  assert.equal(backoffMs(1, nowMs + 5000, nowMs), 15_000);
});

test('failures add up on the job, until a pod succeeds', () => {
  const twice = failuresAfter(job(), [], [ended(30), ended(20)]);
  assert.deepEqual(twice, { count: 2, lastMs: nowMs - 20_000 });
  const marked = withFailures(job(), twice);
  assert.equal(marked.metadata.annotations?.[backoffAnnotation], '2 2025-12-31T23:59:40Z');
  assert.deepEqual(failuresAfter(marked, [], []), twice);
  assert.equal(failuresAfter(marked, [], [ended(0)]).count, 3);
  assert.deepEqual(failuresAfter(marked, [ended(10)], [ended(15), ended(5)]), {
    count: 1,
    lastMs: nowMs - 5000,
  });
  assert.deepEqual(withoutFailures(marked), job());
});

test('what is written there by others counts for nothing', () => {
  assert.equal(failuresAfter(job('many'), [], []).count, 0);
});
