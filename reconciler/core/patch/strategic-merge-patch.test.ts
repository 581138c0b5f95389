import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from './json-value.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const pod = 'io.k8s.api.core.v1.Pod';
const deployment = 'io.k8s.api.apps.v1.Deployment';
const service = 'io.k8s.api.core.v1.Service';
const budget = 'io.k8s.api.policy.v1.PodDisruptionBudget';

function containers(...list: object[]): JsonObject {
  return { spec: { containers: list } };
}

function named(...names: string[]): object[] {
  return names.map((name) => ({ name }));
}

function finalizers(...list: string[]): JsonObject {
  return { metadata: { finalizers: list } };
}

const cases: readonly [string, JsonObject, JsonObject, JsonObject, string?][] = [
  [
    // "Update API Objects in Place Using kubectl patch": the list of containers merges by name, and the new one is first.
    'a container is added by its name',
    { spec: { template: { spec: { containers: [{ name: 'demo', image: 'nginx' }] } } } },
    { spec: { template: { spec: { containers: [{ name: 'demo-2', image: 'redis' }] } } } },
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'demo-2', image: 'redis' },
              { name: 'demo', image: 'nginx' },
            ],
          },
        },
      },
    },
    deployment,
  ],
  [
    'a list without a merge key is replaced, as tolerations are',
    { spec: { tolerations: [{ key: 'dedicated', value: 'test-team' }] } },
    { spec: { tolerations: [{ key: 'disktype', value: 'ssd' }] } },
    { spec: { tolerations: [{ key: 'disktype', value: 'ssd' }] } },
    pod,
  ],
  [
    'retained keys: what another strategy had goes',
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
    deployment,
  ],
  [
    'retained keys of items',
    {
      spec: {
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'b', hostPath: { path: '/x' } },
        ],
      },
    },
    { spec: { volumes: [{ name: 'a', secret: { secretName: 's' }, $retainKeys: ['name', 'secret'] }] } },
    {
      spec: {
        volumes: [
          { name: 'a', secret: { secretName: 's' } },
          { name: 'b', hostPath: { path: '/x' } },
        ],
      },
    },
  ],
  [
    'null deletes',
    { spec: { nodeName: 'n', hostname: 'h' } },
    { spec: { nodeName: null, x: null } },
    { spec: { hostname: 'h' } },
  ],
  [
    'null in what is new is left out',
    {},
    { metadata: { labels: { a: null, b: 'c' } }, spec: null },
    { metadata: { labels: { b: 'c' } } },
  ],
  [
    'an item is merged deeply',
    containers({ name: 'a', image: 'x', env: [{ name: 'E', value: '1' }] }, { name: 'b' }),
    containers({
      name: 'a',
      image: null,
      env: [
        { name: 'F', value: '2' },
        { name: 'E', value: '3' },
      ],
    }),
    containers(
      {
        name: 'a',
        env: [
          { name: 'F', value: '2' },
          { name: 'E', value: '3' },
        ],
      },
      { name: 'b' },
    ),
  ],
  [
    'ports of a service go by their number',
    { spec: { ports: [{ port: 80, name: 'http', nodePort: 30080 }] } },
    { spec: { ports: [{ port: 80, name: 'web' }, { port: 443 }] } },
    { spec: { ports: [{ port: 80, name: 'web', nodePort: 30080 }, { port: 443 }] } },
    service,
  ],
  [
    '$patch: delete of an item',
    containers(...named('a', 'b', 'c')),
    containers({ name: 'b', $patch: 'delete' }, { name: 'x', $patch: 'delete' }),
    containers(...named('a', 'c')),
  ],
  [
    '$patch: replace of a list',
    containers(...named('a', 'b')),
    containers({ $patch: 'replace' }, { name: 'c', image: 'x' }),
    containers({ name: 'c', image: 'x' }),
  ],
  [
    '$patch: replace of an object',
    { spec: { nodeSelector: { a: '1', b: '2' } } },
    { spec: { nodeSelector: { $patch: 'replace', c: '3' } } },
    { spec: { nodeSelector: { c: '3' } } },
  ],
  [
    '$patch: delete of an object',
    { spec: { nodeSelector: { a: '1' } } },
    { spec: { nodeSelector: { $patch: 'delete' } } },
    { spec: { nodeSelector: {} } },
  ],
  [
    'directives in what is new are not kept',
    {},
    {
      spec: {
        affinity: { $patch: 'delete' },
        containers: [{ name: 'a', env: [{ name: 'E', $patch: 'delete' }], '$setElementOrder/env': [] }],
        volumes: [{ name: 'v', $retainKeys: ['name'] }],
      },
    },
    { spec: { containers: [{ name: 'a', env: [] }], volumes: [{ name: 'v' }] } },
  ],
  ['scalars merge as a set', finalizers('a', 'b'), finalizers('c', 'b'), finalizers('c', 'a', 'b')],
  [
    'scalars are deleted',
    finalizers('a', 'b', 'c'),
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['b', 'x'] } },
    finalizers('a', 'c'),
  ],
  [
    'scalars are added, deleted and put in order',
    finalizers('a', 'b'),
    {
      metadata: {
        finalizers: ['d', 'c'],
        '$deleteFromPrimitiveList/finalizers': ['b'],
        '$setElementOrder/finalizers': ['d', 'a', 'c'],
      },
    },
    finalizers('d', 'a', 'c'),
  ],
  [
    'items are put in order, those of others stay where they are',
    containers(...named('a', 'sidecar', 'b', 'c')),
    { spec: { '$setElementOrder/containers': named('c', 'b', 'a') } },
    containers(...named('sidecar', 'c', 'b', 'a')),
  ],
  [
    'a new item stands where the order puts it',
    containers(...named('a', 'b')),
    {
      spec: { containers: [{ name: 'x', image: 'i' }], '$setElementOrder/containers': named('a', 'x', 'b') },
    },
    containers({ name: 'a' }, { name: 'x', image: 'i' }, { name: 'b' }),
  ],
  [
    'an order of nothing does nothing',
    { spec: { hostname: 'h' } },
    { spec: { '$setElementOrder/containers': named('a') } },
    { spec: { hostname: 'h' } },
  ],
  [
    'a selector of a disruption budget is replaced',
    { spec: { selector: { matchLabels: { a: '1' } } } },
    { spec: { selector: { matchLabels: { b: '2' } } } },
    { spec: { selector: { matchLabels: { b: '2' } } } },
    budget,
  ],
  [
    'a value of another type is replaced',
    { spec: { containers: 'x' } },
    containers({ name: 'a' }),
    containers({ name: 'a' }),
  ],
  [
    'keys that JavaScript knows',
    JSON.parse('{"metadata":{"labels":{"__proto__":"a"}}}') as JsonObject,
    JSON.parse('{"metadata":{"labels":{"constructor":"b"}},"__proto__":{"x":1}}') as JsonObject,
    JSON.parse(
      '{"metadata":{"labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"x":1}}',
    ) as JsonObject,
  ],
];

for (const [what, target, patch, result, definition = pod] of cases) {
  test(what, () => {
    const before = structuredClone([target, patch]);
    assert.deepEqual(strategicMergePatch(target, patch, definition), result);
    assert.deepEqual([target, patch], before, 'the inputs are not changed');
  });
}
