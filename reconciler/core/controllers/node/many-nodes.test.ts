import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import { nodeIpamController } from './ipam.ts';
import { ttlController } from './ttl.ts';

const everyNode = { apiVersion: 'v1', kind: 'Node', namespace: '', name: '' };
const count = 120;

/** The nodes that each turn of `controller` changes, until it asks for no other turn. */
function turns(controller: Controller): readonly (readonly Node[])[] {
  const view = new MutableView();
  for (let index = 0; index < count; index++) {
    const name = `n${index}`;
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name } };
    view.apply(refOf(node), node, 1);
  }
  const turns: Node[][] = [];
  for (let revision = 2; ; revision++) {
    const { changes, requeueAfterMs } = controller.plan(everyNode, view, { nowMs: 0, seed: 0 });
    const nodes = changes.flatMap((change) => (change.type === 'update' ? [change.object as Node] : []));
    for (const node of nodes) view.apply(refOf(node), node, revision);
    turns.push(nodes);
    if (requeueAfterMs === undefined) return turns;
  }
}

for (const controller of [nodeIpamController({ clusterCidr: '10.42.0.0/16' }), ttlController])
  test(`${controller.name} changes many nodes a few at a time, each of them once`, () => {
    const changed = turns(controller);
    assert.deepEqual(
      changed.map(({ length }) => length),
      [50, 50, 20],
    );
    assert.equal(new Set(changed.flat().map(({ metadata }) => metadata.name)).size, count);
  });
