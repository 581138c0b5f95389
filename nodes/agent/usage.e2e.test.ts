import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UsageReport } from '../../schemas/wire/messages.ts';
import { AgentTrial, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
});
after(() => trial.stop());

test('what a pod and its host use is reported', async () => {
  const busy = podEntry('busy', sh('while :; do :; done'));
  await trial.apply([networkEntry, busy]);
  await trial.running('busy');
  const uid = busy.pod.metadata.uid ?? '';
  const report = await trial.report(
    (one): one is UsageReport => one.type === 'usage' && one.pods.some((pod) => pod.uid === uid),
  );
  assert.ok(report.windowMs > 0);
  const containers = report.pods.find((pod) => pod.uid === uid)?.containers ?? [];
  assert.equal(containers.length, 1);
  // How much a busy loop gets depends on what else the machine does.
  assert.ok((containers[0]?.cpuMilli ?? 0) > 0);
  assert.ok((containers[0]?.memoryBytes ?? 0) > 0);
  assert.ok(report.node.cpuMilli > 0);
  assert.ok(report.node.memoryBytes > (containers[0]?.memoryBytes ?? 0));
});
