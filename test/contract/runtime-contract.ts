/** What the agent relies on of every container runtime. Each case makes its own pod. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Runtime, RuntimeEvent } from '../../nodes/agent/core/ports.ts';
import type { Container, ContainerSpec, Sandbox, SandboxSpec } from '../../nodes/agent/core/runtime-model.ts';
import { RuntimeProblem } from '../../nodes/agent/core/runtime-problem.ts';
import { until } from './private-containerd.ts';

export interface RuntimeUnderTest {
  readonly runtime: () => Runtime;
  /** An image that the runtime has, with a shell in it. */
  readonly image: string;
}

let count = 0;

function sandboxSpec(): SandboxSpec {
  const podUid = `contract-${String(count++)}`;
  const labels = { 'io.kubernetes.pod.uid': podUid, 'berth.dev/managed': 'true' };
  return {
    podUid,
    namespace: 'default',
    podName: podUid,
    attempt: 0,
    hostname: 'contract',
    labels,
    annotations: {},
    dns: undefined,
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
    sharedPID: false,
    privileged: false,
    runAsUser: undefined,
    runAsGroup: undefined,
    supplementalGroups: [],
    sysctls: {},
  };
}

function containerSpec(sandbox: SandboxSpec, image: string, script: string): ContainerSpec {
  return {
    name: 'main',
    attempt: 0,
    image,
    command: ['sh', '-c', script],
    args: [],
    workingDir: '',
    env: [{ name: 'GREETING', value: 'hello' }],
    mounts: [],
    labels: { ...sandbox.labels, 'io.kubernetes.container.name': 'main' },
    annotations: { 'berth.dev/restart-backoff-ms': '20000', 'io.kubernetes.container.hash': 'abc' },
    memo: {
      hash: 'abc',
      backoffMs: 20_000,
      terminationGraceSeconds: 30,
      terminationMessagePath: '/dev/termination-log',
      fallbackToLogs: false,
    },
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 2, cpuQuotaUs: 0, cpuPeriodUs: 100_000, memoryLimitBytes: 0, oomScoreAdj: 1000 },
    security: {
      privileged: false,
      readOnlyRootFilesystem: false,
      allowPrivilegeEscalation: true,
      runAsUser: undefined,
      runAsGroup: undefined,
      supplementalGroups: [],
      addCapabilities: [],
      dropCapabilities: [],
      seccomp: 'Unconfined',
      hostPID: false,
      hostIPC: false,
      hostNetwork: false,
      sharedPID: false,
      targetContainerId: undefined,
    },
  };
}

interface Started {
  readonly sandbox: Sandbox;
  readonly container: Container;
}

async function start({ runtime, image }: RuntimeUnderTest, script: string): Promise<Started> {
  const spec = sandboxSpec();
  const sandbox = await runtime().runSandbox(spec);
  const id = await runtime().createContainer(sandbox.id, containerSpec(spec, image, script), spec, []);
  return { sandbox, container: await runtime().startContainer(id) };
}

async function remove({ runtime }: RuntimeUnderTest, { sandbox }: Started): Promise<void> {
  await runtime().removeSandbox(sandbox.id);
}

export function runtimeContract(name: string, under: RuntimeUnderTest): void {
  runningCases(name, under);
  endingCases(name, under);
  imageCases(name, under);
}

function runningCases(name: string, under: RuntimeUnderTest): void {
  const { runtime } = under;

  test(`${name}: a container runs in its sandbox and is listed with what was written on it`, async () => {
    const started = await start(under, 'sleep 1000');
    assert.equal(started.sandbox.ready, true);
    assert.equal(started.sandbox.ips.length, 1);
    assert.equal(started.container.state.type, 'running');
    const listed = await runtime().list();
    assert.deepEqual(
      listed.sandboxes.find(({ id }) => id === started.sandbox.id),
      started.sandbox,
    );
    assert.deepEqual(
      listed.containers.find(({ id }) => id === started.container.id),
      started.container,
    );
    assert.deepEqual([started.container.memo.backoffMs, started.container.memo.hash], [20_000, 'abc']);
    await remove(under, started);
  });

  test(`${name}: a command runs in the container, with its environment`, async () => {
    const started = await start(under, 'sleep 1000');
    const ok = await runtime().execSync(
      started.container.id,
      ['sh', '-c', 'echo $GREETING; echo oops >&2; exit 3'],
      5000,
    );
    assert.deepEqual(ok, { exitCode: 3, stdout: 'hello\n', stderr: 'oops\n' });
    await assert.rejects(runtime().execSync(started.container.id, ['sleep', '60'], 1000), RuntimeProblem);
    await remove(under, started);
  });
}

