import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lines } from './lines.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of source) found.push(line);
  return found;
}

test('lines are the same however the bytes are cut, inside of characters too', async () => {
  const text = fc.array(
    fc.string({ unit: 'binary', maxLength: 8 }).filter((line) => !line.includes('\n') && line.isWellFormed()),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (expected, size) => {
      const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(''));
      assert.deepEqual(await collect(lines(pieces(bytes, size), 1000)), expected);
    }),
  );
});

test('a last line without its end counts', async () => {
  assert.deepEqual(await collect(lines(pieces(Buffer.from('a\nb'), 1), 10)), ['a', 'b']);
});

test('a line beyond the bound is an error, not a growing buffer', async () => {
  const endless = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) yield Buffer.from('xxxxxxxx');
  };
  await assert.rejects(collect(lines(endless(), 100)), RangeError);
});
