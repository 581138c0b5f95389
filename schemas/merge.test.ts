import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MergeType, mergeTypeOf, patchFieldsOf } from './merge.ts';
import { type JsonSchema, definitions, refName } from './validation/json-schema-documents.ts';

const core = (name: string): string => `io.k8s.api.core.v1.${name}`;

function field(definition: string, name: string): MergeType | undefined {
  const type = mergeTypeOf(definition);
  return typeof type === 'object' && 'struct' in type ? type.struct[name]?.type : undefined;
}

test('keys containers by name and ports by port and protocol', () => {
  assert.deepEqual(field(core('PodSpec'), 'containers'), {
    keyed: { ref: core('Container') },
    keys: ['name'],
  });
  assert.deepEqual(field(core('Container'), 'ports'), {
    keyed: { ref: core('ContainerPort') },
    keys: ['containerPort', 'protocol'],
  });
});

test('knows defaults of keys, atomic lists, sets, and atomic maps', () => {
  const port = mergeTypeOf(core('ContainerPort'));
  assert.ok(typeof port === 'object' && 'struct' in port);
  assert.equal(port.struct['protocol']?.default, 'TCP');
  assert.deepEqual(field(core('Container'), 'args'), { list: 'scalar' });
  assert.deepEqual(field('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'finalizers'), { set: 'scalar' });
  assert.deepEqual(field(core('PodSpec'), 'nodeSelector'), { map: 'scalar', atomic: true });
});

test('tells separable references to atomic structs', () => {
  assert.deepEqual(field(core('PersistentVolumeSpec'), 'claimRef'), {
    ref: core('ObjectReference'),
    atomic: false,
  });
});

test('knows the keys of strategic merge patch', () => {
  assert.deepEqual(patchFieldsOf(core('PodSpec'))['volumes'], {
    strategies: ['merge', 'retainKeys'],
    mergeKey: 'name',
  });
  assert.deepEqual(patchFieldsOf('nonsense'), {});
});

test("has for Berth's kinds the fields of their schemas", () => {
  const own = Object.entries(definitions()).filter(
    ([name]) => name.startsWith('dev.berth.') && !name.endsWith('List'),
  );
  assert.ok(own.length > 0);
  for (const [name, schema] of own) {
    const type = mergeTypeOf(name);
    assert.ok(typeof type === 'object' && 'struct' in type, name);
    assert.deepEqual(Object.keys(type.struct).sort(), Object.keys(schema.properties ?? {}).sort(), name);
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      assert.ok(matches(type.struct[key]?.type, property), `${name}.${key}`);
    }
  }
});

function matches(type: MergeType | undefined, schema: JsonSchema): boolean {
  const ref = refName(schema);
  if (ref !== undefined) return typeof type === 'object' && 'ref' in type && type.ref === ref;
  if (schema.type === 'array')
    return typeof type === 'object' && ('list' in type || 'set' in type || 'keyed' in type);
  if (schema.type === 'object') return typeof type === 'object' && 'map' in type;
  return type === 'scalar';
}
