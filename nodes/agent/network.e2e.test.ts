import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ServiceEntry } from '../../schemas/wire/messages.ts';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
});
after(() => trial.stop());

const server = sh('mkdir /tmp/www; echo served >/tmp/www/index.html; httpd -f -p 8080 -h /tmp/www');

test('pods wait for the network entry, then run', async () => {
  await trial.apply([podEntry('server', { ...server, ports: [{ containerPort: 8080, hostPort: 30080 }] })]);
  await trial.event('server', 'NetworkNotReady');
  await trial.apply([networkEntry]);
  await trial.running('server');
});

test('a pod reaches a service at its cluster address', async () => {
  const { podIP = '' } = await trial.running('server');
  const service: ServiceEntry = {
    key: 'service/default/web',
    type: 'service',
    clusterIPs: ['10.96.0.10'],
    ports: [{ name: '', protocol: 'TCP', port: 80, endpoints: [{ ip: podIP, port: 8080 }] }],
  };
  const client = sh('until wget -q -O - http://10.96.0.10/index.html; do sleep 0.1; done; sleep 1000');
  await trial.apply([service, podEntry('client', client)]);
  await trial.log('client', /^served\n$/);
});

test('host ports are forwarded while their pod runs, over a restart of the agent, and no longer', async () => {
  const rules = (): Promise<string> => trial.containerd.run(['nft', 'list', 'ruleset']);
  assert.match(await rules(), /30080/);
  await trial.killAgent();
  assert.match(await rules(), /30080/);
  trial.forgetReports();
  await trial.startAgent();
  await trial.report((report) => report.type === 'applied');
  assert.match(await rules(), /30080/);
  await trial.apply([deleted(podEntry('server', server), 0)]);
  await trial.gone('server');
  assert.doesNotMatch(await rules(), /30080/);
});
