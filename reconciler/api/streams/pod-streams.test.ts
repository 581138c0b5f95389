import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Role, RoleBinding } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { SpdySession } from '../../../schemas/wire/spdy-session.ts';
import { type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';
import { submitted, type TestContext } from '../../../test/sim/memory-cluster.ts';
import { streamingHost } from '../../../test/sim/streaming-host.ts';

const pods = '/api/v1/namespaces/default/pods';

function pod(name: string, containers: readonly string[], nodeName?: string): Pod {
  const spec = { containers: containers.map((one) => ({ name: one, image: 'busybox:1' })) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: nodeName === undefined ? spec : { ...spec, nodeName },
  };
}

async function served(context: TestContext): Promise<ApiTrial> {
  const trial = await servedApi(context, streamingHost());
  for (const object of [
    pod('one', ['main'], 'a'),
    pod('two', ['web', 'side'], 'a'),
    pod('waiting', ['main']),
    pod('lost', ['main'], 'lost'),
  ])
    await submitted(trial.cluster, { type: 'create', object });
  return trial;
}

/** A WebSocket that notes what each channel said. */
async function opened(
  { socketPath }: ApiTrial,
  path: string,
  protocols: readonly string[],
): Promise<{ socket: WebSocket; said: Map<number, string>; closed: Promise<unknown> }> {
  const socket = new WebSocket(`ws+unix:${socketPath}:${path}`, [...protocols]);
  const said = new Map<number, string>();
  socket.on('message', (data: Buffer, isBinary) => {
    const number = isBinary ? (data[0] ?? 0) : Number(data.toString()[0]);
    const payload = isBinary ? data.subarray(1) : Buffer.from(data.toString().slice(1), 'base64');
    said.set(number, (said.get(number) ?? '') + payload.toString());
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  return { socket, said, closed };
}

function outcome(said: ReadonlyMap<number, string>): Record<string, unknown> {
  return JSON.parse(said.get(3) ?? '') as Record<string, unknown>;
}

test('exec over WebSocket v5: input, its end, output and success', async (context) => {
  const trial = await served(context);
  const path = `${pods}/one/exec?command=cat&stdin=true&stdout=true&stderr=true`;
  const { socket, said, closed } = await opened(trial, path, ['v5.channel.k8s.io']);
  assert.equal(socket.protocol, 'v5.channel.k8s.io');
  socket.send(Buffer.from('\0some input'));
  socket.send(Buffer.from([255, 0]));
  await closed;
  assert.deepEqual([said.get(1), outcome(said)['status']], ['some input', 'Success']);
});

test('exec: an exit code is the cause of the failure', async (context) => {
  const trial = await served(context);
  const path = `${pods}/one/exec?command=exit&command=3&stdout=true&stderr=true`;
  const { said, closed } = await opened(trial, path, ['v4.channel.k8s.io']);
  await closed;
  assert.equal(outcome(said)['reason'], 'NonZeroExitCode');
  assert.deepEqual(outcome(said)['details'], { causes: [{ reason: 'ExitCode', message: '3' }] });
});

test('exec: the first subprotocols say failures alone, as text or as base64', async (context) => {
  const trial = await served(context);
  for (const protocol of ['channel.k8s.io', 'base64.channel.k8s.io']) {
    const good = await opened(trial, `${pods}/one/exec?command=echo&command=hi&stdout=1&stderr=1`, [
      protocol,
    ]);
    await good.closed;
    assert.deepEqual([good.said.get(1), good.said.get(3) ?? ''], ['hi', '']);
    const bad = await opened(trial, `${pods}/one/exec?command=exit&command=1&stdout=1&stderr=1`, [protocol]);
    await bad.closed;
    assert.match(bad.said.get(3) ?? '', /exit code 1/);
  }
});

test('a link that breaks is told, and ends the session', async (context) => {
  const trial = await served(context);
  const { said, closed } = await opened(trial, `${pods}/one/exec?command=break&stdout=true`, [
    'v5.channel.k8s.io',
  ]);
  await closed;
  assert.equal(outcome(said)['code'], 500);
  assert.match(String(outcome(said)['message']), /the agent is gone/);
});

test('attach takes the terminal from the container', async (context) => {
  const trial = await served(context);
  const { socket, said, closed } = await opened(trial, `${pods}/two/attach?container=web&stdin=1&stdout=1`, [
    'v5.channel.k8s.io',
  ]);
  socket.send(Buffer.from([255, 0]));
  await closed;
  assert.match(said.get(1) ?? '', /attached to web, tty false/);
});

test('a log comes as the messages of a WebSocket, binary or as base64', async (context) => {
  const trial = await served(context);
  for (const protocol of ['binary.k8s.io', 'base64.binary.k8s.io']) {
    const socket = new WebSocket(`ws+unix:${trial.socketPath}:${pods}/one/log`, [protocol]);
    const lines: string[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      lines.push((isBinary ? data : Buffer.from(data.toString(), 'base64')).toString());
    });
    await once(socket, 'close');
    assert.deepEqual([socket.protocol, lines], [protocol, ['main: first\n', 'second\n']]);
  }
});

interface Upgraded {
  readonly answer: IncomingMessage;
  /** Undefined where the upgrade was refused. */
  readonly socket: Duplex | undefined;
}

async function upgraded(
  { socketPath }: ApiTrial,
  path: string,
  options: { readonly method?: string; readonly headers: Record<string, string | string[]> },
): Promise<Upgraded> {
  const outgoing = request({ socketPath, path, method: 'POST', ...options, agent: false });
  outgoing.end();
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => resolve({ answer, socket: undefined }));
    outgoing.once('upgrade', (answer, socket) => resolve({ answer, socket }));
  });
}

