import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseManifests } from './parse-manifests.ts';
import { renderProblem } from './problem.ts';

const definition = {
  path: 'crds/crontabs.json',
  content: readFileSync(new URL('../../../fixtures/custom/crontabs.json', import.meta.url), 'utf8'),
};

function parse(
  yaml: string,
  ...more: { path: string; content: string }[]
): ReturnType<typeof parseManifests> {
  return parseManifests([{ path: 'app.yaml', content: yaml }, ...more]);
}

const crontab = `apiVersion: stable.example.com/v1
kind: CronTab
metadata:
  name: nightly
spec:
  cronSpec: "* * * * *"
`;

test('an object is judged by the definition of the same commit, at its line', () => {
  const { problems } = parse(`${crontab}  replicas: 0\n  colour: red\n`, definition);
  assert.deepEqual(problems.map(renderProblem), [
    'app.yaml:7:13: spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
    'app.yaml:8:3: spec.colour: unknown field "colour"',
  ]);
});

test('an object of a namespaced kind of the same commit gets its namespace', () => {
  const { objects, problems } = parse(crontab, definition);
  assert.deepEqual(problems, []);
  assert.equal(objects[0]?.object.metadata.namespace, 'default');
});

test('kinds of other groups may be the cluster’s: only their metadata is judged', () => {
  const { objects, problems } = parse(crontab.replace('spec:', '  labels: {"a b": c}\nspec:'));
  assert.equal(objects.length, 1);
  assert.match(
    problems.map(renderProblem).join(),
    /^app\.yaml:5:12: metadata\.labels.*: Invalid value: "a b": /,
  );
  const { problems: unnamed } = parse(crontab.replace('  name: nightly', '  generateName: x'));
  assert.deepEqual(unnamed.map(renderProblem), [
    'app.yaml:3:1: metadata.name: Required value: generateName would make another object each time',
  ]);
});

test('what is wrong with a definition is told at its place', () => {
  const broken = definition.content
    .replace('"served": true', '"served": false')
    .replace('"storage": true', '"storage": false');
  const [problem] = parse('', { ...definition, content: broken }).problems;
  assert.equal(problem?.field, 'spec.versions');
  assert.match(problem?.message ?? '', /must have exactly one version marked as storage version$/);
});

test('two versions of one custom object are one object', () => {
  const twice = `${crontab}---\n${crontab.replace('/v1', '/v2')}`;
  const { problems } = parse(twice);
  assert.match(problems.map(renderProblem).join(), /duplicate CronTab nightly, already at app\.yaml:1:1/);
});
