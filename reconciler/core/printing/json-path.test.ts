import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstAt, parseJsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'shop' } },
  spec: {
    replicas: 3,
    empty: '',
    hosts: ['a', 'b', 'c'],
    ports: [{ name: 'http', port: 80 }, { port: 443 }],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'False', generation: 4 },
      { type: 'Old', status: 'True', generation: 2 },
    ],
  },
};

test('paths find the first value', () => {
  const expected: readonly (readonly [path: string, value: unknown])[] = [
    ['.spec.replicas', 3],
    ['spec.replicas', 3],
    ['$.spec.replicas', 3],
    ['.spec.empty', ''],
    [".metadata.labels['app\\.kubernetes\\.io/name']", 'shop'],
    ['.metadata.labels["app.kubernetes.io/name"]', 'shop'],
    ['.metadata.labels.app\\.kubernetes\\.io/name', 'shop'],
    ['.spec.ports[1].port', 443],
    ['.spec.ports[-1].port', 443],
    ['.spec.ports[*].port', 80],
    ['.spec.hosts[*]', 'a'],
    ['.spec.hosts[1:]', 'b'],
    ['.spec.hosts[:2]', 'a'],
    ['.spec.ports[?(@.name)].port', 80],
    ['.status.conditions[?(@.type=="Ready")].status', 'False'],
    [".status.conditions[?(@.type == 'Old')].status", 'True'],
    ['.status.conditions[?(@.type!="Ready")].type', 'Old'],
    ['.status.conditions[?(@.generation<3)].type', 'Old'],
    ['.status.conditions[?(@.generation>=4)].type', 'Ready'],
    ['.status.conditions[?(@.type=="None")].status', undefined],
    ['.spec.missing.deeper', undefined],
    ['.spec.replicas.deeper', undefined],
    ['.spec.ports[7].port', undefined],
  ];
  for (const [path, value] of expected) {
    const parsed = parseJsonPath(path);
    assert.ok(parsed !== undefined, path);
    assert.deepEqual(firstAt(parsed, object), value, path);
  }
});

test('what is no path is refused', () => {
  for (const path of ['.spec.ports[', '.spec[?(', '.a b', '.spec.ports[?(@.x==y)]', '..'])
    assert.equal(parseJsonPath(path), undefined, path);
});