const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
};
const spdy = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };

test('exec over SPDY: the protocol is agreed with the host, streams pass through', async (context) => {
  const trial = await served(context);
  const headers = { ...spdy, 'x-stream-protocol-version': ['v5.channel.k8s.io', 'v4.channel.k8s.io'] };
  const path = `${pods}/one/exec?command=cat&stdin=true&stdout=true`;
  const { answer, socket } = await upgraded(trial, path, { headers });
  assert.equal(answer.statusCode, 101);
  assert.equal(answer.headers['x-stream-protocol-version'], 'v4.channel.k8s.io');
  assert.ok(socket);
  const session = new SpdySession(socket, 'client');
  const error = await session.open({ streamtype: 'error' });
  (await session.open({ streamtype: 'stdin' })).end('by spdy');
  const stdout = await session.open({ streamtype: 'stdout' });
  assert.equal(await text(stdout), 'by spdy');
  assert.match(await text(error), /Success/);
  await session.ended;
});

test('port-forward over SPDY: each connection has streams of its own', async (context) => {
  const trial = await served(context);
  const path = `${pods}/one/portforward`;
  const headers = { ...spdy, 'x-stream-protocol-version': 'portforward.k8s.io' };
  const { socket } = await upgraded(trial, path, { headers });
  assert.ok(socket);
  const session = new SpdySession(socket, 'client');
  for (const [requestid, port] of ['80', '8080'].entries()) {
    const names = { port, requestid: String(requestid) };
    const error = await session.open({ streamtype: 'error', ...names });
    const data = await session.open({ streamtype: 'data', ...names });
    data.end('ping');
    assert.deepEqual([await text(data), await text(error)], [`port ${port} got ping`, '']);
  }
  session.close();
  await session.ended;
});

test('port-forward over a WebSocket: two channels for each port of the query', async (context) => {
  const trial = await served(context);
  const path = `${pods}/one/portforward?ports=80,8080`;
  const { socket, said, closed } = await opened(trial, path, ['v4.channel.k8s.io']);
  socket.send(Buffer.from('\0one'));
  socket.send(Buffer.from('\x02two'));
  await closed;
  const number = (port: number): string => Buffer.from([port & 0xff, port >>> 8]).toString();
  assert.deepEqual(Object.fromEntries(said), {
    0: `${number(80)}port 80 got one`,
    1: number(80),
    2: `${number(8080)}port 8080 got two`,
    3: number(8080),
  });
});