function endingCases(name: string, under: RuntimeUnderTest): void {
  const { runtime } = under;

  test(`${name}: an exit is told at once, with its code`, async () => {
    const stop = new AbortController();
    const events: RuntimeEvent[] = [];
    const following = (async () => {
      for await (const event of runtime().events(stop.signal)) events.push(event);
    })();
    await until(async () => assert.ok(events.some(({ type }) => type === 'missed')));
    const started = await start(under, 'sleep 0.5; exit 42');
    await until(async () =>
      assert.ok(
        events.some((event) => event.type === 'changed' && event.id === started.container.id && event.exited),
      ),
    );
    await until(async () => {
      const { state } = (await runtime().container(started.container.id)) ?? started.container;
      assert.ok(state.type === 'exited' && state.exitCode === 42 && state.finishedAtMs >= state.startedAtMs);
    });
    stop.abort();
    await following;
    await remove(under, started);
  });

  test(`${name}: stopping asks first and kills after the grace`, async () => {
    const polite = await start(under, 'trap "exit 5" TERM; echo >/tmp/ready; while true; do sleep 0.1; done');
    await until(async () => {
      const { exitCode } = await runtime().execSync(polite.container.id, ['ls', '/tmp/ready'], 2000);
      assert.equal(exitCode, 0);
    });
    await runtime().stopContainer(polite.container.id, 20);
    const ended = await runtime().container(polite.container.id);
    assert.ok(ended?.state.type === 'exited' && ended.state.exitCode === 5);
    const stubborn = await start(under, 'trap "" TERM; while true; do sleep 0.1; done');
    await runtime().stopContainer(stubborn.container.id, 1);
    const killed = await runtime().container(stubborn.container.id);
    assert.ok(killed?.state.type === 'exited' && killed.state.exitCode === 137);
    await remove(under, polite);
    await remove(under, stubborn);
  });

  test(`${name}: stops and removes of what is gone are no errors, and nothing is left`, async () => {
    const started = await start(under, 'sleep 1000');
    await runtime().removeSandbox(started.sandbox.id);
    await runtime().removeSandbox(started.sandbox.id);
    await runtime().stopSandbox(started.sandbox.id);
    await runtime().stopContainer(started.container.id, 0);
    await runtime().removeContainer(started.container.id);
    assert.equal(await runtime().sandbox(started.sandbox.id), undefined);
    assert.equal(await runtime().container(started.container.id), undefined);
  });
}

function imageCases(name: string, under: RuntimeUnderTest): void {
  const { runtime } = under;

  test(`${name}: a program that is not there is told, and the container says so`, async () => {
    const spec = sandboxSpec();
    const sandbox = await runtime().runSandbox(spec);
    const broken = { ...containerSpec(spec, under.image, ''), command: ['/no/such/program'] };
    const id = await runtime().createContainer(sandbox.id, broken, spec, []);
    await assert.rejects(runtime().startContainer(id), /no such file/);
    const container = await runtime().container(id);
    assert.ok(container?.state.type === 'exited' && container.state.exitCode !== 0);
    await runtime().removeSandbox(sandbox.id);
  });

  test(`${name}: images are found by name or not at all`, async () => {
    const image = await runtime().image(under.image);
    assert.match(image?.id ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.ok((await runtime().images()).some(({ id }) => id === image?.id));
    assert.equal(await runtime().image('berth.local/absent:1'), undefined);
    const { signal } = new AbortController();
    await assert.rejects(runtime().pull('127.0.0.1:1/absent:1', signal), RuntimeProblem);
  });
}
