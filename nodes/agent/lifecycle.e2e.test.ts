import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

function isExited(id: string, list: string): boolean {
  return !list.includes(id);
}

test('a pod runs, with the status and the events of a kubelet', async () => {
  await trial.apply([podEntry('run', sh('sleep 1000'))]);
  const status = await trial.running('run');
  assert.equal(status.phase, 'Running');
  assert.equal(status.hostIP, '10.98.0.1');
  assert.match(status.podIP ?? '', /^10\.97\.0\.\d+$/);
  const [container] = status.containerStatuses ?? [];
  assert.match(container?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
  assert.equal(container?.image, 'berth.local/busybox:1');
  const reasons = ['Pulled', 'Created', 'Started'];
  const events = await Promise.all(reasons.map((reason) => trial.event('run', reason)));
  assert.deepEqual(
    events.map(({ fieldPath, severity }) => `${severity} ${fieldPath ?? ''}`),
    reasons.map(() => 'Normal spec.containers{main}'),
  );
});

test('a pod with restart policy Never ends as Succeeded or Failed and keeps its logs and message', async () => {
  const never = { restartPolicy: 'Never' };
  const failing = sh('echo last words >/dev/termination-log; echo seen; exit 7');
  await trial.apply([podEntry('ok', sh('true'), never), podEntry('bad', failing, never)]);
  const ok = await trial.podStatus('ok', ({ phase }) => phase === 'Succeeded');
  assert.equal(ok.containerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
  const bad = await trial.podStatus('bad', ({ phase }) => phase === 'Failed');
  const terminated = bad.containerStatuses?.[0]?.state?.terminated;
  assert.equal(terminated?.exitCode, 7);
  assert.equal(terminated.reason, 'Error');
  assert.equal(terminated.message, 'last words\n');
  const log = await trial.request('GET', '/v1/logs?uid=bad&container=main');
  assert.deepEqual(log, { status: 200, body: 'seen\n' });
});

test('a container that ends is restarted at once, then with back-off, and its last log stays', async () => {
  await trial.apply([podEntry('crash', sh('echo once; exit 1'))]);
  const waiting = await trial.podStatus(
    'crash',
    ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
  );
  const [container] = waiting.containerStatuses ?? [];
  assert.equal(container?.restartCount, 1);
  assert.match(
    container.state?.waiting?.message ?? '',
    /^back-off 10s restarting failed container=main pod=name-crash_default\(crash\)$/,
  );
  assert.equal(container.lastState?.terminated?.exitCode, 1);
  assert.equal((await trial.event('crash', 'BackOff')).severity, 'Warning');
  const previous = await trial.request('GET', '/v1/logs?uid=crash&container=main&previous=true');
  assert.deepEqual(previous, { status: 200, body: 'once\n' });
});

test('a killed container comes back', async () => {
  const before = await trial.running('run');
  const id = before.containerStatuses?.[0]?.containerID?.slice('containerd://'.length) ?? '';
  await trial.containerd.ctr('task', 'kill', '--signal', 'SIGKILL', id);
  const status = await trial.podStatus(
    'run',
    (now) => now.containerStatuses?.[0]?.restartCount === 1 && now.containerStatuses[0].ready,
  );
  assert.equal(status.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 137);
  assert.equal(status.podIP, before.podIP);
});

test('deletion sends SIGTERM, waits for the grace, and leaves nothing behind', async () => {
  const entry = podEntry(
    'term',
    sh('trap "echo bye >/dev/termination-log; exit 0" TERM; echo ready; while true; do sleep 0.1; done'),
  );
  await trial.apply([entry]);
  const id =
    (await trial.running('term')).containerStatuses?.[0]?.containerID?.slice('containerd://'.length) ?? '';
  // Before its trap is set the shell, being process 1, ignores the signal.
  await trial.log('term', /ready/);
  await trial.apply([deleted(entry, 20)]);
  const gone = await trial.gone('term');
  const terminated = gone.status.containerStatuses?.[0]?.state?.terminated;
  assert.deepEqual([gone.status.phase, terminated?.exitCode, terminated?.message], ['Succeeded', 0, 'bye\n']);
  assert.ok(isExited(id, await trial.containerd.ctr('containers', 'list', '--quiet')));
  const log = await trial.request('GET', '/v1/logs?uid=term&container=main');
  assert.equal(log.status, 404);
});

test('a container that ignores SIGTERM is killed after the grace', async () => {
  const entry = podEntry('stubborn', sh('trap "" TERM; while true; do sleep 0.1; done'));
  await trial.apply([entry]);
  await trial.running('stubborn');
  await trial.apply([deleted(entry, 1)]);
  const { status } = await trial.gone('stubborn');
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
});

test('a pod that is removed from the desired state goes', async () => {
  await trial.apply([podEntry('dropped', sh('sleep 1000'))]);
  await trial.running('dropped');
  await trial.apply([], ['pod/dropped']);
  assert.equal((await trial.gone('dropped')).name, 'name-dropped');
});

test('init containers run in order before the main ones, a sidecar stays', async () => {
  const image = 'berth.local/busybox:1';
  const initContainers = [
    { name: 'first', image, ...sh('echo 1 >>/work/order') },
    { name: 'side', image, restartPolicy: 'Always', ...sh('echo 2 >>/work/order; sleep 1000') },
    { name: 'last', image, ...sh('echo 3 >>/work/order') },
  ].map((container) => ({ ...container, volumeMounts: [{ name: 'work', mountPath: '/work' }] }));
  const main = { ...sh('cat /work/order; sleep 1000'), volumeMounts: [{ name: 'work', mountPath: '/work' }] };
  await trial.apply([podEntry('inits', main, { initContainers, volumes: [{ name: 'work', emptyDir: {} }] })]);
  const status = await trial.running('inits');
  assert.deepEqual(
    status.initContainerStatuses?.map(({ name, ready }) => [name, ready]),
    [
      ['first', true],
      ['side', true],
      ['last', true],
    ],
  );
  await trial.log('inits', /^1\n2\n3\n$/);
});

test('an image that is missing and may not be pulled is told, and its import starts the pod', async () => {
  await trial.apply([
    podEntry('never', { image: 'berth.local/late:1', imagePullPolicy: 'Never', ...sh('sleep 1000') }),
  ]);
  await trial.podStatus(
    'never',
    ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
  );
  const archive = await trial.containerd.archiveOf('berth.local/late:1');
  const imported = await trial.request('POST', `/v1/images?digest=${archive.digest}`, archive.content);
  assert.equal(imported.status, 200, imported.body);
  const [image] = JSON.parse(imported.body) as { names: string[] }[];
  assert.ok(image?.names.includes('berth.local/late:1'));
  await trial.running('never');
});

test('an archive that is not what was announced is refused', async () => {
  const archive = await trial.containerd.archiveOf('berth.local/wrong:1');
  const answer = await trial.request('POST', `/v1/images?digest=sha256:${'0'.repeat(64)}`, archive.content);
  assert.equal(answer.status, 422);
  assert.equal((JSON.parse(answer.body) as { reason: string }).reason, 'DigestMismatch');
});
