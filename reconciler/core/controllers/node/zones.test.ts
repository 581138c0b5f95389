import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import { EvictionPace, evictionIntervalMs, noneReady } from './zones.ts';

function nodeOf(name: string, zone: string, ready: boolean): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  };
}

/** A zone of so many nodes, of which the first ones are lost. */
function zoneOf(zone: string, size: number, lost: number): readonly Node[] {
  return Array.from({ length: size }, (_, index) => nodeOf(`${zone}${index}`, zone, index >= lost));
}

function viewOf(...nodes: readonly Node[]): MutableView {
  const view = new MutableView();
  for (const node of nodes) view.apply(refOf(node), node, 1);
  return view;
}

test('a zone with some lost nodes is emptied one in ten seconds', () => {
  assert.equal(evictionIntervalMs('/a', viewOf(...zoneOf('a', 10, 5))), 10_000);
  assert.equal(evictionIntervalMs('/a', viewOf(...zoneOf('a', 3, 2))), 10_000);
});

test('a zone of which most is lost is emptied slowly where it is large, and else not at all', () => {
  assert.equal(evictionIntervalMs('/a', viewOf(...zoneOf('a', 10, 6))), Infinity);
  assert.equal(evictionIntervalMs('/a', viewOf(...zoneOf('a', 51, 40))), 100_000);
});

test('a zone that is lost whole is emptied while another one is there, and never when all are lost', () => {
  const view = viewOf(...zoneOf('a', 4, 4), ...zoneOf('b', 4, 0));
  assert.equal(evictionIntervalMs('/a', view), 10_000);
  const lost = viewOf(...zoneOf('a', 4, 4), ...zoneOf('b', 4, 4));
  assert.equal(noneReady(lost), true);
  assert.equal(evictionIntervalMs('/a', lost), Infinity);
});

test('the second node of a zone waits for its turn, that of another zone does not', () => {
  const nodes = [...zoneOf('a', 10, 2), ...zoneOf('b', 10, 1)];
  const view = viewOf(...nodes);
  const pace = new EvictionPace();
  const wait = (name: string, steadyMs: number): number =>
    pace.waitMs(nodes.find(({ metadata }) => metadata.name === name) as Node, view, steadyMs);
  assert.equal(wait('a0', 1000), 0);
  assert.equal(wait('a0', 1500), 0);
  assert.equal(wait('a1', 3000), 8000);
  assert.equal(wait('b0', 3000), 0);
  assert.equal(wait('a1', 11_000), 0);
});
