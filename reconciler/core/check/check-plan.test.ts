import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { checkPlan } from './check-plan.ts';

function viewOf(...objects: KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function node(name: string, ready: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name },
    status: {
      allocatable: { cpu: '1', memory: '1Gi', pods: '2' },
      conditions: [{ type: 'Ready', status: ready }],
    },
  };
}

function pod(name: string, nodeName?: string, cpu = '400m'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: {
      containers: [{ name: 'main', resources: { requests: { cpu } } }],
      ...(nodeName === undefined ? {} : { nodeName }),
    },
  };
}

function bound(name: string, nodeName: string, cpu?: string) {
  return { type: 'update', scope: 'all', object: pod(name, nodeName, cpu) } as const;
}

test('a sound plan has no problems', () => {
  const view = viewOf(node('n1', 'True'), pod('a'), pod('b'));
  assert.deepEqual(checkPlan([bound('a', 'n1'), bound('b', 'n1')], view), []);
});

test('the pods of one plan count together, beside those that are there', () => {
  const view = viewOf(node('n1', 'True'), pod('a', 'n1'), pod('b', undefined), pod('c', undefined));
  assert.deepEqual(checkPlan([bound('b', 'n1'), bound('c', 'n1')], view), [
    'n1 has 1000 of cpu, of which 400 are taken; the plan binds pods that ask for 800',
    'n1 has 2 of pods, of which 1 are taken; the plan binds pods that ask for 2',
  ]);
});

test('an ended pod takes no room', () => {
  const ended: Pod = { ...pod('a', 'n1', '900m'), status: { phase: 'Succeeded' } };
  const view = viewOf(node('n1', 'True'), ended, pod('b'));
  assert.deepEqual(checkPlan([bound('b', 'n1')], view), []);
});

test('a pod is bound once, to a node that is there and ready', () => {
  const leaving: Pod = {
    ...pod('c'),
    metadata: { ...pod('c').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  };
  const view = viewOf(node('n1', 'True'), node('n2', 'Unknown'), pod('a', 'n1'), pod('b'), leaving);
  assert.deepEqual(checkPlan([bound('a', 'n2')], view), ['v1/Pod/shop/a is moved from n1 to n2']);
  assert.deepEqual(checkPlan([bound('b', 'n9')], view), [
    'v1/Pod/shop/b is bound to n9, which does not exist',
  ]);
  assert.deepEqual(checkPlan([bound('b', 'n2')], view), ['v1/Pod/shop/b is bound to n2, which is not ready']);
  assert.deepEqual(checkPlan([bound('c', 'n1')], view), [
    'v1/Pod/shop/c is bound although it is being deleted',
  ]);
});

test('what is created does not exist yet, what is changed or deleted does, and is no namesake', () => {
  const view = viewOf(pod('a'));
  const refB = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'b' };
  const namesake = { ...pod('a'), metadata: { ...pod('a').metadata, uid: 'other' } };
  assert.deepEqual(checkPlan([{ type: 'create', object: pod('a') }], view), [
    'v1/Pod/shop/a is created although it exists',
  ]);
  assert.deepEqual(checkPlan([{ type: 'delete', ref: refB, uid: '' }], view), [
    'v1/Pod/shop/b is deleted although it does not exist',
  ]);
  assert.deepEqual(checkPlan([{ type: 'update', scope: 'status', object: pod('b') }], view), [
    'v1/Pod/shop/b is updated although it does not exist',
  ]);
  assert.deepEqual(checkPlan([{ type: 'update', scope: 'spec', object: namesake }], view), [
    'v1/Pod/shop/a is updated with the uid other of a namesake',
  ]);
});

test('one plan changes an object once', () => {
  const view = viewOf(pod('a'));
  const change = { type: 'update', scope: 'status', object: pod('a') } as const;
  assert.deepEqual(checkPlan([change, change], view), ['v1/Pod/shop/a is changed twice by one plan']);
});
