/** Every case of fixtures/invalid gives exactly the messages beside it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseManifests } from './parse-manifests.ts';
import { renderProblem } from './problem.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'invalid');
const casesMin = 100;

const cases = readdirSync(folder).filter((name) => !name.endsWith('.expected.txt') && name !== 'README.md');

for (const name of cases) {
  test(`refuses ${name} with its exact messages`, () => {
    const paths = statSync(join(folder, name)).isDirectory()
      ? readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file))
      : [name];
    const files = paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => ({ path, content: readFileSync(join(folder, path)) }));
    const expected = readFileSync(join(folder, `${name}.expected.txt`), 'utf8');
    const { problems } = parseManifests(files);
    assert.notEqual(problems.length, 0);
    assert.equal(`${problems.map(renderProblem).join('\n')}\n`, expected);
  });
}

test('keeps the corpus of bad manifests large', () => {
  assert.ok(cases.length >= casesMin, `${cases.length} cases`);
});
