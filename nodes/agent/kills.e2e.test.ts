import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentTrial, deleted, networkEntry, podEntry, sh } from '../../test/contract/agent-trial.ts';
import { until } from '../../test/contract/private-containerd.ts';

let trial: AgentTrial;

before(async () => {
  trial = await AgentTrial.start();
  await trial.apply([networkEntry]);
});
after(() => trial.stop());

/** From the update to the kill: in volumes, sandboxes, containers and after them. */
const killDelaysMs = [0, 3, 10, 30, 60, 100, 150, 200, 300];

async function killAndRestart(delayMs: number): Promise<void> {
  await sleep(delayMs);
  await trial.killAgent();
  trial.forgetReports();
  await trial.startAgent();
}

test('an agent killed at any moment of starting pods ends with one of each, and nothing else', async () => {
  for (const [index, delayMs] of killDelaysMs.entries()) {
    const pods = ['a', 'b'].map((letter) => podEntry(`${letter}${String(index)}`, sh('sleep 1000')));
    await trial.apply(pods);
    await killAndRestart(delayMs);
  }
  const uids = killDelaysMs.flatMap((_, index) => [`a${String(index)}`, `b${String(index)}`]);
  for (const uid of uids) await trial.running(uid);
  await until(async () => {
    const tasks = (await trial.containerd.ctr('tasks', 'list', '--quiet')).trim().split('\n');
    assert.equal(tasks.length, 2 * uids.length, 'a sandbox and a container per pod');
  });
});

test('an agent killed at any moment of ending pods leaves nothing of them', async () => {
  for (const [index, delayMs] of killDelaysMs.entries()) {
    const pods = ['a', 'b'].map((letter) =>
      deleted(podEntry(`${letter}${String(index)}`, sh('sleep 1000')), 0),
    );
    await trial.apply(pods);
    await killAndRestart(delayMs);
  }
  for (const index of killDelaysMs.keys())
    for (const letter of ['a', 'b']) await trial.gone(`${letter}${String(index)}`);
  await until(async () => {
    const left = await trial.containerd.ctr('containers', 'list', '--quiet');
    assert.equal(left.trim(), '');
  });
});
