import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlainScalar } from './plain-scalar.ts';

test('reads what kubectl and YAML 1.2 agree on', () => {
  const agreed: readonly (readonly [string, unknown])[] = [
    ['', null],
    ['~', null],
    ['null', null],
    ['true', true],
    ['False', false],
    ['0', 0],
    ['-0', 0],
    ['+5', 5],
    ['42', 42],
    ['-7', -7],
    ['0x1F', 31],
    ['0o17', 15],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['-2.5E-1', -0.25],
    ['web', 'web'],
    ['10Gi', '10Gi'],
    ['100m', '100m'],
    ['1.2.3', '1.2.3'],
    ['10.0.0.1', '10.0.0.1'],
    ['2024-05-01', '2024-05-01'],
    ['12:30:45', '12:30:45'],
    ['-', '-'],
    ['+', '+'],
    ['.', '.'],
    ['yesterday', 'yesterday'],
    ['nope', 'nope'],
    ['_1', '_1'],
    ['1e', '1e'],
    ['2001:db8::1', '2001:db8::1'],
  ];
  for (const [text, value] of agreed) assert.deepEqual(readPlainScalar(text), { value }, text);
});

test('refuses what they read differently', () => {
  const ambiguous = [
    'y',
    'N',
    'yes',
    'No',
    'ON',
    'off',
    '0777',
    '00',
    '089',
    '-017',
    '0b11',
    '1_000',
    '1_0.5',
    '-0x1F',
    '0x_1F',
  ];
  for (const text of ambiguous) assert.equal(typeof readPlainScalar(text).problem, 'string', text);
});

test('refuses numbers that JSON or JavaScript cannot keep', () => {
  for (const text of [
    '9007199254740992',
    '-9007199254740993',
    '0xFFFFFFFFFFFFFFFF',
    '.inf',
    '-.inf',
    '.nan',
    '1e999',
  ]) {
    assert.equal(typeof readPlainScalar(text).problem, 'string', text);
  }
  assert.equal(readPlainScalar('9007199254740991').problem, undefined);
});
