import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet } from '../../../schemas/kubernetes/types/apps-v1.ts';
import { templateGenerationAnnotation, withTemplateGeneration } from './template-generation.ts';

function daemonSet(image: string, annotations?: Readonly<Record<string, string>>): DaemonSet {
  const labels = { app: 'agent' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
    },
  };
}

function generation(object: DaemonSet): string | undefined {
  return object.metadata.annotations?.[templateGenerationAnnotation];
}

test('a DaemonSet begins with the first generation of its template, and counts each other template', () => {
  const first = withTemplateGeneration(daemonSet('agent:1'), undefined);
  assert.equal(generation(first), '1');
  const second = withTemplateGeneration(daemonSet('agent:2', { note: 'kept' }), first);
  assert.deepEqual(second.metadata.annotations, { note: 'kept', [templateGenerationAnnotation]: '2' });
  assert.equal(generation(withTemplateGeneration(daemonSet('agent:2'), second)), '2');
});

test('nobody else sets the generation', () => {
  const first = withTemplateGeneration(daemonSet('agent:1'), undefined);
  const asked = daemonSet('agent:1', { [templateGenerationAnnotation]: '9' });
  assert.equal(generation(withTemplateGeneration(asked, first)), '1');
});

test('other kinds have none', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  assert.equal(withTemplateGeneration(map, undefined), map);
});
