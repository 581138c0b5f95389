import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dump } from 'js-yaml';
import fc from 'fast-check';
import { defaultLimits } from './limits.ts';
import { isManifestPath, parseManifests } from './parse-manifests.ts';
import { renderProblem } from './problem.ts';

function configMap(name: string, rest = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`;
}

function parsed(content: string, path = 'a.yaml'): ReturnType<typeof parseManifests> {
  const result = parseManifests([{ path, content }]);
  assert.deepEqual(result.problems.map(renderProblem), []);
  return result;
}

function messages(content: string, path = 'a.yaml'): readonly string[] {
  return parseManifests([{ path, content }]).problems.map(renderProblem);
}

test('reads every document with its place, skipping empty ones', () => {
  const { objects } = parsed(
    `# nothing\n---\n---\n${configMap('one')}---\n# comment\n---\n\n  ${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two' } })}\n`,
  );
  assert.deepEqual(
    objects.map(({ object, path, line, column, document }) => [
      object.metadata.name,
      path,
      line,
      column,
      document,
    ]),
    [
      ['one', 'a.yaml', 4, 1, 1],
      ['two', 'a.yaml', 12, 3, 3],
    ],
  );
});

test('places namespaced objects in a namespace and leaves others without', () => {
  const text = `${configMap('a')}---\n${configMap('b', '  namespace: shop\n')}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n`;
  const namespaces = parsed(text).objects.map(({ object }) => object.metadata.namespace);
  assert.deepEqual(namespaces, ['default', 'shop', undefined]);
  const { objects } = parseManifests([{ path: 'a.yaml', content: configMap('a') }], {
    defaultNamespace: 'other',
  });
  assert.equal(objects[0]?.object.metadata.namespace, 'other');
});

test('flattens lists, typed lists and lists in lists', () => {
  const item = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [item, { apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'two' } }] }],
  };
  const { objects } = parsed(JSON.stringify(list), 'list.json');
  assert.deepEqual(
    objects.map(({ object }) => [object.kind, object.metadata.name]),
    [
      ['ConfigMap', 'one'],
      ['ConfigMap', 'two'],
    ],
  );
});

test('passes over other files and hidden ones', () => {
  const paths = ['README.md', '.hidden.yaml', '.github/workflow.yaml', 'a/.b/c.yml', 'yaml'];
  for (const path of paths) assert.equal(isManifestPath(path), false, path);
  for (const path of ['a.yaml', 'b/c.yml', 'd.json']) assert.equal(isManifestPath(path), true, path);
  const files = paths.map((path) => ({ path, content: ': not: yaml' }));
  assert.deepEqual(parseManifests(files), { objects: [], problems: [] });
});

test('takes files in the order of their paths', () => {
  const files = ['c', 'a', 'b'].map((name) => ({ path: `${name}.yaml`, content: configMap(name) }));
  assert.deepEqual(
    parseManifests(files).objects.map(({ path }) => path),
    ['a.yaml', 'b.yaml', 'c.yaml'],
  );
});

test('drops null fields', () => {
  const [one] = parsed(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  creationTimestamp: null\ndata:\n',
  ).objects;
  assert.deepEqual(one?.object, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
  });
});

test('writes aliases and merge keys out, without sharing', () => {
  const text = `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: &labels { app: web }
  annotations: *labels
spec:
  initContainers:
    - &container
      name: prepare
      image: nginx
      env: [{ name: A, value: x }]
  containers:
    - <<: *container
      name: web
`;
  const [one] = parsed(text).objects;
  const { metadata, spec } = one?.object as unknown as {
    readonly metadata: { readonly labels: object; readonly annotations: object };
    readonly spec: { readonly containers: readonly object[] };
  };
  assert.deepEqual(metadata.annotations, { app: 'web' });
  assert.notEqual(metadata.annotations, metadata.labels);
  assert.deepEqual(spec.containers, [{ name: 'web', image: 'nginx', env: [{ name: 'A', value: 'x' }] }]);
});

test('lets written keys and earlier maps win in a merge', () => {
  const text = configMap(
    'a',
    'data:\n  x: &x { k: one, l: one }\n  y: &y { k: two, m: two }\n  z:\n    <<: [*x, *y]\n    l: own\n',
  );
  // Maps are no values of a ConfigMap's data, but what they merge to shows in the message.
  assert.ok(messages(text).some((message) => message.includes('data[z]: got a map')));
  const pod = `apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  labels: &x { k: one, l: one }\n  annotations:\n    <<: [*x, { k: two, m: two }]\n    l: own\n`;
  assert.deepEqual(parsed(pod).objects[0]?.object.metadata.annotations, { l: 'own', k: 'one', m: 'two' });
});

