import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyDefinition, kindByAnyName, kindByGvk, kindByPlural, kinds } from './kinds.ts';
import { mergeTypeOf } from './merge.ts';
import { definitions } from './validation/json-schema-documents.ts';

test('finds kinds by what people type', () => {
  for (const name of [
    'deploy',
    'deployments',
    'deployment',
    'Deployment',
    'deployments.apps',
    'deploy.apps',
  ]) {
    assert.equal(kindByAnyName(name)?.kind, 'Deployment', name);
  }
  assert.equal(kindByAnyName('po')?.kind, 'Pod');
  assert.equal(kindByAnyName('nonsense'), undefined);
});

test('prefers the core group and the newest version', () => {
  assert.equal(kindByAnyName('events')?.group, '');
  assert.equal(kindByAnyName('events.events.k8s.io')?.group, 'events.k8s.io');
  assert.equal(kindByPlural('autoscaling', 'horizontalpodautoscalers')?.version, 'v2');
});

test('knows scopes', () => {
  assert.equal(kindByGvk('v1', 'Node')?.namespaced, false);
  assert.equal(kindByGvk('v1', 'Pod')?.namespaced, true);
  assert.equal(kindByGvk('berth.dev/v1alpha1', 'Host')?.namespaced, false);
});

test('knows the bodies of subresources', () => {
  assert.equal(bodyDefinition('policy/v1', 'Eviction'), 'io.k8s.api.policy.v1.Eviction');
  assert.equal(bodyDefinition('autoscaling/v1', 'Scale'), 'io.k8s.api.autoscaling.v1.Scale');
  assert.equal(bodyDefinition('v1', 'Nonsense'), undefined);
});

/** The merge types describe the built-in API server; these two groups are served by extensions of it. */
const withoutMergeTypes = ['apiextensions.k8s.io', 'apiregistration.k8s.io'];

test('has a JSON Schema and a merge type for every kind that can be listed', () => {
  for (const { group, definition, listKind } of kinds.filter((info) => info.verbs.includes('list'))) {
    assert.notEqual(definitions()[definition], undefined, definition);
    assert.equal(mergeTypeOf(definition) === undefined, withoutMergeTypes.includes(group), definition);
    assert.notEqual(listKind, undefined, definition);
  }
});

test('has every short name only once', () => {
  const newest = new Map(kinds.map((info) => [`${info.plural}.${info.group}`, info]));
  const names = [...newest.values()]
    .filter(({ kind }) => kind !== 'Event')
    .flatMap(({ shortNames }) => shortNames);
  assert.deepEqual(names, [...new Set(names)]);
});
