/** Sessions of an agent on a real containerd, asked for as the reconciler does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { AgentTrial, networkEntry, podEntry, sh } from '../../../test/contract/agent-trial.ts';
import { until } from '../../../test/contract/private-containerd.ts';
import { type SessionAsk, sessionPath, sessionProtocolHeader } from '../../../schemas/wire/exec.ts';
import { SpdySession, type SpdyStream } from '../../../schemas/wire/spdy-session.ts';

let trial: AgentTrial;
const protocols = ['v4.channel.k8s.io'];
const none = { stdin: false, stdout: false, stderr: false, tty: false };

before(async () => {
  trial = await AgentTrial.start();
  const echo = {
    ...sh('echo started >&2; while read line; do echo "read $line"; done; sleep 600'),
    stdin: true,
  };
  const web = sh('while true; do echo "from the pod" | nc -l -p 8080; done');
  await trial.apply([networkEntry, podEntry('echo', echo), podEntry('web', web)]);
  await trial.running('echo');
  await trial.running('web');
});
after(() => trial.stop());

async function begun(ask: SessionAsk): Promise<SpdySession> {
  const stream = trial.stream('POST', sessionPath(ask));
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  assert.equal(Number(headers[':status']), 200);
  assert.equal(headers[sessionProtocolHeader], ask.type === 'dial' ? '' : ask.protocols[0]);
  return new SpdySession(stream, 'client');
}

function all(stream: SpdyStream): Promise<string> {
  return text(stream.iterator({ destroyOnReturn: false }));
}

/** Runs a shell script; gives all that came back. */
async function run(script: string, input?: string): Promise<{ out: string; err: string; status: unknown }> {
  const streams = { ...none, stdin: input !== undefined, stdout: true, stderr: true };
  const ask = { ...streams, uid: 'echo', container: 'main', command: ['sh', '-c', script], protocols };
  const session = await begun({ type: 'exec', ...ask });
  const error = await session.open({ streamtype: 'error' });
  if (input !== undefined) (await session.open({ streamtype: 'stdin' })).end(input);
  const [stdout, stderr] = [
    await session.open({ streamtype: 'stdout' }),
    await session.open({ streamtype: 'stderr' }),
  ];
  const [out, err, status] = await Promise.all([all(stdout), all(stderr), all(error)]);
  session.close();
  return { out, err, status: JSON.parse(status) };
}

test('exec: output, errors and success', async () => {
  const { out, err, status } = await run('echo out; echo err >&2');
  assert.deepEqual({ out, err }, { out: 'out\n', err: 'err\n' });
  assert.equal((status as { status: string }).status, 'Success');
});

test('exec: an exit code comes back as a cause', async () => {
  const { status } = await run('exit 3');
  const { details } = status as { details: { causes: { reason: string; message: string }[] } };
  assert.deepEqual(details.causes, [{ reason: 'ExitCode', message: '3' }]);
});

test('exec: input of some megabytes goes through, and its end is seen', async () => {
  const input = 'x'.repeat(3_000_000);
  const { out } = await run('cat', input);
  assert.equal(out.length, input.length);
});

test('exec: with a terminal its size can be set', async () => {
  const ask = { ...none, stdin: true, stdout: true, tty: true, uid: 'echo', container: 'main' };
  const command = ['sh', '-c', 'read line; stty size'];
  const session = await begun({ type: 'exec', ...ask, command, protocols });
  await session.open({ streamtype: 'error' });
  const stdin = await session.open({ streamtype: 'stdin' });
  const stdout = await session.open({ streamtype: 'stdout' });
  const resize = await session.open({ streamtype: 'resize' });
  resize.write('{"Width":93,"Height":31}\n');
  // The size is set by another routine of the runtime than the input.
  await until(async () => {
    const probe = await run('for tty in /dev/pts/0; do stty size <$tty; done');
    assert.match(probe.out, /31 93/);
  });
  stdin.write('go\n');
  assert.match(await all(stdout), /31 93/);
  session.close();
});

test('attach: the running process is spoken to', async () => {
  const streams = { ...none, stdin: true, stdout: true };
  const session = await begun({ type: 'attach', ...streams, uid: 'echo', container: 'main', protocols });
  await session.open({ streamtype: 'error' });
  const stdin = await session.open({ streamtype: 'stdin' });
  const stdout = await session.open({ streamtype: 'stdout' });
  stdin.write('hello\n');
  const [chunk] = (await once(stdout, 'data')) as [Buffer];
  assert.equal(chunk.toString(), 'read hello\n');
  session.close();
});

test('port-forward: a port of the pod answers', async () => {
  const session = await begun({ type: 'portforward', uid: 'web', protocols: ['portforward.k8s.io'] });
  const names = { port: '8080', requestid: '0' };
  const error = await session.open({ streamtype: 'error', ...names });
  error.end();
  const data = await session.open({ streamtype: 'data', ...names });
  assert.equal(await all(data), 'from the pod\n');
  session.close();
});

const refusals: readonly { readonly comment: string; readonly ask: SessionAsk; readonly message: RegExp }[] =
  [
    {
      comment: 'another pod',
      ask: { type: 'portforward', uid: 'other', protocols },
      message: /pod does not exist/,
    },
    {
      comment: 'another container',
      ask: { type: 'attach', ...none, stdout: true, uid: 'echo', container: 'side', protocols },
      message: /container not found \(\\"side\\"\)/,
    },
    {
      comment: 'nobody listens',
      ask: { type: 'dial', address: '127.0.0.1', port: 9 },
      message: /ECONNREFUSED/,
    },
  ];
for (const { comment, ask, message } of refusals) {
  test(`a session is refused: ${comment}`, async () => {
    const { status, body } = await trial.request('POST', sessionPath(ask));
    assert.ok(status >= 400);
    assert.match(body, message);
  });
}

test('an ask that is none is refused', async () => {
  const { status, body } = await trial.request('POST', '/v1/sessions?ask={"type":"exec"}');
  assert.equal(status, 400);
  assert.match(body, /uid is missing/);
});