test('resolves an anchor that is set twice as of where the alias stands', () => {
  const text = configMap('a', 'data:\n  a: &v one\n  b: *v\n  c: &v two\n  d: *v\n');
  const { data } = parsed(text).objects[0]?.object as unknown as { readonly data: object };
  assert.deepEqual(data, { a: 'one', b: 'one', c: 'two', d: 'two' });
});

test('keeps explicit tags of JSON types', () => {
  const text = configMap('a', 'data:\n  a: !!str 8080\n  !!str 8081: b\n  c: ! yes\n');
  const { data } = parsed(text).objects[0]?.object as unknown as { readonly data: object };
  assert.deepEqual(data, { a: '8080', '8081': 'b', c: 'yes' });
});

test('reads JSON with tabs, escapes and surrogate pairs', () => {
  const text =
    '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "a"},\n\t"data": {"a": "\\u00e9\\ud83d\\ude00\\/\\n"}\n}\n';
  const { data } = parsed(text, 'a.json').objects[0]?.object as unknown as { readonly data: object };
  assert.deepEqual(data, { a: 'é😀/\n' });
});

test('places the problems of a missing field at the key that should hold it', () => {
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: web\n';
  assert.deepEqual(messages(text), ['a.yaml:6:7: spec.containers[0].image: Required value']);
});

test('counts columns after a byte order mark and with carriage returns', () => {
  const text = configMap('a', 'data:\n  a: 1\n').replaceAll('\n', '\r\n');
  const expected = ['a.yaml:6:6: data[a]: got integer 1, expected a string (quote it: "1")'];
  assert.deepEqual(messages(`\ufeff${text}`), expected);
  const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
  assert.deepEqual(
    parseManifests([{ path: 'a.yaml', content: bytes }]).problems.map(renderProblem),
    expected,
  );
});

test('refuses a file and a document over their bounds', () => {
  const manyDocuments = messages('---\n'.repeat(defaultLimits.documentsMax + 1));
  assert.deepEqual(manyDocuments, [
    'a.yaml:1:1: the file has more than 10000 documents, expected several files',
  ]);
  const limits = { ...defaultLimits, fileBytesMax: 100 };
  const long = parseManifests([{ path: 'a.yaml', content: configMap('a'.repeat(200)) }], { limits });
  assert.match(
    renderProblem(long.problems[0] ?? assert.fail()),
    /^a\.yaml:1:1: the file has \d+ bytes, expected at most 100$/,
  );
  const few = parseManifests([{ path: 'a.yaml', content: configMap('a') }], {
    limits: { ...defaultLimits, nodesMax: 3 },
  });
  assert.match(renderProblem(few.problems[0] ?? assert.fail()), /more than 3 values/);
});

test('finishes soon on an alias bomb of many levels', () => {
  const levels = Array.from(
    { length: 90 },
    (_, level) => `k${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
  );
  const found = messages(`k: &a-1 x\n${levels.join('\n')}\n`);
  assert.match(found[0] ?? '', /more than 100 aliases in one document/);
});

test('reads back whatever JSON and YAML writers write', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', ':', '#', '-', '\n', '"', "'", '0', '1', 'é', '{', '&', '*', '!'),
  });
  const data = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { noNullPrototype: true });
  fc.assert(
    fc.property(data, (written) => {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'b' },
        data: written,
      };
      for (const [path, content] of [
        ['a.json', JSON.stringify(object)],
        ['a.yaml', dump(object)],
      ] as const) {
        const { objects, problems } = parseManifests([{ path, content }]);
        assert.deepEqual(problems.map(renderProblem), []);
        assert.deepEqual(JSON.parse(JSON.stringify(objects[0]?.object)), object);
      }
    }),
  );
});

test('never throws, whatever it is given', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a ',
    '<<: ',
    '? ',
    '!!str ',
    '---\n',
    '"',
    '|',
    '1',
    '\t',
    'kind: Pod\n',
    'apiVersion: v1\n',
    'spec:\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { problems } = parseManifests([{ path: 'a.yaml', content: pieces.join('') }]);
      for (const { line, column } of problems) assert.ok(line >= 1 && column >= 1);
    }),
    { numRuns: 2000 },
  );
});
