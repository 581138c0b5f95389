/** The real kubectl speaks to a container on a real host: exec, cp, attach, port-forward, and the proxies. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { agentPattern } from '../../fixtures/lab/demo/cluster-steps.ts';
import { eventually } from '../../fixtures/lab/berth-process.ts';
import { type CommandResult, tryCommand } from '../../fixtures/lab/command.ts';
import { startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let folder: string;

const script = [
  'mkdir -p /tmp/www; echo from the pod >/tmp/www/index.html; httpd -p 8080 -h /tmp/www',
  'while read line; do echo "got $line"; done',
  'sleep 3600',
].join('; ');

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tool', namespace: 'default', labels: { app: 'tool' } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'main',
        image: 'berth.local/busybox:1',
        command: ['sh', '-c', script],
        stdin: true,
        ports: [{ name: 'web', containerPort: 8080 }],
      },
    ],
  },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'tool', namespace: 'default' },
  spec: { selector: { app: 'tool' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-streams-'));
  cluster = await startCluster({ name: 'e2estr', hosts: 1, images: ['busybox:1'] });
  await writeFile(join(folder, 'kubeconfig'), await cluster.berth.run('kubeconfig'), { mode: 0o600 });
  await cluster.berth.api('POST', '/api/v1/namespaces/default/pods', pod);
  await cluster.berth.api('POST', '/api/v1/namespaces/default/services', service);
  await cluster.ready('default', 1);
});
after(async () => {
  await cluster.down();
  await rm(folder, { recursive: true });
});

function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), ...extra };
}

/** Runs a line for the shell. */
function shell(line: string, extra: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return tryCommand('/bin/sh', ['-c', line], { cwd: folder, env: environment(extra), timeoutMs: 60_000 });
}

/** A kubectl that goes on until it is ended. */
function started(
  line: string,
  extra: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn('/bin/sh', ['-c', `exec kubectl ${line}`], {
    cwd: folder,
    env: environment(extra),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

const lines: readonly (readonly [line: string, stdout: string, code?: number])[] = [
  ['kubectl exec tool -- echo hello', 'hello\n'],
  ['kubectl exec tool -- sh -c "echo out; echo err >&2; exit 3" 2>/dev/null', 'out\n', 3],
  ['kubectl exec tool -- sh -c "echo err >&2" 2>&1', 'err\n'],
  ['echo piped through | kubectl exec -i tool -- cat', 'piped through\n'],
  ['head -c 5000000 /dev/zero | kubectl exec -i tool -- sh -c "cat | wc -c"', '5000000\n'],
  ['kubectl exec tool -- head -c 5000000 /dev/zero | wc -c', '5000000\n'],
  ['kubectl exec tool -c none -- true 2>&1 | grep -c "container none is not valid for pod tool"', '1\n'],
];
for (const [transport, extra] of [
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const) {
  for (const [line, stdout, code = 0] of lines) {
    test(`${transport}: ${line}`, async () => {
      const result = await shell(line, extra);
      assert.deepEqual([result.stdout, result.code], [stdout, code], result.stderr);
    });
  }

  test(`${transport}: kubectl cp, both ways`, async () => {
    const content = 'copied\n'.repeat(100_000);
    await writeFile(join(folder, 'there'), content);
    const result = await shell('kubectl cp there tool:/tmp/there && kubectl cp tool:/tmp/there back', extra);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(await readFile(join(folder, 'back'), 'utf8'), content);
  });

  test(`${transport}: kubectl attach speaks to the running process`, async () => {
    const child = started('attach -i tool', extra);
    child.stdin.write('hello\n');
    for await (const line of createInterface({ input: child.stdout })) if (line === 'got hello') break;
    child.kill();
  });

  test(`${transport}: kubectl port-forward carries requests`, async () => {
    const child = started('port-forward pod/tool :8080', extra);
    try {
      let port = '';
      for await (const line of createInterface({ input: child.stdout })) {
        port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? '';
        if (port !== '') break;
      }
      for (let count = 0; count < 3; count += 1)
        assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'from the pod\n');
    } finally {
      child.kill();
    }
  });
}

const proxied: readonly (readonly [path: string, says: RegExp])[] = [
  ['pods/tool/proxy/', /^from the pod\n$/],
  ['pods/http:tool:8080/proxy/index.html', /^from the pod\n$/],
  ['services/tool:http/proxy/', /^from the pod\n$/],
  ['services/tool:80/proxy/', /^from the pod\n$/],
  ['pods/tool/proxy/none', /NotFound|not find|404/],
  ['services/tool/proxy/', /no endpoints available for service "tool"/],
  ['services/tool:81/proxy/', /no service port 81 found for service "tool"/],
  ['pods/tool:9/proxy/', /error trying to reach service: .*ECONNREFUSED/],
];
for (const [path, says] of proxied) {
  test(`proxy: ${path}`, async () => {
    const result = await shell(`kubectl get --raw /api/v1/namespaces/default/${path}`);
    assert.match(result.stdout + result.stderr, says);
  });
}

test('when kubectl is killed, the agent leaves its session with the runtime', async () => {
  const child = started('exec tool -- sh -c "echo begun; sleep 600"');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  const [host] = cluster.lab.hosts;
  assert.ok(host);
  await eventually('no connection but that of the link', async () => {
    const { stdout } = await host.run(['ss', '--no-header', '--tcp', '--numeric', 'state', 'established']);
    const others = stdout.split('\n').filter((line) => line !== '' && !/:22\s/.test(line));
    return others.length === 0 ? true : undefined;
  });
});

test('kubectl run -i --rm: what goes in comes out, and the pod is gone', async () => {
  const image = '--image=berth.local/busybox:1 --restart=Never';
  const result = await shell(`echo through a pod | kubectl run once -i --rm --quiet ${image} -- cat`);
  assert.deepEqual([result.stdout, result.code], ['through a pod\n', 0], result.stderr);
  assert.match((await shell('kubectl get pod once')).stderr, /NotFound/);
});

test('an agent that is killed ends its sessions with an error that says so', async () => {
  const [host] = cluster.lab.hosts;
  assert.ok(host);
  const child = started('exec tool -- sh -c "echo begun; sleep 600"');
  const said = text(child.stderr);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  // Its number counts inside the host alone.
  for (const pid of await host.pidsOf(agentPattern)) await host.check(['kill', '-9', String(pid)]);
  const [code] = (await ended) as [number];
  assert.equal(code, 1);
  assert.match(await said, /the session broke/);
  await eventually('a session with the next agent', async () =>
    (await shell('kubectl exec tool -- echo back')).stdout === 'back\n' ? true : undefined,
  );
});

test('kubectl exec -it gives a terminal', async () => {
  const inner =
    'kubectl exec -it tool -- sh -c "test -t 0; until stty size 2>/dev/null | grep 31; do sleep 0.1; done"';
  const result = await shell(`script --quiet --return --command 'stty rows 31 cols 93; ${inner}' /dev/null`);
  assert.equal(result.code, 0, result.stdout + result.stderr);
  assert.match(result.stdout, /31 93/);
});
