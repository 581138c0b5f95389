/** Tables of objects and of what validation says of them; used by tests alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemText } from './field-problem.ts';
import { validateObject } from './validate.ts';

/** What is changed about a good object, and each cause that it then has: `path: message`. */
export type Case = readonly [change: object, ...causes: readonly string[]];

/** One test per table: each change of a good object gives exactly its causes. */
export function refuses(name: string, good: (change: object) => object, cases: readonly Case[]): void {
  test(name, () => {
    for (const [change, ...causes] of cases)
      assert.deepEqual(causesOf(good(change)), causes, JSON.stringify(change));
  });
}

/** One test per table: each change leaves the object good. */
export function accepts(name: string, good: (change: object) => object, changes: readonly object[]): void {
  refuses(
    name,
    good,
    changes.map((change) => [change] as const),
  );
}

export function causesOf(object: object): readonly string[] {
  return validateObject(object).map((found) => `${found.path}: ${problemText(found)}`);
}

/** A good pod with these fields of its spec. */
export function podWith(spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { containers: [{ name: 'web', image: 'nginx' }], ...spec },
  };
}

/** A good pod whose one container has these fields, with volumes of each kind that mounts may name. */
export function containerWith(container: object): object {
  return podWith({
    containers: [{ name: 'web', image: 'nginx', ...container }],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } },
      { name: 'files', image: { reference: 'files:1' } },
    ],
  });
}

/** A good pod with one volume. */
export function volumeWith(volume: object): object {
  return podWith({ volumes: [{ name: 'data', ...volume }] });
}
