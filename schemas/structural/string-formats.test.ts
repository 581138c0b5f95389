import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from './pattern.ts';
import { stringFormat } from './string-formats.ts';

const cases: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'date-time': [
    ['2026-11-26T10:00:00Z', '2024-02-29t23:59:60.5+02:00'],
    ['2026-02-30T10:00:00Z', '2026-11-26 10:00', '2026-11-26T25:00:00Z', ''],
  ],
  date: [['2024-02-29'], ['2023-02-29', '2024-2-9']],
  email: [['a@example.com'], ['a', 'a@b@c', '@x']],
  ipv4: [['10.0.0.1'], ['10.0.0.256', 'fe80::1', '10.0.0']],
  ipv6: [
    ['fe80::1', '::ffff:10.0.0.1'],
    ['10.0.0.1', ':::'],
  ],
  cidr: [['10.0.0.0/8'], ['10.0.0.0']],
  mac: [['01:23:45:67:89:ab'], ['01:23']],
  uri: [
    ['https://example.com/a?b=c', 'mailto:a@b', '/path'],
    ['example.com', 'http://a b', 'x', '/%zz'],
  ],
  uuid: [['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
  uuid4: [['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-12d3-a456-426614174000']],
  byte: [
    ['', 'aGVsbG8='],
    ['aGVsbG8', '%%%%'],
  ],
  duration: [
    ['2160h', '1h30m', '1.5s', '3 days', '-2ms'],
    ['5', 'h', 'soon'],
  ],
  hostname: [['web-1.example.com'], ['-', 'a b', '.']],
  hexcolor: [['#fff', 'a0b1c2'], ['#ff']],
  rgbcolor: [['rgb(1, 2, 255)'], ['rgb(1,2,256)']],
  creditcard: [['4111 1111 1111 1111'], ['4111 1111 1111 1112']],
  isbn: [['978-3-16-148410-0', '0-306-40615-2'], ['978-3-16-148410-1']],
  ssn: [['123-45-6789'], ['12-345']],
  bsonobjectid: [['507f1f77bcf86cd799439011'], ['507f']],
  'k8s-short-name': [['a-b'], ['a.b', 'A']],
  'k8s-long-name': [['a.b'], ['A.b']],
  password: [['anything'], []],
};

for (const [name, [good, bad]] of Object.entries(cases)) {
  test(`format ${name}`, () => {
    const valid = stringFormat(name);
    assert.ok(valid !== undefined);
    for (const value of good) assert.equal(valid(value), true, value);
    for (const value of bad) assert.equal(valid(value), false, value);
  });
}

test('other formats constrain nothing', () => {
  for (const name of ['int32', 'int64', 'double', 'made-up', '', 'constructor', undefined])
    assert.equal(stringFormat(name), undefined);
});

test('expressions of users run in linear time', () => {
  const pattern = compilePattern('^(a|a)*$');
  assert.ok('test' in pattern);
  assert.equal(pattern.test(`${'a'.repeat(50_000)}b`), false);
  assert.equal(pattern.test('aaa'), true);
});

test('an expression that RE2 does not know is told in its words', () => {
  assert.deepEqual(compilePattern('(?!x)'), {
    problem: 'error parsing regexp: invalid or unsupported Perl syntax: `(?!`',
  });
});
