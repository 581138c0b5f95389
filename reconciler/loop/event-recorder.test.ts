import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../schemas/kubernetes/types/core-v1.ts';
import type { EventRecord } from '../core/model/plan.ts';
import type { Cluster } from './cluster.ts';
import { EventRecorder } from './event-recorder.ts';
import { HandClock, quiet } from '../../test/sim/hand-clock.ts';
import { type TestContext, memoryCluster } from '../../test/sim/memory-cluster.ts';

interface Trial {
  readonly cluster: Cluster;
  readonly events: EventRecorder;
  /** Moves the clock, and runs what waits no longer than that. */
  readonly pass: (ms: number) => Promise<void>;
  readonly warnings: string[];
}

async function started(context: TestContext): Promise<Trial> {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock);
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const logger = { ...quiet, warn, error: warn };
  const events = new EventRecorder(cluster, clock, logger);
  events.start();
  context.after(async () => {
    events.stop();
  });
  const pass = (ms: number): Promise<void> => clock.pass(ms);
  return { cluster, events, pass, warnings };
}

function scheduled(pod: string, change: Partial<EventRecord> = {}): EventRecord {
  return {
    about: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: pod },
    aboutUid: `uid-of-${pod}`,
    type: 'Normal',
    reason: 'Scheduled',
    message: 'assigned to node-1',
    source: 'default-scheduler',
    ...change,
  };
}

/** `NAME REASON COUNT` of every event. */
function eventsOf({ cluster }: Trial): readonly string[] {
  return cluster.view
    .list<Event>('v1', 'Event')
    .map(
      ({ involvedObject, reason, count }) => `${involvedObject.name ?? ''} ${reason ?? ''} ${String(count)}`,
    );
}

test('an event is written a moment later, with everything that kubectl shows', async (context) => {
  const trial = await started(context);
  trial.events.record([scheduled('web')]);
  await trial.pass(49);
  assert.deepEqual(eventsOf(trial), []);
  await trial.pass(1);
  const [event] = trial.cluster.view.list<Event>('v1', 'Event', 'default');
  const { metadata, ...rest } = event ?? assert.fail('there is no event');
  assert.match(metadata.name ?? '', /^web\.[0-9a-z]+$/);
  assert.deepEqual(rest, {
    apiVersion: 'v1',
    kind: 'Event',
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'web',
      namespace: 'default',
      uid: 'uid-of-web',
    },
    type: 'Normal',
    reason: 'Scheduled',
    message: 'assigned to node-1',
    source: { component: 'default-scheduler' },
    reportingComponent: 'default-scheduler',
    reportingInstance: '',
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 1,
  });
});

test('equal events are counted on one object, at once and later', async (context) => {
  const trial = await started(context);
  trial.events.record([scheduled('web'), scheduled('web'), scheduled('web')]);
  await trial.pass(50);
  assert.deepEqual(eventsOf(trial), ['web Scheduled 3']);
  await trial.pass(10_000);
  trial.events.record([scheduled('web')]);
  await trial.pass(50);
  assert.deepEqual(eventsOf(trial), ['web Scheduled 4']);
  const [event] = trial.cluster.view.list<Event>('v1', 'Event');
  assert.deepEqual(
    [event?.firstTimestamp, event?.lastTimestamp],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z'],
  );
});

test('events that differ in what, why or about whom are apart', async (context) => {
  const trial = await started(context);
  trial.events.record([
    scheduled('web'),
    scheduled('web', { message: 'assigned to node-2' }),
    scheduled('web', { aboutUid: 'another' }),
    scheduled('web', { reason: 'Preempted' }),
    scheduled('api'),
  ]);
  await trial.pass(50);
  assert.deepEqual([...eventsOf(trial)].sort(), [
    'api Scheduled 1',
    'web Preempted 1',
    'web Scheduled 1',
    'web Scheduled 1',
    'web Scheduled 1',
  ]);
});

test('an event about something outside of namespaces is one of the namespace default', async (context) => {
  const trial = await started(context);
  const about = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'node-1' };
  trial.events.record([scheduled('', { about, reason: 'NodeReady' })]);
  await trial.pass(50);
  const [event] = trial.cluster.view.list<Event>('v1', 'Event', 'default');
  assert.deepEqual(event?.involvedObject, {
    apiVersion: 'v1',
    kind: 'Node',
    name: 'node-1',
    uid: 'uid-of-',
  });
});

test('an event whose namespace is gone holds up no other', async (context) => {
  const trial = await started(context);
  const about = { apiVersion: 'v1', kind: 'Pod', namespace: 'gone', name: 'old' };
  trial.events.record([scheduled('old', { about }), scheduled('web')]);
  await trial.pass(50);
  assert.deepEqual([eventsOf(trial), trial.warnings], [['web Scheduled 1'], []]);
});

test('more events than one commit takes are all written', async (context) => {
  const trial = await started(context);
  trial.events.record(Array.from({ length: 450 }, (_, index) => scheduled(`web-${String(index)}`)));
  await trial.pass(50);
  assert.equal(eventsOf(trial).length, 450);
});

test('events beyond what can wait are dropped, and that is told', async (context) => {
  const trial = await started(context);
  trial.events.record(Array.from({ length: 10_000 }, (_, index) => scheduled(`web-${index}`)));
  trial.events.record([scheduled('api')]);
  assert.deepEqual(trial.warnings, ['events were dropped: more than can be written']);
});

test('events expire an hour after they were last seen', async (context) => {
  const trial = await started(context);
  trial.events.record([scheduled('old'), scheduled('seen-again')]);
  await trial.pass(50);
  await trial.pass(1_800_000);
  trial.events.record([scheduled('seen-again')]);
  await trial.pass(50);
  await trial.pass(1_801_000);
  await trial.pass(60_000);
  assert.deepEqual(eventsOf(trial), ['seen-again Scheduled 2']);
});
