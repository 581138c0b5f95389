import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from './object.ts';
import { MutableView } from './view.ts';

function podOf(name: string, labels: Readonly<Record<string, string>>, namespace = 'shop'): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels } };
}

function viewOf(...pods: readonly Pod[]): MutableView {
  const view = new MutableView();
  for (const pod of pods) view.apply(refOf(pod), pod, 1);
  return view;
}

function names(pods: readonly Pod[]): readonly (string | undefined)[] {
  return pods.map(({ metadata }) => metadata.name);
}

test('pods are found by all of the labels that are asked for, in their namespace alone', () => {
  const view = viewOf(
    podOf('b', { app: 'web', tier: 'front' }),
    podOf('a', { app: 'web', tier: 'back' }),
    podOf('c', { app: 'db', tier: 'back' }),
    podOf('d', { app: 'web', tier: 'front' }, 'other'),
  );
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'web' })), ['a', 'b']);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'web', tier: 'front' })), ['b']);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'db', tier: 'front' })), []);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'mail' })), []);
  assert.deepEqual(names(view.podsLabelled('shop', {})), ['a', 'b', 'c']);
});

test('a pod whose labels change, or that goes, is found where it belongs', () => {
  const pod = podOf('a', { app: 'web' });
  const view = viewOf(pod);
  view.apply(refOf(pod), podOf('a', { app: 'db' }), 2);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'web' })), []);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'db' })), ['a']);
  view.apply(refOf(pod), undefined, 3);
  assert.deepEqual(names(view.podsLabelled('shop', { app: 'db' })), []);
});
