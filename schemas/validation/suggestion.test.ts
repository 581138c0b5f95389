import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './suggestion.ts';

test('suggests the nearest name', () => {
  assert.equal(nearest('replcas', ['replicas', 'selector', 'template']), 'replicas');
  assert.equal(nearest('Deploymnet', ['Deployment', 'DaemonSet']), 'Deployment');
  assert.equal(nearest('configmap', ['ConfigMap', 'Secret']), 'ConfigMap');
});

test('suggests nothing when nothing is near', () => {
  assert.equal(nearest('colour', ['replicas', 'selector']), undefined);
  assert.equal(nearest('x', []), undefined);
});

test('takes the first by name among equals', () => {
  assert.equal(nearest('cat', ['rat', 'bat']), 'bat');
});
