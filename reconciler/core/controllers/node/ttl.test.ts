import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import { ttlController } from './ttl.ts';

const annotation = 'node.alpha.kubernetes.io/ttl';
const everyNode = { apiVersion: 'v1', kind: 'Node', namespace: '', name: '' };

/** The annotation that nodes get in a cluster of this size, where the first of them bear `known`. */
function given(size: number, known?: string): readonly (string | undefined)[] {
  const view = new MutableView();
  for (let index = 0; index < size; index++) {
    const annotations = known === undefined ? {} : { annotations: { [annotation]: known } };
    const metadata = { name: `n${index}`, ...(index === 0 ? annotations : {}) };
    const node: Node = { apiVersion: 'v1', kind: 'Node', metadata };
    view.apply(refOf(node), node, 1);
  }
  const { changes } = ttlController.plan(everyNode, view, { nowMs: 0, seed: 0 });
  const values = changes.map((change) =>
    change.type === 'update' ? change.object.metadata.annotations?.[annotation] : undefined,
  );
  return [...new Set(values)];
}

test('the larger the cluster, the longer', () => {
  assert.deepEqual(given(3), ['0']);
  assert.deepEqual(given(101), ['15']);
  assert.deepEqual(given(600), ['30']);
  assert.deepEqual(given(1200), ['60']);
  assert.deepEqual(given(2001), ['300']);
});

test('between two steps the one that nodes bear stays', () => {
  assert.deepEqual(given(95, '15'), ['15']);
  assert.deepEqual(given(95, '0'), ['0']);
  assert.deepEqual(given(89, '15'), ['0']);
});
