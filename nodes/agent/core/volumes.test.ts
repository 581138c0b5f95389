import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { DesiredEntry } from '../../../schemas/wire/messages.ts';
import { sourcesOf } from './host-sources.ts';
import { type CompiledVolumes, compileVolumes } from './volumes.ts';

const entries: readonly DesiredEntry[] = [
  { key: 'configmap/shop/settings', type: 'configmap', data: { k: 'v' }, binaryData: { bin: 'AAE=' } },
  { key: 'secret/shop/login', type: 'secret', secretType: 'Opaque', data: { p: 'cHc=' } },
];

function compile(volume: Omit<Volume, 'name'>): CompiledVolumes {
  const metadata = { name: 'web', namespace: 'shop', labels: { b: '2', a: 'x"y' } };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [], volumes: [{ name: 'v', ...volume }] },
  };
  return compileVolumes({
    pod,
    sources: sourcesOf(
      () => new Map(entries.map((entry) => [entry.key, entry])),
      () => false,
    ),
    addresses: { nodeName: 'node-a', hostIPs: [], podIPs: [] },
    capacity: { cpus: 1, memoryBytes: 1024 },
  });
}

test('config maps and secrets become files with their modes', () => {
  assert.deepEqual(compile({ configMap: { name: 'settings' } }).volumes, [
    {
      type: 'files',
      name: 'v',
      fsGroup: undefined,
      files: [
        { path: 'k', mode: 0o644, encoding: 'utf8', text: 'v' },
        { path: 'bin', mode: 0o644, encoding: 'base64', text: 'AAE=' },
      ],
    },
  ]);
  const items = [{ key: 'p', path: 'a/b', mode: 0o400 }];
  assert.deepEqual(compile({ secret: { secretName: 'login', items } }).volumes, [
    {
      type: 'files',
      name: 'v',
      fsGroup: undefined,
      files: [{ path: 'a/b', mode: 0o400, encoding: 'base64', text: 'cHc=' }],
    },
  ]);
});

test('a volume in memory is bounded by its own limit and by the host; one on disk by its limit alone', () => {
  const sizes = (emptyDir: NonNullable<Volume['emptyDir']>): unknown =>
    compile({ emptyDir }).volumes.map((volume) => (volume.type === 'emptyDir' ? volume.sizeLimitBytes : ''));
  assert.deepEqual(sizes({ medium: 'Memory' }), [1024]);
  assert.deepEqual(sizes({ medium: 'Memory', sizeLimit: '1' }), [1]);
  assert.deepEqual(sizes({ medium: 'Memory', sizeLimit: '1Mi' }), [1024]);
  assert.deepEqual(sizes({ sizeLimit: '1Mi' }), [1024 * 1024]);
  assert.deepEqual(sizes({}), [undefined]);
});

test('a projected volume joins its sources', () => {
  const sources = [
    { configMap: { name: 'settings', items: [{ key: 'k', path: 'k' }] } },
    { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  ];
  const [volume] = compile({ projected: { sources } }).volumes;
  assert.deepEqual(volume?.type === 'files' ? volume.files.map(({ path, text }) => [path, text]) : [], [
    ['k', 'v'],
    ['labels', 'a="x\\"y"\nb="2"'],
  ]);
});

test('what cannot be made is told, each with the volume’s name', () => {
  const cases: readonly (readonly [Omit<Volume, 'name'>, string])[] = [
    [{ configMap: { name: 'x' } }, 'configmap "x" not found'],
    [
      { configMap: { name: 'settings', items: [{ key: 'z', path: 'z' }] } },
      'references non-existent config key: z',
    ],
    [
      { configMap: { name: 'settings', items: [{ key: 'k', path: '../k' }] } },
      'path "../k" leads out of the volume',
    ],
    [{ nfs: { server: 's', path: '/' } }, 'volumes of type nfs are not built yet'],
    [
      { projected: { sources: [{ clusterTrustBundle: { path: 't' } }] } },
      'projected clusterTrustBundle is not built yet',
    ],
  ];
  for (const [volume, problem] of cases) {
    assert.deepEqual(compile(volume).problems, [`MountVolume.SetUp failed for volume "v" : ${problem}`]);
  }
  assert.deepEqual(compile({ configMap: { name: 'x', optional: true } }).problems, []);
});
