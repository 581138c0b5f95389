import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExactJson } from './exact-json.ts';

for (const text of [
  '{"num1":9223372036854775807,"num2":1000000}',
  '[-9223372036854775808,9007199254740993]',
  '{"text":"1234567890123456789012345","number":1.5}',
  '[9007199254740991,-9007199254740991,0]',
])
  test(`${text} is read and written without a change`, () => {
    assert.equal(JSON.stringify(parseExactJson(text)), text);
  });

test('integers that a number holds are numbers', () => {
  assert.deepEqual(parseExactJson('{"a":"1111111111111111","b":1000000000000000}'), {
    a: '1111111111111111',
    b: 1e15,
  });
});
