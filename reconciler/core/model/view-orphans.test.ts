import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from './object.ts';
import { MutableView } from './view.ts';

function podOf(name: string, controller?: boolean): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'set' };
  const ownerReferences = controller === undefined ? [] : [{ ...owner, controller }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', ownerReferences } };
}

test('pods that no controller owns are found by namespace, and are not once they are adopted', () => {
  const view = new MutableView();
  const names = (): readonly string[] =>
    view.podsWithoutController('shop').map(({ metadata }) => metadata.name ?? '');
  for (const pod of [podOf('b'), podOf('a', false), podOf('c', true)]) view.apply(refOf(pod), pod, 1);
  assert.deepEqual(names(), ['a', 'b']);
  view.apply(refOf(podOf('b')), podOf('b', true), 2);
  assert.deepEqual(names(), ['a']);
  view.apply(refOf(podOf('c')), podOf('c', false), 3);
  assert.deepEqual(names(), ['a', 'c']);
  view.apply(refOf(podOf('a')), undefined, 4);
  assert.deepEqual(names(), ['c']);
  assert.deepEqual(view.podsWithoutController('other'), []);
});
