import assert from 'node:assert/strict';
import { test } from 'node:test';
import crontabs from '../../../../fixtures/custom/crontabs.json' with { type: 'json' };
import gateways from '../../../../fixtures/custom/gateways.json' with { type: 'json' };
import type { CustomResourceDefinition } from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { Change } from '../../model/plan.ts';
import { type Custom, CustomScenario } from '../../custom/testing/custom-scenario.ts';

function conditionsOf(definition: CustomResourceDefinition | undefined): readonly string[] {
  return (definition?.status?.conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''}: ${message ?? ''}`,
  );
}

/** A definition in the group of the CronTabs under another plural. */
function namesake(plural: string, names: object): object {
  return {
    ...crontabs,
    metadata: { name: `${plural}.stable.example.com` },
    spec: { ...crontabs.spec, names: { plural, ...names } },
  };
}

const crontab = {
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name: 'nightly', namespace: 'shop' },
  spec: { cronSpec: '* * * * *' },
} as Custom;

test('a definition is served once its names are accepted', () => {
  const cluster = new CustomScenario();
  cluster.create(crontabs);
  const definition = cluster.definition('crontabs.stable.example.com');
  assert.deepEqual(conditionsOf(definition), [
    'NamesAccepted=True NoConflicts: no conflicts found',
    'Established=True InitialNamesAccepted: the initial names have been accepted',
  ]);
  assert.deepEqual(definition?.status?.acceptedNames, {
    categories: ['all'],
    kind: 'CronTab',
    listKind: 'CronTabList',
    plural: 'crontabs',
    shortNames: ['ct'],
    singular: 'crontab',
  });
  assert.deepEqual(definition.status.storedVersions, ['v1']);
  assert.equal(definition.metadata.finalizers, undefined);
  assert.equal(cluster.view.kinds.byAnyName('ct')?.kind, 'CronTab');
});

test('before the controller has spoken nothing is served', () => {
  const cluster = new CustomScenario();
  cluster.view.apply(
    { apiVersion: crontabs.apiVersion, kind: crontabs.kind, namespace: '', name: crontabs.metadata.name },
    crontabs,
    2,
  );
  assert.equal(cluster.view.kinds.byGvk('stable.example.com/v1', 'CronTab'), undefined);
});

test('the newest version is the one that names without a version mean', () => {
  const cluster = new CustomScenario();
  cluster.create(gateways);
  assert.equal(cluster.view.kinds.byPlural('net.example.com', 'gateways')?.version, 'v1');
  assert.equal(cluster.view.kinds.byPlural('net.example.com', 'gateways', 'v1beta1')?.version, 'v1beta1');
});

test('names in use are refused until they are free', () => {
  const cluster = new CustomScenario();
  cluster.create(crontabs);
  cluster.create(namesake('tables', { kind: 'Table', shortNames: ['ct', 'tb'] }));
  cluster.create(namesake('others', { kind: 'CronTab', singular: 'other' }));
  assert.deepEqual(conditionsOf(cluster.definition('tables.stable.example.com')), [
    'NamesAccepted=False ShortNamesConflict: "ct" is already in use',
    'Established=False NotAccepted: not all names are accepted',
  ]);
  assert.deepEqual(conditionsOf(cluster.definition('others.stable.example.com')), [
    'NamesAccepted=False ListKindConflict: "CronTabList" is already in use',
    'Established=False NotAccepted: not all names are accepted',
  ]);
  const first = cluster.definition('crontabs.stable.example.com');
  assert.ok(first !== undefined);
  cluster.delete(first);
  assert.equal(cluster.definition('crontabs.stable.example.com'), undefined);
  assert.deepEqual(conditionsOf(cluster.definition('tables.stable.example.com')), [
    'NamesAccepted=True NoConflicts: no conflicts found',
    'Established=True InitialNamesAccepted: the initial names have been accepted',
  ]);
});

test('with a definition all its objects go, and it waits for the last one', () => {
  const cluster = new CustomScenario();
  cluster.create(crontabs);
  cluster.create(crontab);
  const held = cluster.create({
    ...crontab,
    metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/wait'] },
  });
  const definition = cluster.definition('crontabs.stable.example.com');
  assert.ok(definition !== undefined);
  cluster.delete(definition);
  const ending = cluster.definition('crontabs.stable.example.com');
  assert.deepEqual(ending?.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
  assert.ok(
    conditionsOf(ending).includes(
      'Terminating=True InstanceDeletionInProgress: CustomResource deletion is in progress',
    ),
  );
  const objects = cluster.view.list<Custom>('stable.example.com/v1', 'CronTab');
  assert.deepEqual(
    objects.map(({ metadata }) => metadata.name),
    ['held'],
  );
  const creation: Change = { type: 'create', object: crontab };
  assert.equal(
    cluster.refusal(creation).message,
    'create is not supported on resources of kind "crontabs.stable.example.com"',
  );
  const now = cluster.view.get<Custom>('stable.example.com/v1', 'CronTab', 'shop', 'held');
  const { finalizers: _, ...metadata } = now?.metadata ?? held.metadata;
  cluster.update({ ...held, metadata });
  assert.equal(cluster.definition('crontabs.stable.example.com'), undefined);
  assert.equal(cluster.view.kinds.byGvk('stable.example.com/v1', 'CronTab'), undefined);
});

test('what objects are stored under does not change', () => {
  const cluster = new CustomScenario();
  cluster.create(gateways);
  const definition = cluster.definition('gateways.net.example.com');
  assert.ok(definition !== undefined);
  const change = (spec: object): readonly string[] => {
    const object = { ...definition, spec: { ...definition.spec, ...spec } };
    const { causes = [] } = cluster.refusal({ type: 'update', scope: 'spec', object });
    return causes.map(({ field, message }) => `${field ?? ''}: ${message}`);
  };
  assert.deepEqual(change({ scope: 'Namespaced' }), [
    'spec.scope: Invalid value: "Namespaced": field is immutable',
  ]);
  const names = { ...definition.spec.names, kind: 'Door', listKind: 'DoorList' };
  assert.deepEqual(change({ names }), ['spec.names.kind: Invalid value: "Door": field is immutable']);
  const [beta] = definition.spec.versions;
  assert.deepEqual(change({ versions: [{ ...beta, storage: true }] }), [
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ]);
});
