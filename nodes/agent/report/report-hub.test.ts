import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentInfo } from '../../../schemas/wire/messages.ts';
import { ReportHub } from './report-hub.ts';

const info: AgentInfo = {
  protocol: 1,
  agentVersion: '0.1.0',
  executableDigest: '',
  instance: 'i',
  bootId: 'b',
  epoch: 1,
  generation: 2,
};
const ref = { uid: 'u1', namespace: 'default', name: 'web' };
const event = {
  podUid: 'u1',
  namespace: 'default',
  podName: 'web',
  severity: 'Normal',
  reason: 'Started',
  message: 'm',
  timestamp: 't',
} as const;

function ignore(): undefined {
  return undefined;
}

test('a reader first gets a snapshot and everything known, then changes', () => {
  const hub = new ReportHub(
    () => info,
    () => [],
  );
  hub.pod(ref, { phase: 'Running' });
  let wakes = 0;
  const reader = hub.open(() => wakes++);
  const types = reader.take().map(({ type }) => type);
  assert.deepEqual(types, ['snapshot', 'pod']);
  hub.applied(1, 3);
  assert.equal(wakes, 1);
  assert.deepEqual(reader.take(), [{ type: 'applied', epoch: 1, generation: 3 }]);
  assert.deepEqual(reader.take(), []);
});

test('a slow reader gets the newest level only, but every event', () => {
  const hub = new ReportHub(
    () => info,
    () => [],
  );
  const reader = hub.open(ignore);
  reader.take();
  for (const phase of ['Pending', 'Running', 'Failed']) {
    hub.pod(ref, { phase });
    hub.event(event);
  }
  const reports = reader.take();
  assert.deepEqual(
    reports.map((report) => (report.type === 'pod' ? report.status.phase : report.type)),
    ['Failed', 'event', 'event', 'event'],
  );
});

test('events without a reader wait for the next one, once', () => {
  const hub = new ReportHub(
    () => info,
    () => [],
  );
  hub.event(event);
  const first = hub.open(ignore);
  assert.deepEqual(
    first.take().map(({ type }) => type),
    ['snapshot', 'event'],
  );
  first.close();
  assert.deepEqual(
    hub
      .open(ignore)
      .take()
      .map(({ type }) => type),
    ['snapshot'],
  );
});

test('what a reader that never takes costs is bounded', () => {
  const hub = new ReportHub(
    () => info,
    () => [],
  );
  const reader = hub.open(ignore);
  for (let index = 0; index < 30_000; index++) {
    const uid = String(index);
    hub.pod({ ...ref, uid }, { phase: 'Running' });
    hub.event(event);
    hub.forget(uid);
  }
  assert.ok(reader.take().length <= 11_001);
});

test('a pod that is gone and forgotten is not named in the next snapshot', () => {
  const hub = new ReportHub(
    () => info,
    () => [],
  );
  hub.pod(ref, { phase: 'Running' });
  const reader = hub.open(ignore);
  reader.take();
  hub.podGone(ref, { phase: 'Succeeded' });
  hub.forget(ref.uid);
  assert.deepEqual(
    reader.take().map(({ type }) => type),
    ['pod-gone'],
  );
  const [snapshot] = hub.open(ignore).take();
  assert.deepEqual(snapshot?.type === 'snapshot' ? snapshot.podUids : undefined, []);
});
