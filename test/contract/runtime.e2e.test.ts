import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Logger } from '../../nodes/agent/core/ports.ts';
import { RuntimeProblem } from '../../nodes/agent/core/runtime-problem.ts';
import { CriRuntime } from '../../nodes/agent/runtime/cri/cri-runtime.ts';
import { busyboxImage, PrivateContainerd, until } from './private-containerd.ts';
import { runtimeContract } from './runtime-contract.ts';

let containerd: PrivateContainerd;
let runtime: CriRuntime;

function ignore(): undefined {
  return undefined;
}
const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

before(async () => {
  containerd = await PrivateContainerd.start();
  containerd.writeCni();
  runtime = new CriRuntime({ socket: containerd.socket, logRoot: containerd.logRoot, logger });
  await until(async () => assert.equal((await runtime.status()).networkReady, true));
});
after(async () => {
  runtime.close();
  await containerd.stop();
});

runtimeContract('containerd', { runtime: () => runtime, image: busyboxImage });

test('containerd: calls fail as unavailable while it is away, and work again afterwards', async () => {
  await containerd.killDaemon();
  await assert.rejects(
    runtime.list(),
    (error) => error instanceof RuntimeProblem && error.reason === 'Unavailable',
  );
  await containerd.startDaemon();
  await until(async () => void (await runtime.list()));
});