const refusals: readonly {
  readonly path: string;
  readonly code: number;
  readonly message: RegExp;
  readonly headers?: Record<string, string>;
}[] = [
  { path: '/none/exec?command=ls&stdout=1', code: 404, message: /^pods "none" not found$/ },
  {
    path: '/two/exec?command=ls&stdout=1',
    code: 400,
    message: /^a container name must be specified for pod two, choose one of: \[web side\]$/,
  },
  {
    path: '/two/exec?command=ls&stdout=1&container=x',
    code: 400,
    message: /^container x is not valid for pod two$/,
  },
  {
    path: '/waiting/exec?command=ls&stdout=1',
    code: 400,
    message: /^pod waiting does not have a host assigned$/,
  },
  { path: '/one/exec?command=ls', code: 400, message: /at least 1 of stdin, stdout, stderr/ },
  { path: '/one/exec?stdout=1', code: 400, message: /at least one command/ },
  { path: '/lost/exec?command=ls&stdout=1', code: 503, message: /not connected/ },
  { path: '/one/exec?command=ls&stdout=1', code: 400, message: /Upgrade request required/, headers: {} },
  {
    path: '/one/exec?command=ls&stdout=1',
    code: 400,
    message: /Upgrade request required/,
    headers: { connection: 'Upgrade', upgrade: 'h2c' },
  },
];
for (const { path, code, message, headers = spdy } of refusals) {
  test(`refused with ${code}: POST ${path} ${headers['upgrade'] ?? 'without an upgrade'}`, async (context) => {
    const { answer } = await upgraded(await served(context), pods + path, { headers });
    const status = JSON.parse(await text(answer)) as { code: number; message: string };
    assert.deepEqual([answer.statusCode, status.code], [code, code]);
    assert.match(status.message, message);
  });
}

test('who may only read may not begin a session, by no method', async (context) => {
  const trial = await served(context);
  const rbac = 'rbac.authorization.k8s.io';
  const granted = async (name: string, verbs: readonly string[]): Promise<void> => {
    const metadata = { name, namespace: 'default' };
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs }];
    const subjects = [{ kind: 'User', name: 'jane', apiGroup: rbac }];
    const roleRef = { kind: 'Role', name, apiGroup: rbac };
    const role: Role = { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules };
    const binding: RoleBinding = {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      subjects,
      roleRef,
    };
    for (const object of [role, binding]) await submitted(trial.cluster, { type: 'create', object });
  };
  const asked = async (method: string): Promise<number | undefined> => {
    const websocket = { ...handshake, 'sec-websocket-protocol': 'v5.channel.k8s.io' };
    const headers = { ...(method === 'GET' ? websocket : spdy), 'impersonate-user': 'jane' };
    const path = `${pods}/one/exec?command=cat&stdin=1`;
    const { answer, socket } = await upgraded(trial, path, { method, headers });
    socket?.destroy();
    return answer.statusCode;
  };
  await granted('reader', ['get']);
  assert.deepEqual([await asked('GET'), await asked('POST')], [403, 403]);
  await granted('runner', ['create']);
  assert.deepEqual([await asked('GET'), await asked('POST')], [101, 101]);
});

test('a WebSocket with unknown subprotocols, or with a bad handshake, is refused', async (context) => {
  const trial = await served(context);
  const exec = `${pods}/one/exec?command=ls&stdout=1`;
  const websocket = { connection: 'Upgrade', upgrade: 'websocket' };
  const unknown = { ...websocket, 'sec-websocket-protocol': 'chat' };
  const bad = { ...websocket, 'sec-websocket-protocol': 'v5.channel.k8s.io' };
  for (const [path, headers] of [
    [exec, unknown],
    [exec, bad],
    [`${pods}/one/portforward?ports=80`, unknown],
    [`${pods}/one/portforward?ports=x`, { ...websocket, 'sec-websocket-protocol': 'v4.channel.k8s.io' }],
  ] as const) {
    const { answer } = await upgraded(trial, path, { method: 'GET', headers });
    assert.equal(answer.statusCode, 400);
    assert.equal((JSON.parse(await text(answer)) as { reason: string }).reason, 'BadRequest');
  }
});
