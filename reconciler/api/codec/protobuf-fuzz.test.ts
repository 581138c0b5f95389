import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf, kinds } from '../../../schemas/kinds.ts';
import { protoFields, protoMessages } from './protobuf-descriptor.ts';
import { decodeProtobuf, encodeProtobuf } from './protobuf-envelope.ts';
import { messageOfKind } from './protobuf-kinds.ts';
import omittedWhenEmpty from './omitted-when-empty.json' with { type: 'json' };
import { omittedFields } from './omitted-fields.ts';
import { randomObject, seededRandom } from './random-object.ts';

const seed = 20_260_101;
const objectsCount = 10_000;

const withProtobuf = kinds
  .map((info) => ({ apiVersion: apiVersionOf(info), kind: info.kind, definition: info.definition }))
  .filter(({ apiVersion, kind }) => messageOfKind(apiVersion, kind) !== undefined);
/** JSON names of fields whose zero is not told from their absence. */
const omitted = new Set(protoMessages().flatMap((message) => [...omittedFields(message)]));

/** The object without those zeros that `other` does not have either. */
function withoutOmitted(value: unknown, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof other !== 'object' || other === null)
    return value;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => withoutOmitted(item, (other as unknown[])[index]));
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    const isZero = entry === '' || entry === 0 || entry === false;
    if (isZero && omitted.has(key) && !Object.hasOwn(other, key)) return [];
    return [[key, withoutOmitted(entry, Object.getOwnPropertyDescriptor(other, key)?.value)] as const];
  });
  return Object.fromEntries(entries);
}

test('all of Kubernetes’ kinds have a protobuf form', () => {
  const without = kinds.filter((info) => !info.group.endsWith('berth.dev'));
  assert.equal(withProtobuf.length, without.length);
});

test('the table of what is omitted names fields of messages', () => {
  const known = new Set(protoMessages());
  for (const [message, names] of Object.entries(omittedWhenEmpty)) {
    assert.equal(known.has(message), true, message);
    const fields = new Set(protoFields(message)?.map(({ name }) => name));
    for (const name of names) assert.equal(fields.has(name), true, `${message}.${name}`);
  }
});

test(`${objectsCount} random objects of all kinds go to protobuf and back without loss (seed ${seed})`, () => {
  const random = seededRandom(seed);
  for (let index = 0; index < objectsCount; index++) {
    const kind = withProtobuf[index % withProtobuf.length];
    assert.ok(kind);
    const object = randomObject(kind, random);
    const back = decodeProtobuf(encodeProtobuf(object)).object;
    assert.deepEqual(back, withoutOmitted(object, back), `object ${index}: ${JSON.stringify(object)}`);
  }
});
