import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsageReport } from '../../schemas/wire/messages.ts';
import { UsageBoard } from './usage-board.ts';

const main = { name: 'main', cpuMilli: 100, memoryBytes: 1024 };

function boardOf(): { readonly board: UsageBoard; readonly pass: (ms: number) => void } {
  let steadyMs = 0;
  const board = new UsageBoard({ now: () => 5000, steady: () => steadyMs, after: () => () => undefined });
  return { board, pass: (ms) => (steadyMs += ms) };
}

function report(...uids: readonly string[]): UsageReport {
  const pods = uids.map((uid) => ({ uid, containers: [main] }));
  return { type: 'usage', windowMs: 15_000, node: { cpuMilli: 900, memoryBytes: 4096 }, pods };
}

test('the last report of a host is all that is known of it', () => {
  const { board } = boardOf();
  board.take('n1', report('a', 'b'));
  board.take('n1', report('b'));
  assert.equal(board.pod('a'), undefined);
  assert.deepEqual(board.pod('b'), { atMs: 5000, windowMs: 15_000, containers: [main] });
  assert.deepEqual(board.node('n1'), { atMs: 5000, windowMs: 15_000, cpuMilli: 900, memoryBytes: 4096 });
});

test('a host that says nothing for a while is not measured any more', () => {
  const { board, pass } = boardOf();
  board.take('n1', report('a'));
  pass(45_000);
  assert.notEqual(board.pod('a'), undefined);
  pass(1);
  assert.equal(board.pod('a'), undefined);
  assert.equal(board.node('n1'), undefined);
});

test('a pod that another host reports is measured there', () => {
  const { board } = boardOf();
  board.take('n1', report('a'));
  board.take('n2', report('a'));
  board.take('n1', report());
  assert.notEqual(board.pod('a'), undefined);
});
