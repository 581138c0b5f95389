import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KindInfo, kindByGvk } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../../core/model/object.ts';
import { ApiError } from '../api-error.ts';
import { fieldSelector, selectedName } from './field-selector.ts';

function kind(apiVersion: string, name: string): KindInfo {
  return kindByGvk(apiVersion, name) ?? assert.fail(`there is no kind ${name}`);
}

const pod = kind('v1', 'Pod');

const web = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { nodeName: 'n1', containers: [] },
  status: { phase: 'Running' },
} as KubeObject;

for (const [text, expected] of [
  ['metadata.name=web', true],
  ['metadata.name==web', true],
  ['metadata.name!=web', false],
  ['metadata.namespace=shop,metadata.name=web', true],
  ['spec.nodeName=n1,status.phase=Pending', false],
  ['status.phase!=Succeeded,status.phase!=Failed', true],
  ['spec.hostNetwork=false', true],
  ['status.podIP=', true],
  ['metadata.name=a\\,b', false],
] as const)
  test(`${text} is ${String(expected)} of the pod`, () => {
    assert.equal(fieldSelector(text, pod)?.(web), expected);
  });

for (const text of [
  'metadata.name',
  'name=web',
  'spec.image=a',
  'metadata.name=a\\',
  'metadata.name=\\x',
  '=a',
  '__proto__=a',
])
  test(`the selector ${text} is refused`, () => {
    assert.throws(
      () => fieldSelector(text, pod),
      (error) => error instanceof ApiError && error.problem.code === 400,
    );
  });

test('fields of one kind are none of another', () => {
  assert.throws(() => fieldSelector('spec.nodeName=a', kind('v1', 'ConfigMap')), ApiError);
  assert.throws(() => fieldSelector('metadata.namespace=a', kind('v1', 'Node')), ApiError);
});

test('fields that a custom kind names can be selected by', () => {
  const custom = fieldSelector('spec.color=red', kind('v1', 'ConfigMap'), ['spec.color']);
  assert.equal(custom?.({ ...web, spec: { color: 'red' } } as KubeObject), true);
});

test('the name that a selector demands is what authorization asks for', () => {
  assert.equal(selectedName('metadata.name=web'), 'web');
  assert.equal(selectedName('status.phase=Running,metadata.name=web'), 'web');
  assert.equal(selectedName('metadata.name!=web'), undefined);
  assert.equal(selectedName(null), undefined);
});
