/** The simulation itself: a seed always gives the same run, and what must not be is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './run.ts';
import { Witness } from './witness.ts';

const seeds = [1, 2, 3, 4, 5, 6];

for (const seed of seeds) {
  test(`seed ${seed} runs twice to the same trace, and nothing is found`, async () => {
    const first = await simulate({ seed });
    const lines: string[] = [];
    const second = await simulate({ seed, tell: (line) => lines.push(line) });
    assert.deepEqual(first.findings, []);
    assert.equal(second.digest, first.digest);
    assert.deepEqual(second.lastLines, first.lastLines);
    assert.deepEqual(lines.slice(-first.lastLines.length), first.lastLines);
  });
}

test('another seed is another run', async () => {
  const [one, other] = [await simulate({ seed: 11 }), await simulate({ seed: 12 })];
  assert.notEqual(one.digest, other.digest);
});

test('hosts and steps can be given', async () => {
  const lines: string[] = [];
  await simulate({ seed: 1, hosts: 7, steps: 0, tell: (line) => lines.push(line) });
  assert.equal(lines.filter((line) => /create Node n\d/.test(line)).length, 7);
});

test('a node that holds more than it has is found in the commit that fills it', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    status: { allocatable: { cpu: '1', memory: '1Gi', pods: '10' } },
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'big', namespace: 'shop', uid: 'u1' },
    spec: { nodeName: 'n1', containers: [{ name: 'main', resources: { requests: { cpu: '2' } } }] },
  };
  const view = { get: () => node, podsOnNode: () => [pod], list: () => [] };
  const witness = new Witness({
    view: () => view as never,
    steadyMs: () => 0,
    isGivenUp: () => false,
  });
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'big' };
  witness.commit({ by: 'test', revision: 1, changes: [{ ref, before: undefined, after: pod }] });
  assert.deepEqual(witness.findings, [
    { invariant: 'no node is over-allocated', text: 'n1 holds 2000 of cpu and has 1' },
  ]);
});
