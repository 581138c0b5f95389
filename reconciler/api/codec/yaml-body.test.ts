import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextFault } from './text-fault.ts';
import { parseYaml } from './yaml-body.ts';

const scalars: readonly [string, unknown][] = [
  ['yes', true],
  ['Off', false],
  ['y', true],
  ['~', null],
  ['', null],
  ['NULL', null],
  ['12', 12],
  ['+5', 5],
  ['-7', -7],
  ['0', 0],
  ['0777', 511],
  ['0o17', 15],
  ['08', 8],
  ['0x1F', 31],
  ['0b11', 3],
  ['-0b11', -3],
  ['1_000', 1000],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['1.', 1],
  ['100m', '100m'],
  ['1.2.3', '1.2.3'],
  ['2026-01-01', '2026-01-01'],
  ['12:30', '12:30'],
  ['"yes"', 'yes'],
  ["'0777'", '0777'],
];

for (const [text, value] of scalars) {
  test(`${text === '' ? 'nothing' : text} is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(parseYaml(Buffer.from(`a: ${text}\n`)).value, { a: value });
  });
}

test('anchors, merges and keys that are no text', () => {
  const text = 'base: &base {a: 1, b: 2}\nall:\n  <<: *base\n  b: 3\n1: one\ntrue: yes\n';
  assert.deepEqual(parseYaml(Buffer.from(text)).value, {
    base: { a: 1, b: 2 },
    all: { a: 1, b: 3 },
    1: 'one',
    true: true,
  });
});

test('only the first document counts', () => {
  assert.deepEqual(parseYaml(Buffer.from('a: 1\n---\nb: 2\n')).value, { a: 1 });
});

test('keys that stand twice are told with their line, and the last one counts', () => {
  const text = 'spec:\n  replicas: 1\n  paused: true\n  paused: false\n  list: [{a: 1, a: 2}, a]\n';
  assert.deepEqual(parseYaml(Buffer.from(text)), {
    value: { spec: { replicas: 1, paused: false, list: [{ a: 2 }, 'a'] } },
    duplicates: ['line 4: key "paused" already set in map', 'line 5: key "a" already set in map'],
  });
});

test('JSON is YAML, with its duplicates by line too', () => {
  assert.deepEqual(parseYaml(Buffer.from('{"a": {"b": [1.5, "x"]}}')), {
    value: { a: { b: [1.5, 'x'] } },
    duplicates: [],
  });
  assert.deepEqual(parseYaml(Buffer.from('{\n"a": 1,\n"a": 2\n}')).duplicates, [
    'line 3: key "a" already set in map',
  ]);
});

test('the key __proto__ is a key like any other', () => {
  const value = parseYaml(Buffer.from('__proto__:\n  polluted: true\n')).value as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
for (let level = 1; level < 9; level++) {
  const [name, inner] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
  bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${inner}`).join(',')}]`);
}
const refused: Readonly<Record<string, [string, RegExp]>> = {
  'an integer above 2^63': [
    'spec:\n  size: [1, 9223372036854775808]\n',
    /^spec\.size\[1\]: .*9223372036854775808/,
  ],
  'a number that is none': ['a: .nan\n', /a: the number NaN/],
  infinity: ['a: -.inf\n', /a: the number -Infinity/],
  'deep nesting': [`${'['.repeat(600)}${']'.repeat(600)}`, /yaml:.*(nest|depth)/],
  'an alias bomb': [bomb.join('\n'), /more than 500000 values/],
  'an alias in its own anchor': ['a: &a [*a]\n', /yaml:/],
  'an alias without an anchor': ['a: *b\n', /yaml:/],
  'bad syntax': ['a: [1\n', /yaml:/],
  'a tab before a key': ['a:\n\tb: 1\n', /yaml:/],
};

for (const [what, [text, message]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => parseYaml(Buffer.from(text)),
      (error) => error instanceof TextFault && message.test(error.message),
    );
  });
}

test('refuses bytes that are no UTF-8', () => {
  assert.throws(() => parseYaml(Buffer.from([0x61, 0x3a, 0x20, 0xff])), /invalid UTF-8/);
});
