import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EphemeralContainer } from '../../schemas/kubernetes/types/core-v1.ts';
import { AgentTrial, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

test('an ephemeral container sees the processes of its target, ends, and stays ended', async () => {
  const plain = podEntry('looked-into', sh('sleep 4321'));
  await trial.apply([plain]);
  await trial.running('looked-into');
  const added: EphemeralContainer = {
    ...plain.pod.spec?.containers[0],
    ...sh('ps >/dev/termination-log; exit 3'),
    name: 'debug',
    targetContainerName: 'main',
  };
  await trial.apply([podEntry('looked-into', sh('sleep 4321'), { ephemeralContainers: [added] })]);
  const ended = await trial.podStatus(
    'looked-into',
    ({ ephemeralContainerStatuses }) => ephemeralContainerStatuses?.[0]?.state?.terminated !== undefined,
  );
  const terminated = ended.ephemeralContainerStatuses?.[0]?.state?.terminated;
  assert.equal(terminated?.exitCode, 3);
  assert.match(terminated.message ?? '', /sleep 4321/);
  assert.equal(ended.phase, 'Running');
  assert.equal(ended.containerStatuses?.[0]?.restartCount, 0);
});

test('a pod that is past its deadline is ended', async () => {
  await trial.apply([podEntry('late', sh('sleep 4321'), { activeDeadlineSeconds: 2 })]);
  const status = await trial.podStatus('late', ({ phase }) => phase === 'Failed');
  assert.equal(status.reason, 'DeadlineExceeded');
  await trial.event('late', 'DeadlineExceeded');
});
