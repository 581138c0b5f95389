import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './json-body.ts';
import { keyOrder, scanJson } from './json-scan.ts';
import { TextFault } from './text-fault.ts';

test('reads JSON', () => {
  const text = '{"a":[1,-2.5e3,true,null,"\\u00e9\\n"],"b":{}}';
  assert.deepEqual(parseJson(Buffer.from(text)), { a: [1, -2500, true, null, 'é\n'], b: {} });
});

const exact = [
  '9007199254740991',
  '-9007199254740991',
  '1e300',
  '12345678901234567890.5',
  '"12345678901234567890"',
];
for (const literal of exact) {
  test(`takes ${literal}`, () => assert.equal(parseJson(Buffer.from(literal)), JSON.parse(literal)));
}

test('nests 500 deep', () => {
  assert.doesNotThrow(() => parseJson(Buffer.from(`${'['.repeat(500)}${']'.repeat(500)}`)));
  assert.doesNotThrow(() => parseJson(Buffer.from(JSON.stringify('[{'.repeat(1000)))));
  assert.doesNotThrow(() => parseJson(Buffer.from(`[${'{},'.repeat(1000)}{}]`)));
});

const refused: Readonly<Record<string, [string | Buffer, RegExp]>> = {
  'what is no JSON': ['{"a":}', /JSON/],
  'nothing at all': ['', /end of JSON input/],
  'bad UTF-8': [Buffer.from([0x22, 0xc3, 0x28, 0x22]), /invalid UTF-8/],
  'nesting without end': [`${'{"a":['.repeat(300)}`, /exceeded max depth: nested more than 500 deep/],
  'an integer above 2^63': [
    '{"metadata":{"x":"12345678901234567890"},"spec":{"list":[{"n":1},{"n":9223372036854775808}]}}',
    /^spec\.list\[1\]\.n: the number 9223372036854775808 is too large to be kept exactly$/,
  ],
  'a number that overflows': ['[1e999]', /^\[0\]: the number 1e999/],
};

for (const [what, [text, message]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => parseJson(Buffer.from(text as string)),
      (error) => error instanceof TextFault && message.test(error.message),
    );
  });
}

test('the key __proto__ is a key like any other', () => {
  const value = parseJson(Buffer.from('{"__proto__":{"polluted":true}}')) as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

const duplicates: readonly [string, readonly string[]][] = [
  ['{"a":1,"b":{"a":1}}', []],
  ['{"a":1,"A":2}', []],
  ['{"a":1,"a":2,"a":3}', ['a']],
  ['{"spec":{"ports":[{"port":1},{"port":1,"name":"x","port":2}]}}', ['spec.ports[1].port']],
  ['{"a":{"x":"\\"a\\":{","x":[]}}', ['a.x']],
  ['{"a\\u0062":1,"ab":2}', ['ab']],
  ['{"a":["b","b",{"c":"b","b":1}],"b":{}}', []],
  ['[{"op":"test","op":"add"}]', ['[0].op']],
];

for (const [text, paths] of duplicates) {
  test(`${text} repeats ${paths.length === 0 ? 'nothing' : paths.join(', ')}`, () => {
    assert.deepEqual(scanJson(text).duplicates, paths);
  });
}

test('keys have the order in which they stand, repeated ones that of their second place', () => {
  const order = keyOrder('{"b":1,"a":{"c":1},"b":2}');
  assert.deepEqual(
    [...order].sort(([, left], [, right]) => left - right).map(([path]) => path),
    ['a', 'a.c', 'b'],
  );
});
