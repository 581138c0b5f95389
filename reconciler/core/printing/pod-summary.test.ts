import assert from 'node:assert/strict';
import { test } from 'node:test';
import { made, nowMs, printed } from './printing-scenario.ts';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { podSummary } from './pod-summary.ts';

const running = { running: { startedAt: '2026-11-26T11:56:00Z' } };
const done = { terminated: { exitCode: 0, reason: 'Completed' } };
const ready = [{ type: 'Ready', status: 'True' }];

interface Case {
  readonly what: string;
  readonly init?: readonly object[];
  readonly containers?: readonly object[];
  readonly specInit?: readonly object[];
  readonly status?: object;
  readonly metadata?: object;
  /** READY, STATUS, RESTARTS. */
  readonly expected: string;
}

const cases: readonly Case[] = [
  { what: 'nothing known yet', status: { phase: 'Pending' }, expected: '0/1 Pending 0' },
  { what: 'ready', containers: [{ state: running, ready: true }], expected: '1/1 Running 0' },
  { what: 'running, not ready', containers: [{ state: running, ready: false }], expected: '0/1 Running 0' },
  {
    what: 'creating',
    status: { phase: 'Pending' },
    containers: [{ state: { waiting: { reason: 'ContainerCreating' } } }],
    expected: '0/1 ContainerCreating 0',
  },
  {
    what: 'crashing, with the time of the last crash',
    containers: [
      {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-26T11:55:00Z' } },
        restartCount: 3,
      },
    ],
    expected: '0/1 CrashLoopBackOff 3 (5m ago)',
  },
  {
    what: 'completed',
    status: { phase: 'Succeeded' },
    containers: [{ state: done }],
    expected: '0/1 Completed 0',
  },
  {
    what: 'failed without a reason',
    status: { phase: 'Failed' },
    containers: [{ state: { terminated: { exitCode: 3 } } }],
    expected: '0/1 ExitCode:3 0',
  },
  {
    what: 'killed by a signal',
    status: { phase: 'Failed' },
    containers: [{ state: { terminated: { exitCode: 137, signal: 9 } } }],
    expected: '0/1 Signal:9 0',
  },
  {
    what: 'one of two completed, the other runs and the pod is ready',
    status: { phase: 'Running', conditions: ready },
    containers: [{ state: done }, { state: running, ready: true }],
    expected: '1/2 Running 0',
  },
  {
    what: 'one of two completed, the other runs, the pod is not ready',
    containers: [{ state: done }, { state: running, ready: true }],
    expected: '1/2 NotReady 0',
  },
  {
    what: 'one completed, one failed',
    containers: [{ state: done }, { state: { terminated: { exitCode: 1, reason: 'Error' } } }],
    expected: '0/2 Error 0',
  },
  {
    what: 'evicted',
    status: { phase: 'Failed', reason: 'Evicted' },
    expected: '0/1 Evicted 0',
  },
  {
    what: 'gated',
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
    },
    expected: '0/1 SchedulingGated 0',
  },
  {
    what: 'on its way out',
    metadata: { deletionTimestamp: '2026-11-26T11:59:00Z' },
    containers: [{ state: running, ready: true }],
    expected: '1/1 Terminating 0',
  },
  {
    what: 'ended before it was deleted',
    metadata: { deletionTimestamp: '2026-11-26T11:59:00Z' },
    status: { phase: 'Succeeded' },
    containers: [{ state: done }],
    expected: '0/1 Completed 0',
  },
  {
    what: 'on a lost node',
    metadata: { deletionTimestamp: '2026-11-26T11:59:00Z' },
    status: { phase: 'Running', reason: 'NodeLost' },
    expected: '0/1 Unknown 0',
  },
  {
    what: 'second init container runs',
    specInit: [{}, {}],
    init: [{ state: done }, { state: running }],
    containers: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    expected: '0/1 Init:1/2 0',
  },
  {
    what: 'init container waits for its image',
    specInit: [{}],
    init: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }],
    expected: '0/1 Init:ImagePullBackOff 0',
  },
  {
    what: 'init container failed',
    specInit: [{}],
    init: [{ state: { terminated: { exitCode: 2 } }, restartCount: 4 }],
    expected: '0/1 Init:ExitCode:2 4',
  },
  {
    what: 'init container failed with a reason',
    specInit: [{}],
    init: [{ state: { terminated: { exitCode: 2, reason: 'Error' } } }],
    expected: '0/1 Init:Error 0',
  },
  {
    what: 'restarts of init containers that are done do not count',
    specInit: [{}],
    init: [{ state: done, restartCount: 4 }],
    containers: [{ state: running, ready: true, restartCount: 1 }],
    expected: '1/1 Running 1',
  },
  {
    what: 'a sidecar counts as a container',
    specInit: [{ restartPolicy: 'Always' }],
    init: [{ state: running, started: true, ready: true, restartCount: 2 }],
    containers: [{ state: running, ready: true, restartCount: 1 }],
    expected: '2/2 Running 3',
  },
  {
    what: 'a sidecar that has not started holds the pod up',
    specInit: [{ restartPolicy: 'Always' }, {}],
    init: [{ state: running, started: false }],
    expected: '0/2 Init:0/2 0',
  },
];

function pod({ init = [], containers = [], specInit = [], status, metadata }: Case): Pod {
  const named = (prefix: string) => (entry: object, index: number) => ({
    name: `${prefix}${index}`,
    restartCount: 0,
    ready: false,
    ...entry,
  });
  return made({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata },
    spec: {
      containers: (containers.length === 0 ? [{}] : containers).map((_, index) => ({ name: `main${index}` })),
      initContainers: specInit.map((entry, index) => ({ name: `init${index}`, ...entry })),
    },
    status: {
      phase: 'Running',
      initContainerStatuses: init.map(named('init')),
      containerStatuses: containers.map(named('main')),
      ...status,
    },
  }) as Pod;
}

for (const one of cases) {
  test(`a pod: ${one.what}`, () => {
    const summary = podSummary(pod(one), nowMs);
    assert.equal(`${summary.ready} ${summary.status} ${summary.restarts}`, one.expected);
  });
}

test('a pod in full', () => {
  const text = printed({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'web' }],
      readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }],
    },
    status: {
      phase: 'Running',
      podIP: '10.0.0.7',
      podIPs: [{ ip: '10.0.0.7' }, { ip: 'fd00::7' }],
      conditions: [
        { type: 'a', status: 'True' },
        { type: 'b', status: 'False' },
      ],
    },
  });
  assert.equal(
    text,
    'READY=0/1 | STATUS=Running | RESTARTS=0 | [IP=10.0.0.7] | [NODE=node-1] | [NOMINATED NODE=<none>] | [READINESS GATES=1/2]',
  );
});
