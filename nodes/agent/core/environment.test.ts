import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredEntry } from '../../../schemas/wire/messages.ts';
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Environment, environmentOf, expand } from './environment.ts';
import { sourcesOf } from './host-sources.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web' } },
};
const entries: readonly DesiredEntry[] = [
  { key: 'configmap/shop/settings', type: 'configmap', data: { b: '2', a: '1' }, binaryData: {} },
];
const sources = sourcesOf(
  () => new Map(entries.map((entry) => [entry.key, entry])),
  () => false,
);

const context = {
  pod,
  sources,
  addresses: { nodeName: 'node-a', hostIPs: ['192.0.2.1'], podIPs: ['10.0.0.1'] },
  capacity: { cpus: 4, memoryBytes: 1024 ** 3 },
};

function environment(container: Partial<Container>): Environment {
  return environmentOf(context, { name: 'main', image: 'app:1', ...container });
}

test('references are expanded, escaped ones and unknown ones stay', () => {
  const values = new Map([['A', '1']]);
  const cases = [
    ['$(A)', '1'],
    ['$$(A)', '$(A)'],
    ['$(B)', '$(B)'],
    ['a$b', 'a$b'],
    ['$$$(A)', '$1'],
  ] as const;
  for (const [text, expected] of cases) assert.equal(expand(text, values), expected, text);
});

test('env wins over envFrom, and later entries see earlier ones', () => {
  const { values, problem } = environment({
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
    env: [
      { name: 'P_a', value: 'own' },
      { name: 'ALL', value: '$(P_a)$(P_b)$(LATER)' },
      { name: 'LATER', value: 'x' },
    ],
  });
  assert.equal(problem, undefined);
  assert.deepEqual(Object.fromEntries(values), { P_a: 'own', P_b: '2', ALL: 'own2$(LATER)', LATER: 'x' });
});

test('the pod’s fields and resources are there; limits that are not set are the host’s', () => {
  const { values } = environment({
    resources: { requests: { cpu: '70m', memory: '64Mi' } },
    env: [
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
      { name: 'MILLIS', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } },
    ],
  });
  assert.deepEqual(Object.fromEntries(values), {
    IP: '10.0.0.1',
    NODE: 'node-a',
    LABEL: 'web',
    CPU: '4',
    MEMORY: '64',
    MILLIS: '70',
  });
});

test('what is missing is told in the kubelet’s words, unless it is optional', () => {
  const cases: readonly (readonly [Partial<Container>, string | undefined])[] = [
    [{ envFrom: [{ secretRef: { name: 'x' } }] }, 'secret "x" not found'],
    [{ envFrom: [{ secretRef: { name: 'x', optional: true } }] }, undefined],
    [
      { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'z' } } }] },
      "couldn't find key z in ConfigMap shop/settings",
    ],
    [
      { env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }] },
      'unsupported fieldPath: spec.nope',
    ],
  ];
  for (const [container, problem] of cases) assert.equal(environment(container).problem, problem);
});
