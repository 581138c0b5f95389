import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ConfigMapEntry, SecretEntry } from '../../schemas/wire/messages.ts';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

function settings(data: Readonly<Record<string, string>>): ConfigMapEntry {
  return { key: 'configmap/default/settings', type: 'configmap', data, binaryData: {} };
}

const secret: SecretEntry = {
  key: 'secret/default/login',
  type: 'secret',
  secretType: 'Opaque',
  data: { password: Buffer.from('hunter2').toString('base64') },
};

test('environment comes from values, config maps, secrets and the pod itself', async () => {
  const env = [
    { name: 'PLAIN', value: 'a' },
    { name: 'JOINED', value: '$(PLAIN)-$(KEY)-$$(PLAIN)' },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
    { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'absent', key: 'x', optional: true } } },
  ];
  const script =
    'echo $JOINED $PASSWORD $POD $APP [$NONE]; test $IP = $(hostname -i) && echo same; sleep 1000';
  const main = { ...sh(script), env, envFrom: [{ configMapRef: { name: 'settings' } }] };
  await trial.apply([settings({ KEY: 'v1' }), secret, podEntry('env', main)]);
  await trial.running('env');
  assert.equal(await trial.log('env', /same/), 'a-v1-$(PLAIN) hunter2 name-env trial []\nsame\n');
});

test('files of config maps are replaced all at once in running containers', async () => {
  const volumes = [
    {
      name: 'config',
      configMap: { name: 'settings', items: [{ key: 'KEY', path: 'sub/key', mode: 0o600 }] },
    },
    { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
  ];
  const volumeMounts = [
    { name: 'config', mountPath: '/config' },
    { name: 'login', mountPath: '/login', readOnly: true },
  ];
  const script =
    'stat -L -c %a /config/sub/key /login/password; while true; do cat /config/sub/key; echo; sleep 0.1; done';
  await trial.apply([podEntry('files', { ...sh(script), volumeMounts }, { volumes })]);
  const before = await trial.running('files');
  await trial.log('files', /^600\n400\nv1\n/);
  await trial.apply([settings({ KEY: 'v2' })]);
  await trial.log('files', /v2\n$/);
  const after = await trial.running('files');
  assert.equal(after.containerStatuses?.[0]?.containerID, before.containerStatuses?.[0]?.containerID);
});

test('a pod waits for its config map and starts when it comes', async () => {
  const volumes = [{ name: 'late', configMap: { name: 'late' } }];
  await trial.apply([
    podEntry(
      'waits',
      { ...sh('sleep 1000'), volumeMounts: [{ name: 'late', mountPath: '/late' }] },
      { volumes },
    ),
  ]);
  const event = await trial.event('waits', 'FailedMount');
  assert.equal(event.message, 'MountVolume.SetUp failed for volume "late" : configmap "late" not found');
  await trial.apply([{ key: 'configmap/default/late', type: 'configmap', data: {}, binaryData: {} }]);
  await trial.running('waits');
});

test('a container waits for a key of its environment', async () => {
  const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'absent' } } }];
  await trial.apply([podEntry('key', { ...sh('sleep 1000'), env })]);
  const status = await trial.podStatus(
    'key',
    ({ containerStatuses }) =>
      containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  );
  assert.equal(
    status.containerStatuses?.[0]?.state?.waiting?.message,
    "couldn't find key absent in ConfigMap default/settings",
  );
  await trial.apply([settings({ KEY: 'v3', absent: 'here' })]);
  await trial.running('key');
});

test('memory volumes, host paths and users are as the pod says, and nothing stays mounted', async () => {
  const hostPath = { path: trial.path('shared'), type: 'DirectoryOrCreate' };
  const volumes = [
    { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'host', hostPath },
  ];
  const volumeMounts = [
    { name: 'memory', mountPath: '/memory' },
    { name: 'host', mountPath: '/host' },
  ];
  const security = { runAsUser: 1234, runAsGroup: 5678, readOnlyRootFilesystem: true };
  const script =
    'id -u; id -g; cat /proc/mounts | while read d p t r; do test $p = /memory && echo $t; done; { echo x >/x; } 2>/dev/null || echo read-only; sleep 1000';
  const entry = podEntry('mounts', { ...sh(script), volumeMounts, securityContext: security }, { volumes });
  await trial.apply([entry]);
  await trial.running('mounts');
  await trial.log('mounts', /^1234\n5678\ntmpfs\nread-only\n/);
  await trial.apply([deleted(entry, 0)]);
  await trial.gone('mounts');
  assert.doesNotMatch(await trial.containerd.run(['cat', '/proc/mounts']), /pods\/mounts/);
});

test('volumes that are not built yet are named', async () => {
  const volumes = [{ name: 'share', nfs: { server: '192.0.2.1', path: '/' } }];
  await trial.apply([podEntry('share', sh('true'), { volumes })]);
  const event = await trial.event('share', 'FailedMount');
  assert.match(event.message, /volumes of type nfs are not built yet/);
});
