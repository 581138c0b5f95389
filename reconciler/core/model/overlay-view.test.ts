import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from './object.ts';
import { OverlayView } from './overlay-view.ts';
import { MutableView } from './view.ts';

function pod(name: string, nodeName?: string): Pod {
  const spec = { containers: [], ...(nodeName === undefined ? {} : { nodeName }) };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec };
}

test('pods on a node are those that are put over it too, and no longer those that are put elsewhere', () => {
  const view = new MutableView();
  for (const one of [pod('a', 'n1'), pod('b', 'n1'), pod('c')]) view.apply(refOf(one), one, 1);
  const overlay = new OverlayView(view);
  const names = (nodeName: string) => overlay.podsOnNode(nodeName).map(({ metadata }) => metadata.name);
  assert.deepEqual(names('n1'), ['a', 'b']);
  overlay.put(pod('c', 'n1'));
  overlay.put(pod('a', 'n2'));
  assert.deepEqual([names('n1'), names('n2'), names('')], [['b', 'c'], ['a'], []]);
});
