import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import protobuf from 'protobufjs';

const folder = join(import.meta.dirname, '..', 'fixtures', 'roundtrip');
const magic = Buffer.from('k8s\0');
const root = protobuf.Root.fromJSON(
  JSON.parse(
    readFileSync(join(import.meta.dirname, 'kubernetes', 'protobuf.json'), 'utf8'),
  ) as protobuf.INamespace,
);

interface Unknown {
  readonly typeMeta: { readonly apiVersion: string; readonly kind: string };
  readonly raw: Uint8Array;
}

test('resolves every kept message', () => {
  assert.doesNotThrow(() => root.resolveAll());
});

for (const file of readdirSync(folder).filter((name) => name.endsWith('.pb'))) {
  test(`decodes the metadata of ${file}`, () => {
    const bytes = readFileSync(join(folder, file));
    assert.deepEqual(bytes.subarray(0, magic.length), magic);
    const unknown = root
      .lookupType('k8s.io.apimachinery.pkg.runtime.Unknown')
      .decode(bytes.subarray(magic.length)) as unknown as Unknown;
    const expected = JSON.parse(readFileSync(join(folder, file.replace(/pb$/, 'json')), 'utf8')) as {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: { readonly name: string; readonly labels: object };
    };
    assert.deepEqual({ ...unknown.typeMeta }, { apiVersion: expected.apiVersion, kind: expected.kind });
    const name = file.replace(/^([a-z]+)[a-z0-9.]*\.(v[0-9]+)\.([A-Za-z]+)\.pb$/, 'k8s.io.api.$1.$2.$3');
    const { metadata } = root.lookupType(name).decode(unknown.raw).toJSON() as typeof expected;
    assert.equal(metadata.name, expected.metadata.name);
    assert.deepEqual(metadata.labels, expected.metadata.labels);
  });
}
