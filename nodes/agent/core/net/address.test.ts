import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIpv4, parseIpv4Range, rangeContains } from './address.ts';

test('reads dotted decimal, and nothing else', () => {
  assert.equal(parseIpv4('10.42.3.255'), 0x0a2a03ff);
  assert.equal(parseIpv4('255.255.255.255'), 0xffffffff);
  for (const text of [
    '',
    '10.42.3',
    '10.42.3.256',
    '010.1.1.1',
    '1.2.3.4 ',
    '::1',
    '1.2.3.4/32',
    '1.2.3.-4',
    '1e1.2.3.4',
  ]) {
    assert.equal(parseIpv4(text), undefined, `'${text}'`);
  }
});

test('every address is read as the number that its octets make', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      assert.equal(parseIpv4(`${a}.${b}.${c}.${d}`), ((a * 256 + b) * 256 + c) * 256 + d);
    }),
  );
});

test('a range has no bits behind its prefix', () => {
  assert.deepEqual(parseIpv4Range('10.42.3.0/24'), { first: 0x0a2a0300, prefixLength: 24 });
  assert.deepEqual(parseIpv4Range('0.0.0.0/0'), { first: 0, prefixLength: 0 });
  for (const text of [
    '10.42.3.1/24',
    '10.42.3.0',
    '10.42.3.0/33',
    '10.42.3.0/024',
    '10.42.3.0/24/8',
    'fd00::/8',
  ]) {
    assert.equal(parseIpv4Range(text), undefined, `'${text}'`);
  }
});

test('a range contains its first and last address and not their neighbours', () => {
  const range = parseIpv4Range('10.42.4.0/22');
  assert.ok(range);
  assert.equal(rangeContains(range, '10.42.4.0'), true);
  assert.equal(rangeContains(range, '10.42.7.255'), true);
  assert.equal(rangeContains(range, '10.42.3.255'), false);
  assert.equal(rangeContains(range, '10.42.8.0'), false);
  assert.equal(rangeContains(range, 'fd00::1'), false);
});
