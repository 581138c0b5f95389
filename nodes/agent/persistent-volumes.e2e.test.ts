import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type {
  ClaimEntry,
  ConfigMapEntry,
  Report,
  TokenEntry,
  VolumeRemovedReport,
} from '../../schemas/wire/messages.ts';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

function claimEntry(name: string, more: Partial<ClaimEntry>): ClaimEntry {
  return {
    key: `claim/default/${name}`,
    type: 'claim',
    volumeName: `pvc-${name}`,
    accessModes: ['ReadWriteOnce'],
    volume: { local: { path: `/var/lib/berth/volumes/pvc-${name}` } },
    provisioned: true,
    ...more,
  };
}

function removed(name: string): Promise<VolumeRemovedReport> {
  const isIt = (report: Report): report is VolumeRemovedReport =>
    report.type === 'volume-removed' && report.name === name;
  return trial.report(isIt);
}

const onData = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];

test('what one pod wrote the next one reads; the folder goes when it is told to, and not before', async () => {
  const folder = trial.path('berth/volumes/pvc-data');
  const writer = podEntry(
    'writer',
    { ...sh('echo kept > /data/file; sync; id -u; sleep 1000'), ...onData },
    { volumes, securityContext: { runAsUser: 1234 } },
  );
  await trial.apply([claimEntry('data', {}), writer]);
  await trial.running('writer');
  await trial.log('writer', /1234/);
  await trial.apply([deleted(writer, 0)]);
  await trial.gone('writer');
  await trial.apply([], ['pod/writer']);
  assert.equal(readFileSync(`${folder}/file`, 'utf8'), 'kept\n');
  const reader = podEntry('reader', { ...sh('cat /data/file; sleep 1000'), ...onData }, { volumes });
  await trial.apply([reader]);
  await trial.log('reader', /^kept\n/);
  // Told too early: a pod still has it.
  await trial.apply([{ key: 'removed-volume/pvc-data', type: 'removed-volume' }]);
  assert.equal(existsSync(`${folder}/file`), true);
  await trial.apply([deleted(reader, 0)]);
  await trial.gone('reader');
  await trial.apply([], ['pod/reader', 'claim/default/data']);
  await removed('pvc-data');
  assert.equal(existsSync(folder), false);
});

test('the end of a folder is told again by an agent that was killed, until nobody asks any more', async () => {
  await trial.killAgent();
  trial.forgetReports();
  await trial.startAgent();
  await removed('pvc-data');
  await trial.apply([], ['removed-volume/pvc-data']);
});

test('a local volume becomes its pod’s group’s, and has to be there', async () => {
  const path = trial.path('disk');
  mkdirSync(`${path}/sub`, { recursive: true });
  writeFileSync(`${path}/sub/file`, 'x', { mode: 0o600 });
  const entry = claimEntry('data', { volume: { local: { path } }, provisioned: false });
  const script =
    'cat /data/sub/file; echo y > /data/sub/new; stat -c %a:%g /data /data/sub/file /data/sub/new; sleep 1000';
  const securityContext = { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 };
  const pod = podEntry('grouped', { ...sh(script), ...onData }, { volumes, securityContext });
  await trial.apply([entry, pod]);
  assert.equal(await trial.log('grouped', /644:2000\n$/), 'x2775:2000\n660:2000\n644:2000\n');
  await trial.apply([deleted(pod, 0)]);
  await trial.gone('grouped');
  const absent = claimEntry('absent', {
    volume: { local: { path: trial.path('absent') } },
    provisioned: false,
  });
  const waiting = [{ name: 'data', persistentVolumeClaim: { claimName: 'absent' } }];
  await trial.apply(
    [absent, podEntry('absent', { ...sh('true'), ...onData }, { volumes: waiting })],
    ['pod/grouped'],
  );
  const event = await trial.event('absent', 'FailedMount');
  assert.match(event.message, /does not exist/);
  await trial.apply([], ['pod/absent']);
});

