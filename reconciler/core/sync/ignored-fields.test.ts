import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '../../../schemas/kubernetes/types/apps-v1.ts';
import { formatPath } from '../apply/field-path.ts';
import { pathsOf } from '../apply/field-set.ts';
import type { KubeObject } from '../model/object.ts';
import { ignoredFields } from './ignored-fields.ts';
import { SyncScenario } from './sync-scenario.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

function deployment(ignore: string | undefined, spec: object = { replicas: 3 }): KubeObject {
  const annotations = ignore === undefined ? {} : { annotations: { 'berth.dev/ignore-fields': ignore } };
  const container = { name: 'web', image: 'nginx:1', env: [{ name: 'A', value: '1' }], args: ['-v'] };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
  const metadata = { name: 'web', namespace: 'shop', ...annotations };
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { ...spec, selector: { matchLabels: { app: 'web' } }, template },
  };
  return object;
}

function change(scenario: SyncScenario, edit: (spec: Record<string, unknown>) => void): void {
  const live = structuredClone(scenario.get<Deployment>('apps/v1', 'Deployment', 'web'));
  edit(live.spec as unknown as Record<string, unknown>);
  scenario.write(live);
}

test('fields are named by JSON pointers or paths, several of them apart by commas or spaces', () => {
  const paths = (text: string): string[] => pathsOf(ignoredFields(deployment(text))).map(formatPath);
  const image = '.spec.template.spec.containers[name="web"].image';
  assert.deepEqual(paths('/spec/replicas'), ['.spec.replicas']);
  assert.deepEqual(paths('spec.replicas, .spec.paused\n/metadata/labels/example.com~1a'), [
    '.metadata.labels.example.com/a',
    '.spec.paused',
    '.spec.replicas',
  ]);
  for (const text of [
    '/spec/template/spec/containers/0/image',
    'spec.template.spec.containers[name=web].image',
    'spec.template.spec.containers["web"].image',
  ]) {
    assert.deepEqual(paths(text), [image]);
  }
  assert.deepEqual(paths('spec.template.spec.containers[web].env[name="A"].value'), [
    '.spec.template.spec.containers[name="web"].env[name="A"].value',
  ]);
  assert.deepEqual(paths('metadata.labels["a.b/c"]'), ['.metadata.labels.a.b/c']);
});

test('a part of an atomic value stands for the whole; an item that is not there for nothing', () => {
  const paths = (text: string): string[] => pathsOf(ignoredFields(deployment(text))).map(formatPath);
  assert.deepEqual(paths('/spec/selector/matchLabels/app'), ['.spec.selector']);
  assert.deepEqual(paths('/spec/template/spec/containers/0/args/0'), [
    '.spec.template.spec.containers[name="web"].args',
  ]);
  assert.deepEqual(paths('spec.template.spec.containers[name=db].image'), []);
});

test('an ignored field is applied when the object is made, and not put back after that', () => {
  const scenario = new SyncScenario();
  const desired = [namespace, deployment('/spec/replicas')];
  scenario.sync(desired);
  assert.equal(scenario.get<Deployment>('apps/v1', 'Deployment', 'web').spec?.replicas, 3);
  change(scenario, (spec) => {
    spec['replicas'] = 7;
  });
  assert.deepEqual(scenario.plan(desired).steps, []);
  assert.equal(scenario.get<Deployment>('apps/v1', 'Deployment', 'web').spec?.replicas, 7);
});

test('a field that is ignored later is given up as it is', () => {
  const scenario = new SyncScenario();
  scenario.sync([namespace, deployment(undefined)]);
  const desired = [namespace, deployment('spec.replicas', { replicas: 5 })];
  scenario.sync(desired);
  assert.equal(scenario.get<Deployment>('apps/v1', 'Deployment', 'web').spec?.replicas, 3);
  assert.deepEqual(scenario.plan(desired).steps, []);
});

test('replicas that left the repository stay where an autoscaler has them, else they go', () => {
  const handOver = (withScaler: boolean): number | undefined => {
    const scenario = new SyncScenario();
    scenario.sync([namespace, deployment(undefined, { replicas: 4 })]);
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { scaleTargetRef: target, maxReplicas: 9 },
    };
    const desired = [namespace, deployment(undefined, {}), ...(withScaler ? [scaler] : [])];
    scenario.sync(desired);
    assert.deepEqual(scenario.plan(desired).steps, []);
    return scenario.get<Deployment>('apps/v1', 'Deployment', 'web').spec?.replicas;
  };
  assert.equal(handOver(true), 4);
  assert.equal(handOver(false), 1);
});
