import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { quote, renderCommand } from './command.ts';

test('a quoted word reaches a program unchanged', () => {
  const word = fc
    .string({ unit: 'binary', maxLength: 40 })
    .filter((text) => !text.includes('\0') && text.isWellFormed());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const line = ['printf', '%s\\0', ...words].map(quote).join(' ');
      const printed = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
      assert.deepEqual(printed.split('\0').slice(0, -1), words);
    }),
    { numRuns: 50 },
  );
});

test('a zero byte is refused, because no shell can pass it on', () => {
  assert.throws(() => quote('a\0b'), TypeError);
});

test('sudo stands before commands that need all rights, and before no other', () => {
  const command = { script: 'stage', args: ['/var/tmp'], deadlineMs: 1 } as const;
  assert.match(renderCommand({ ...command, asRoot: true }, true), /^sudo -n -- \/bin\/sh -c '/);
  assert.match(renderCommand({ ...command, asRoot: true }, false), /^\/bin\/sh -c '/);
  assert.match(renderCommand({ ...command, asRoot: false }, true), /^\/bin\/sh -c '/);
});

test('arguments follow the script and its name', () => {
  const rendered = renderCommand(
    { script: 'stage', args: ["it's", '/tmp'], asRoot: false, deadlineMs: 1 },
    false,
  );
  assert.ok(rendered.endsWith(` berth-stage 'it'\\''s' /tmp`));
});