test('a part of a volume is shown by itself, made where it is missing, and never leads out', async () => {
  const path = trial.path('parts');
  mkdirSync(path);
  symlinkSync('/etc', `${path}/out`);
  mkdirSync(`${path}/real`);
  writeFileSync(`${path}/real/file`, 'inside');
  symlinkSync('real', `${path}/in`);
  const parts = [{ name: 'parts', hostPath: { path } }];
  const volumeMounts = [
    { name: 'parts', mountPath: '/new', subPathExpr: 'made/$(POD)' },
    { name: 'parts', mountPath: '/in', subPath: 'in', readOnly: true },
    { name: 'parts', mountPath: '/one/file', subPath: 'real/file' },
  ];
  const env = [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
  const script =
    'echo mine > /new/file; cat /in/file /one/file; echo x > /in/x || echo " read-only"; sleep 1000';
  const pod = podEntry('parts', { ...sh(script), volumeMounts, env }, { volumes: parts });
  await trial.apply([pod]);
  await trial.log('parts', /insideinside read-only\n/);
  assert.equal(readFileSync(`${path}/made/name-parts/file`, 'utf8'), 'mine\n');
  assert.equal(statSync(`${path}/made`).mode & 0o777, statSync(path).mode & 0o777);
  await trial.apply([deleted(pod, 0)]);
  await trial.gone('parts');
  assert.doesNotMatch(await trial.containerd.run(['cat', '/proc/mounts']), /subpaths/);
  const leads = [{ name: 'parts', mountPath: '/out', subPath: 'out' }];
  await trial.apply([podEntry('leads-out', { ...sh('true'), volumeMounts: leads }, { volumes: parts })]);
  const event = await trial.event('leads-out', 'Failed');
  assert.match(event.message, /subpath "out" not within volume path/);
});

test('a part whose name cannot be is waited for until the pod says another one', async () => {
  const env = [{ name: 'PART', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['part']" } } }];
  const volumeMounts = [{ name: 'v', mountPath: '/v', subPathExpr: '$(PART)/here' }];
  const pod = podEntry(
    'named',
    { ...sh('sleep 1000'), env, volumeMounts },
    { volumes: [{ name: 'v', emptyDir: {} }] },
  );
  await trial.apply([pod]);
  const status = await trial.podStatus(
    'named',
    ({ containerStatuses }) =>
      containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  );
  assert.match(status.containerStatuses?.[0]?.state?.waiting?.message ?? '', /must not be an absolute path/);
  const metadata = { ...pod.pod.metadata, annotations: { part: 'mine' } };
  await trial.apply([{ ...pod, pod: { ...pod.pod, metadata } }]);
  await trial.running('named');
});

test('a file of a config map is mounted over one that is there, and stays as it was', async () => {
  const settings = (text: string): ConfigMapEntry => ({
    key: 'configmap/default/settings',
    type: 'configmap',
    data: { key: text },
    binaryData: {},
  });
  const volumeMounts = [{ name: 'files', mountPath: '/etc/resolv.conf', subPath: 'key' }];
  const script = 'while true; do cat /etc/resolv.conf; sleep 0.2; done';
  const files = [{ name: 'files', configMap: { name: 'settings' } }];
  await trial.apply([
    settings('one\n'),
    podEntry('file', { ...sh(script), volumeMounts }, { volumes: files }),
  ]);
  await trial.log('file', /^one\none\n/);
  await trial.apply([settings('two\n')]);
  const before = (await trial.log('file', /one/)).length;
  const log = await trial.log('file', new RegExp(`^[^]{${String(before + 12)},}`));
  assert.doesNotMatch(log, /two/);
});

test('a pod reads its token, and the one that follows it', async () => {
  const tokens = (token: string): TokenEntry => ({
    key: 'token/token',
    type: 'token',
    tokens: [{ audience: '', expirationSeconds: 3607, token }],
  });
  const sources = [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }];
  const script = 'stat -L -c %a:%u /t/token; while true; do cat /t/token; echo; sleep 0.1; done';
  const pod = podEntry(
    'token',
    { ...sh(script), volumeMounts: [{ name: 't', mountPath: '/t' }] },
    { volumes: [{ name: 't', projected: { sources } }], securityContext: { runAsUser: 1000 } },
  );
  await trial.apply([tokens('first'), pod]);
  await trial.log('token', /^600:1000\nfirst\n/);
  await trial.apply([tokens('second')]);
  await trial.log('token', /second\n$/);
});
