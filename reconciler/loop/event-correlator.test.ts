import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRecord } from '../core/model/plan.ts';
import { EventCorrelator } from './event-correlator.ts';

function created(pod: number, change: Partial<EventRecord> = {}): EventRecord {
  return {
    about: { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'default', name: 'web' },
    aboutUid: 'uid-of-web',
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: `Created pod: web-${pod}`,
    source: 'replicaset-controller',
    ...change,
  };
}

/** Names of the events that are written, and their messages; what is not written is left out. */
function written(
  correlator: EventCorrelator,
  events: readonly EventRecord[],
  nowMs = 0,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const event of events) {
    const taken = correlator.take(event, nowMs);
    if (taken !== undefined) found.set(taken.name, taken.record.message);
  }
  return found;
}

function numbered(count: number, change: Partial<EventRecord> = {}): readonly EventRecord[] {
  return Array.from({ length: count }, (_, index) => created(index, change));
}

test('nine messages of one reason stand alone; from the tenth on they are one event', () => {
  const all = written(new EventCorrelator(), numbered(15));
  assert.deepEqual(
    [...all.values()],
    [...numbered(9).map(({ message }) => message), '(combined from similar events): Created pod: web-14'],
  );
});

test('after ten minutes of silence messages stand alone again', () => {
  const correlator = new EventCorrelator();
  written(correlator, numbered(15));
  assert.deepEqual([...written(correlator, [created(99)], 600_001).values()], ['Created pod: web-99']);
});

test('a source is heard 25 times about one object, and then once in five minutes', () => {
  const correlator = new EventCorrelator();
  const again = (nowMs: number): boolean => correlator.take(created(0), nowMs) !== undefined;
  assert.equal(numbered(40).filter((event) => correlator.take(event, 0) !== undefined).length, 25);
  assert.deepEqual(
    [again(299_999), again(300_000), again(300_000), again(600_000)],
    [false, true, false, true],
  );
});

test('others are heard: of another object, another source, and a warning', () => {
  const correlator = new EventCorrelator();
  written(correlator, numbered(40));
  for (const change of [{ aboutUid: 'another' }, { source: 'kubelet' }, { type: 'Warning' as const }])
    assert.notEqual(correlator.take(created(0, change), 0), undefined);
});

test('what was heard longest ago is forgotten first', () => {
  const correlator = new EventCorrelator();
  written(correlator, numbered(40));
  const others = Array.from({ length: 4096 }, (_, index) => created(0, { aboutUid: `other-${index}` }));
  written(correlator, others);
  assert.notEqual(correlator.take(created(0), 0), undefined);
  written(
    correlator,
    Array.from({ length: 40 }, () => others[4095] ?? created(0)),
  );
  assert.equal(correlator.take(others[4095] ?? created(0), 0), undefined);
});
