import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SnapshotReport } from '../../schemas/wire/messages.ts';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

async function restartAgent(): Promise<SnapshotReport> {
  await trial.killAgent();
  trial.forgetReports();
  await trial.startAgent();
  return trial.report((report): report is SnapshotReport => report.type === 'snapshot');
}

test('a killed agent adopts what runs and restarts nothing', async () => {
  await trial.apply([podEntry('kept', sh('sleep 1000'))]);
  const before = await trial.running('kept');
  const snapshot = await restartAgent();
  assert.deepEqual([snapshot.info.epoch, snapshot.info.generation], [1, 2]);
  const after = await trial.running('kept');
  assert.deepEqual(after.containerStatuses, before.containerStatuses);
  assert.deepEqual([after.podIP, after.startTime], [before.podIP, before.startTime]);
});

test('an agent that is told to end does, and leaves its containers running', async () => {
  const before = await trial.running('kept');
  assert.equal(await trial.endAgent(), 0);
  const id = before.containerStatuses?.[0]?.containerID?.slice('containerd://'.length) ?? 'none';
  assert.match(await trial.containerd.ctr('tasks', 'list'), new RegExp(`${id}\\s+\\d+\\s+RUNNING`));
  trial.forgetReports();
  await trial.startAgent();
  assert.deepEqual((await trial.running('kept')).containerStatuses, before.containerStatuses);
});

test('what ended while the agent was away is started again', async () => {
  const id =
    (await trial.running('kept')).containerStatuses?.[0]?.containerID?.slice('containerd://'.length) ?? '';
  await trial.killAgent();
  await trial.containerd.ctr('task', 'kill', '--signal', 'SIGKILL', id);
  trial.forgetReports();
  await trial.startAgent();
  const status = await trial.podStatus(
    'kept',
    ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 1,
  );
  assert.equal(status.containerStatuses?.[0]?.lastState?.terminated?.containerID, `containerd://${id}`);
});

test('an agent killed while a pod ends goes on with its end', async () => {
  const entry = podEntry('ending', sh('trap "" TERM; while true; do sleep 0.1; done'));
  await trial.apply([entry]);
  await trial.running('ending');
  await trial.apply([deleted(entry, 2)]);
  await trial.event('ending', 'Killing');
  await restartAgent();
  const { status } = await trial.gone('ending');
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
});

test('an agent killed at once after an acknowledged update carries it out', async () => {
  await trial.apply([podEntry('acknowledged', sh('sleep 1000'))]);
  await restartAgent();
  const status = await trial.running('acknowledged');
  assert.ok((status.containerStatuses?.[0]?.restartCount ?? 0) <= 1);
});

test('updates that are older or not based on what is held are refused', async () => {
  const update = { epoch: 1, generation: 1, base: null, upserts: [], removes: [] };
  const { generation } = JSON.parse((await trial.request('GET', '/v1/info')).body) as { generation: number };
  const answers = await Promise.all([
    trial.put({ ...update, generation }),
    trial.put({ ...update, generation: generation + 5, base: generation + 1 }),
    trial.put({ ...update, epoch: 2, generation: 1, base: generation }),
  ]);
  assert.deepEqual(
    answers.map(({ status, body }) => [status, (JSON.parse(body) as { reason: string }).reason]),
    [
      [409, 'StaleGeneration'],
      [409, 'UnknownBase'],
      [409, 'UnknownBase'],
    ],
  );
});

test('malformed requests are refused with what is wrong', async () => {
  const broken = await trial.request('PUT', '/v1/desired', '{');
  assert.deepEqual(
    [broken.status, JSON.parse(broken.body)],
    [400, { reason: 'Invalid', message: 'the body is not JSON' }],
  );
  const unknown = await trial.request('GET', '/v2/info');
  assert.equal(unknown.status, 404);
  const log = await trial.request('GET', '/v1/logs?uid=../x&container=main');
  assert.equal(log.status, 400);
});

test('containers outlive a restart of containerd, and their ends are seen after it', async () => {
  const before = await trial.running('kept');
  await trial.containerd.killDaemon();
  await trial.containerd.startDaemon();
  const id = before.containerStatuses?.[0]?.containerID?.slice('containerd://'.length) ?? '';
  const count = before.containerStatuses?.[0]?.restartCount ?? 0;
  await trial.containerd.ctr('task', 'kill', '--signal', 'SIGKILL', id);
  await trial.podStatus(
    'kept',
    ({ containerStatuses }) => (containerStatuses?.[0]?.restartCount ?? 0) > count,
  );
});
