import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { formatTime } from '../../model/time.ts';
import { byAverage, byUtilization, type Count, type Situation } from './replica-count.ts';

const nowMs = 10_000_000;

interface PodLike {
  readonly cpu?: number;
  readonly request?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  /** Seconds ago. */
  readonly started?: number;
  readonly turned?: number;
}

function podOf(index: number, { request = '1000m', ready = true, phase, started, turned }: PodLike): Pod {
  const ago = (seconds: number): string => formatTime(nowMs - seconds * 1000);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `web-${index}`, namespace: 'shop', uid: `uid-${index}` },
    spec: { containers: [{ name: 'main', resources: { requests: request === '' ? {} : { cpu: request } } }] },
    status: {
      phase: phase ?? 'Running',
      startTime: ago(started ?? 3600),
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(turned ?? 3500) },
      ],
    },
  };
}

function situationOf(pods: readonly PodLike[], currentReplicas = pods.length): Situation {
  return {
    pods: pods.map((pod, index) => podOf(index, pod)),
    currentReplicas,
    nowMs,
    tolerances: { up: 0.1, down: 0.1 },
    usage: {
      node: () => undefined,
      pod: (uid) => {
        const cpuMilli = pods[Number(uid.slice('uid-'.length))]?.cpu;
        if (cpuMilli === undefined) return undefined;
        return { atMs: nowMs, windowMs: 30_000, containers: [{ name: 'main', cpuMilli, memoryBytes: 1024 }] };
      },
    },
  };
}

function replicas(count: Count | string): number | string {
  return typeof count === 'string' ? count : count.replicas;
}

const cpu = { name: 'cpu' };

test('usage over the target asks for more in proportion, under it for fewer', () => {
  const busy = situationOf([{ cpu: 300 }, { cpu: 500 }, { cpu: 700 }]);
  assert.deepEqual(byUtilization(cpu, 30, busy), { replicas: 5, utilization: 50, averageMilli: 500 });
  const idle = situationOf([{ cpu: 100 }, { cpu: 300 }, { cpu: 500 }, { cpu: 250 }, { cpu: 250 }]);
  assert.equal(replicas(byUtilization(cpu, 50, idle)), 3);
});

test('within a tenth of the target nothing changes', () => {
  assert.equal(replicas(byUtilization(cpu, 100, situationOf([{ cpu: 1010 }, { cpu: 1100 }]))), 2);
  assert.equal(replicas(byUtilization(cpu, 100, situationOf([{ cpu: 900 }, { cpu: 900 }]))), 2);
  assert.equal(replicas(byUtilization(cpu, 100, situationOf([{ cpu: 1200 }, { cpu: 1200 }]))), 3);
});

test('pods that are not ready damp what is added', () => {
  const starting = { cpu: 900, ready: false, started: 60, turned: 50 };
  const pods = [{ cpu: 900 }, { cpu: 900 }, starting, starting];
  assert.equal(replicas(byUtilization(cpu, 30, situationOf(pods))), 6);
  const justReady = { cpu: 900, ready: true, started: 60, turned: 10 };
  assert.equal(replicas(byUtilization(cpu, 30, situationOf([{ cpu: 900 }, { cpu: 900 }, justReady]))), 6);
});

test('a pod that was ready once and is not now counts as it is', () => {
  const lapsed = { cpu: 900, ready: false, started: 3600, turned: 10 };
  assert.equal(replicas(byUtilization(cpu, 30, situationOf([{ cpu: 900 }, lapsed]))), 6);
});

test('pods without a measure count as busy where there would be fewer, as idle where there would be more', () => {
  assert.equal(replicas(byUtilization(cpu, 50, situationOf([{ cpu: 100 }, { cpu: 100 }, {}]))), 3);
  assert.equal(replicas(byUtilization(cpu, 50, situationOf([{ cpu: 950 }, { cpu: 950 }, {}]))), 4);
  assert.equal(replicas(byUtilization(cpu, 50, situationOf([{ cpu: 1000 }, {}]))), 2);
});

test('pods that leave or have failed are as if they were not there', () => {
  const pods = [{ cpu: 600 }, { cpu: 600 }, { cpu: 5000, phase: 'Failed' }];
  assert.equal(replicas(byUtilization(cpu, 30, situationOf(pods, 2))), 4);
});

test('a mean per pod needs no requests', () => {
  const count = byAverage(
    cpu,
    400,
    situationOf([
      { cpu: 600, request: '' },
      { cpu: 1000, request: '' },
    ]),
  );
  assert.deepEqual(count, { replicas: 4, averageMilli: 800 });
});

test('what stands in the way is told as the API tells it', () => {
  assert.equal(
    byUtilization(cpu, 50, situationOf([{}])),
    'unable to get metrics for resource cpu: no metrics returned from resource metrics API',
  );
  assert.equal(
    byUtilization(cpu, 50, situationOf([{ cpu: 100, request: '' }])),
    'missing request for cpu in container main of Pod web-0',
  );
  assert.equal(
    byUtilization(cpu, 50, situationOf([{ cpu: 100, phase: 'Pending' }])),
    'did not receive metrics for targeted pods (pods might be unready)',
  );
  assert.equal(
    byUtilization({ name: 'cpu', container: 'side' }, 50, situationOf([{ cpu: 100 }])),
    'unable to get metrics for resource cpu: container side not present in metrics for pod shop/web-0',
  );
});
