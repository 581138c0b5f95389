import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { type ApiTrial, servedApi } from '../../test/sim/api-trial.ts';

const maps = '/api/v1/namespaces/default/configmaps';

/** A request that has sent some of its body, and may send more. */
function begun({ socketPath }: ApiTrial, headers: object, some: string): ClientRequest {
  const all = { 'content-type': 'application/json', ...headers };
  const outgoing = request({ socketPath, path: maps, method: 'POST', headers: all, agent: false });
  outgoing.write(some);
  return outgoing;
}

async function statusOf(answer: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>;
}

for (const [what, headers] of [
  ['of a length', { 'content-length': '1000' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
] as const)
  test(`a body ${what} that stops in the middle is given up`, async (context) => {
    const trial = await servedApi(context);
    const outgoing = begun(trial, headers, '{"metadata":');
    let answer: IncomingMessage | undefined;
    outgoing.once('response', (given: IncomingMessage) => {
      answer = given;
    });
    while (answer === undefined) await trial.clock.pass(1000);
    const { code, reason, message } = await statusOf(answer);
    assert.deepEqual(
      [code, reason, message],
      [504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'],
    );
    outgoing.destroy();
    assert.equal((await trial.call(maps)).code, 200);
  });

test('a body that comes piece by piece is whole in the end', async (context) => {
  const trial = await servedApi(context);
  const outgoing = begun(trial, { 'transfer-encoding': 'chunked' }, '{"metadata":{"na');
  outgoing.write('me":"w');
  outgoing.end('eb"}}');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  assert.deepEqual([answer.statusCode, (await trial.call(`${maps}/web`)).code], [201, 200]);
});

test('who announces too much is refused, whether it is sent or not', async (context) => {
  const trial = await servedApi(context);
  const outgoing = begun(trial, { 'content-length': '9999999999' }, '{');
  outgoing.on('error', () => undefined);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { code, reason } = await statusOf(answer);
  assert.deepEqual([code, reason], [413, 'RequestEntityTooLarge']);
  outgoing.destroy();
});
