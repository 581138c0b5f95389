/**
 * Golden scenarios: each file under fixtures/scenarios is a narrated script, and what it must print. With
 * UPDATE_SCENARIOS=1 the files are rewritten with what was printed; read the difference before committing it.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Script } from './script.ts';

const folder = join(import.meta.dirname, '../../fixtures/scenarios');
const separator = '----';

/** The text with every command's output replaced by what it prints now. */
function replayed(text: string): string {
  const script = new Script();
  const blocks = text.trimEnd().split(/\n{2,}/);
  return `${blocks.map((block) => replayedBlock(block, script)).join('\n\n')}\n`;
}

function replayedBlock(block: string, script: Script): string {
  const lines = block.split('\n');
  const narrated = lines.filter((line) => line.startsWith('#'));
  const end = lines.indexOf(separator);
  const [command, ...body] = lines.slice(narrated.length, end < 0 ? undefined : end);
  if (command === undefined) return block;
  const output = script.run(command, body.join('\n'));
  return [...narrated, command, ...body, separator, ...output].join('\n');
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  test(`scenario ${file.replace('.txt', '').replaceAll('-', ' ')}`, () => {
    const path = join(folder, file);
    const expected = readFileSync(path, 'utf8');
    const actual = replayed(expected);
    if (process.env['UPDATE_SCENARIOS'] === '1') writeFileSync(path, actual);
    else assert.equal(actual, expected);
  });
}
