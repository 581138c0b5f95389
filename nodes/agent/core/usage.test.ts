import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSample, type HostSample, usageBetween } from './usage.ts';

function host(atMs: number, cpuMs: number, memoryBytes: number): HostSample {
  return { atMs, cpuMs, memoryBytes };
}

function container(id: string, podUid: string, name: string, sample: HostSample): ContainerSample {
  return { id, podUid, name, ...sample };
}

test('CPU is averaged over the time between two looks, memory is that of the second', () => {
  const before = {
    host: host(1000, 5000, 100),
    containers: [
      container('1', 'pod-a', 'main', host(1000, 200, 10)),
      container('2', 'pod-a', 'side', host(1000, 0, 5)),
    ],
  };
  const after = {
    host: host(11_000, 15_000, 200),
    containers: [
      container('2', 'pod-a', 'side', host(11_000, 50, 6)),
      container('1', 'pod-a', 'main', host(11_000, 2700, 20)),
    ],
  };
  assert.deepEqual(usageBetween(before, after), {
    windowMs: 10_000,
    node: { cpuMilli: 1000, memoryBytes: 200 },
    pods: [
      {
        uid: 'pod-a',
        containers: [
          { name: 'main', cpuMilli: 250, memoryBytes: 20 },
          { name: 'side', cpuMilli: 5, memoryBytes: 6 },
        ],
      },
    ],
  });
});

test('a container that is new, or whose counter or clock went back, is left out', () => {
  const before = { host: host(0, 0, 0), containers: [container('1', 'a', 'main', host(50, 500, 1))] };
  const after = (sample: ContainerSample) => ({ host: host(100, 10, 0), containers: [sample] });
  for (const sample of [
    container('2', 'a', 'main', host(100, 500, 1)),
    container('1', 'a', 'main', host(100, 400, 1)),
    container('1', 'a', 'main', host(50, 600, 1)),
  ])
    assert.deepEqual(usageBetween(before, after(sample)).pods, []);
});
