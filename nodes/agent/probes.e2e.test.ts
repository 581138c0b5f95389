import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

test('a container is ready when its readiness probe says so, and not any more when it fails', async () => {
  const readinessProbe = { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 1, failureThreshold: 1 };
  const script = 'sleep 1; echo >/tmp/ready; sleep 2; rm /tmp/ready; sleep 1000';
  await trial.apply([podEntry('ready', { ...sh(script), readinessProbe })]);
  const first = await trial.podStatus('ready', ({ phase }) => phase === 'Running');
  assert.equal(first.containerStatuses?.[0]?.ready, false);
  await trial.running('ready');
  trial.forgetReports();
  await trial.podStatus('ready', ({ containerStatuses }) => containerStatuses?.[0]?.ready === false);
  const event = await trial.event('ready', 'Unhealthy');
  assert.match(event.message, /^Readiness probe failed: .*No such file/);
});

test('http and tcp probes reach the pod at its address', async () => {
  const ports = [{ name: 'web', containerPort: 8080 }];
  const readinessProbe = { httpGet: { port: 'web', path: '/index.html' }, periodSeconds: 1 };
  const startupProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  const script = 'mkdir /tmp/www; echo hi >/tmp/www/index.html; httpd -f -p 8080 -h /tmp/www';
  await trial.apply([podEntry('http', { ...sh(script), ports, readinessProbe, startupProbe })]);
  const status = await trial.running('http');
  assert.equal(status.containerStatuses?.[0]?.started, true);
});

test('a container whose liveness probe fails is restarted', async () => {
  const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 2 };
  await trial.apply([podEntry('alive', { ...sh('sleep 1000'), livenessProbe })]);
  const killing = await trial.event('alive', 'Killing');
  assert.equal(killing.message, 'Container main failed liveness probe, will be restarted');
  await trial.podStatus('alive', ({ containerStatuses }) => containerStatuses?.[0]?.restartCount === 1);
});

test('hooks run after the start and before the end', async () => {
  const lifecycle = {
    postStart: { exec: { command: ['sh', '-c', 'echo started >>/proc/1/fd/1'] } },
    preStop: { exec: { command: ['sh', '-c', 'echo stopping >/dev/termination-log'] } },
  };
  const entry = podEntry('hooks', { ...sh('sleep 1000'), lifecycle });
  await trial.apply([entry]);
  await trial.running('hooks');
  await trial.log('hooks', /started/);
  await trial.apply([deleted(entry, 1)]);
  const { status } = await trial.gone('hooks');
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.message, 'stopping\n');
});

test('a failing postStart hook kills its container', async () => {
  const lifecycle = { postStart: { exec: { command: ['false'] } } };
  await trial.apply([podEntry('badhook', { ...sh('sleep 1000'), lifecycle })]);
  await trial.event('badhook', 'FailedPostStartHook');
  await trial.podStatus(
    'badhook',
    ({ containerStatuses }) => (containerStatuses?.[0]?.restartCount ?? 0) > 0,
  );
});

test('readiness survives a restart of the agent without a gap', async () => {
  const before = await trial.running('http');
  await trial.killAgent();
  trial.forgetReports();
  await trial.startAgent();
  const after = await trial.podStatus('http', () => true);
  assert.deepEqual(after.conditions, before.conditions);
});
