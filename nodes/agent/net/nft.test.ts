import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRefusal } from './nft.ts';

const input =
  'table ip berth {\n}\nadd element ip berth services {\n  10.43.0.1 . tcp . 80 : goto nowhere,\n}\n';

test('a complaint comes with the line that it is about', () => {
  const stderr =
    '/dev/stdin:4:3-37: Error: Could not process rule: No such file or directory\n  10.43.0.1 . tcp . 80\n  ^^^^\n';
  assert.equal(
    describeRefusal(stderr, input, 1),
    "nft: line 4 '10.43.0.1 . tcp . 80 : goto nowhere,': Error: Could not process rule: No such file or directory",
  );
});

test('of many complaints the first three are repeated', () => {
  const stderr = [1, 2, 3, 4, 5].map((line) => `/dev/stdin:${line}:1-2: Error: number ${line}`).join('\n');
  const text = describeRefusal(stderr, input, 1);
  assert.match(text, /^nft: line 1 .*number 1; line 2 .*number 2; line 3 .*number 3; and 2 more$/);
});

test('what is no complaint of that form is repeated as it is', () => {
  assert.equal(
    describeRefusal('Operation not permitted (you must be root)\n', input, 1),
    'nft: exit code 1: Operation not permitted (you must be root)',
  );
  assert.equal(describeRefusal('', input, null), 'nft: exit code null: no message');
});
