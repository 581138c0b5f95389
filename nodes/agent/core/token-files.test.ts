import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { DesiredEntry } from '../../../schemas/wire/messages.ts';
import { sourcesOf } from './host-sources.ts';
import { type CompiledVolumes, compileVolumes } from './volumes.ts';

const entry: DesiredEntry = {
  key: 'token/u1',
  type: 'token',
  tokens: [
    { audience: '', expirationSeconds: 3607, token: 'for the API' },
    {
      audience: 'vault',
      expirationSeconds: 3600,
      problem: 'failed to fetch token: serviceaccounts "x" not found',
    },
  ],
};

function compile(
  source: { readonly audience?: string; readonly expirationSeconds?: number },
  spec: Partial<PodSpec> = {},
): CompiledVolumes {
  const projected = { sources: [{ serviceAccountToken: { path: 'token', ...source } }] };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { containers: [{ name: 'main' }], volumes: [{ name: 'v', projected }], ...spec },
  };
  return compileVolumes({
    pod,
    sources: sourcesOf(
      () => new Map([[entry.key, entry]]),
      () => false,
    ),
    addresses: { nodeName: 'node-a', hostIPs: [], podIPs: [] },
    capacity: { cpus: 1, memoryBytes: 1 },
  });
}

function rights(spec: Partial<PodSpec>): string {
  const [volume] = compile({ expirationSeconds: 3607 }, spec).volumes;
  const file = volume?.type === 'files' ? volume.files[0] : undefined;
  return `${file?.mode.toString(8) ?? ''} ${file?.uid ?? 'root'}`;
}

test('a token is the one that was asked for, and why there is none is told', () => {
  const [volume] = compile({ expirationSeconds: 3607 }).volumes;
  assert.equal(volume?.type === 'files' ? volume.files[0]?.text : '', 'for the API');
  const prefix = 'MountVolume.SetUp failed for volume "v" : failed to fetch token:';
  assert.deepEqual(compile({ audience: 'vault' }).problems, [`${prefix} serviceaccounts "x" not found`]);
  assert.deepEqual(compile({ audience: 'other' }).problems, [`${prefix} not there yet`]);
});

test('a token is its user’s own where all containers have the same', () => {
  const container = (name: string, runAsUser: number) => ({ name, securityContext: { runAsUser } });
  assert.equal(rights({}), '644 root');
  assert.equal(rights({ securityContext: { runAsUser: 1000 } }), '600 1000');
  assert.equal(rights({ securityContext: { fsGroup: 2000 } }), '600 root');
  assert.equal(rights({ containers: [container('a', 1000), container('b', 1001)] }), '644 root');
  assert.equal(rights({ containers: [container('a', 1000), container('b', 1000)] }), '600 1000');
});
