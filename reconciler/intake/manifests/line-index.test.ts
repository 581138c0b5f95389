import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineIndex } from './line-index.ts';

test('counts lines and columns from 1, whatever ends the lines', () => {
  const lines = new LineIndex('ab\ncd\r\nef\rg');
  assert.deepEqual(lines.position(0), { line: 1, column: 1 });
  assert.deepEqual(lines.position(1), { line: 1, column: 2 });
  assert.deepEqual(lines.position(3), { line: 2, column: 1 });
  assert.deepEqual(lines.position(7), { line: 3, column: 1 });
  assert.deepEqual(lines.position(10), { line: 4, column: 1 });
  assert.deepEqual(lines.position(11), { line: 4, column: 2 });
});

test('gives the line of an offset', () => {
  assert.equal(new LineIndex('ab\ncd\nef').textAt(4), 'cd\n');
});
