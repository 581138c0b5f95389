import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { constraintTables } from './constraints.ts';
import { problemText } from './field-problem.ts';
import { definitions } from './json-schema-documents.ts';
import { nameFormats } from './metadata-constraints.ts';
import { validateObject, warmValidators } from './validate.ts';

const roundtrip = join(import.meta.dirname, '..', '..', 'fixtures', 'roundtrip');

function messages(object: unknown): readonly string[] {
  return validateObject(object).map((found) => `${found.path}: ${problemText(found)}`);
}

function configMap(fields: object): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, ...fields };
}

for (const file of readdirSync(roundtrip).filter((name) => name.endsWith('.json'))) {
  test(`knows every field and type of ${file}`, () => {
    const problems = validateObject(JSON.parse(readFileSync(join(roundtrip, file), 'utf8')));
    const wrong = problems.filter(
      ({ reason, problem }) =>
        reason === 'FieldValueTypeInvalid' ||
        /^unknown (field|kind)|must fit|base64|RFC 3339|quantities/.test(problem),
    );
    assert.deepEqual(wrong, []);
  });
}

test('accepts a good object', () => {
  assert.deepEqual(validateObject(configMap({ data: { a: 'x' } })), []);
});

test('takes null for a field that is not set', () => {
  const metadata = { name: 'settings', creationTimestamp: null, labels: null };
  assert.deepEqual(messages(configMap({ metadata, data: null })), []);
  assert.deepEqual(messages(configMap({ data: { a: null } })), ['data[a]: got null, expected a string']);
});

test('gives the path in steps beside its text', () => {
  const [problem] = validateObject(configMap({ data: { 'a.b': 1 } }));
  assert.equal(problem?.path, 'data[a.b]');
  assert.deepEqual(problem?.segments, ['data', { key: 'a.b' }]);
});

test('reads keys that look like JSON pointers', () => {
  assert.deepEqual(messages(configMap({ metadata: { name: 'x', labels: { 'a.b/c~d': 1 } } })).slice(0, 1), [
    `metadata.labels: Invalid value: "a.b/c~d": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  ]);
});

test('does not throw on shapes that make no sense', () => {
  for (const object of [null, 1, 'x', [], {}, { apiVersion: 1, kind: {} }]) {
    assert.notDeepEqual(validateObject(object), []);
  }
  for (const odd of [null, 1, 'x', [], {}, [null], [1], { a: null }]) {
    for (const kind of ['Pod', 'Service', 'Secret', 'Node', 'PersistentVolumeClaim']) {
      assert.ok(
        Array.isArray(validateObject({ apiVersion: 'v1', kind, metadata: odd, spec: odd, data: odd })),
      );
    }
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) {
      const spec = {
        selector: odd,
        template: { metadata: odd, spec: { containers: odd, volumes: odd } },
        strategy: odd,
      };
      assert.ok(
        Array.isArray(validateObject({ apiVersion: 'apps/v1', kind, metadata: { name: 'x' }, spec })),
      );
    }
  }
});

test('bounds annotations and content', () => {
  const annotations = { a: 'x'.repeat(256 * 1024) };
  assert.deepEqual(messages(configMap({ metadata: { name: 'x', annotations } })), [
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
  assert.deepEqual(messages(configMap({ data: { a: 'x'.repeat(1024 * 1024), b: 'x' } })), [
    ': Too long: may not be more than 1048576 bytes',
  ]);
});

test('checks bodies of subresources', () => {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' }, deleteOption: {} };
  assert.deepEqual(messages(eviction), [
    'deleteOption: unknown field "deleteOption"; did you mean "deleteOptions"?',
  ]);
});

test('keeps every constraint on a definition and a field that exist', () => {
  const seen = new Set<string>();
  for (const table of constraintTables) {
    for (const [name, { fields }] of Object.entries(table)) {
      const properties = definitions()[name]?.properties;
      assert.notEqual(properties, undefined, name);
      assert.ok(!seen.has(name), `${name} is in two tables`);
      seen.add(name);
      for (const field of Object.keys(fields ?? {}))
        assert.ok(Object.hasOwn(properties ?? {}, field), `${name}.${field}`);
    }
  }
  for (const name of Object.keys(nameFormats)) assert.notEqual(definitions()[name], undefined, name);
});

test('compiles every kind', () => {
  assert.doesNotThrow(() => warmValidators([{ apiVersion: 'apps/v1', kind: 'Deployment' }]));
  assert.throws(() => warmValidators([{ apiVersion: 'v1', kind: 'Nonsense' }]), /no kind Nonsense/);
});
