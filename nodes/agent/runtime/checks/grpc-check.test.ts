import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { checkGrpc } from './grpc-check.ts';

interface HealthRequest {
  readonly service: string;
}

/** `statuses` gives the number of a ServingStatus, per service; what it lacks is not known. */
async function serverOf(context: TestContext, statuses: Readonly<Record<string, number>>): Promise<number> {
  const server = new Server();
  const definition = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: ({ service }: HealthRequest) => Buffer.from(service),
    // The only field is a string of the number 1.
    requestDeserialize: (bytes: Buffer): HealthRequest => ({ service: bytes.subarray(2).toString() }),
    responseSerialize: (value: number) => Buffer.from([0x08, value]),
    responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
  };
  server.addService(
    { Check: definition },
    {
      Check: (
        call: { readonly request: HealthRequest },
        answer: (error: { readonly code: number; readonly details: string } | null, value?: number) => void,
      ) => {
        const serving = statuses[call.request.service];
        if (serving === undefined) answer({ code: status.NOT_FOUND, details: 'unknown service' });
        else answer(null, serving);
      },
    },
  );
  context.after(() => server.forceShutdown());
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
}

const ask = (port: number, service: string) => ({ type: 'grpc', host: '127.0.0.1', port, service }) as const;

test('a service that serves is healthy, another is not', async (context) => {
  const port = await serverOf(context, { '': 1, sick: 2 });
  assert.deepEqual(await checkGrpc(ask(port, ''), 5000), { ok: true, output: 'service healthy' });
  assert.deepEqual(await checkGrpc(ask(port, 'sick'), 5000), {
    ok: false,
    output: 'service unhealthy (responded with "NOT_SERVING")',
  });
  assert.deepEqual(await checkGrpc(ask(port, 'other'), 5000), {
    ok: false,
    output: 'error: health rpc probe failed: rpc error: code = NOT_FOUND desc = unknown service',
  });
});

test('a server without the health protocol, and none at all, are told apart', async (context) => {
  const server = new Server();
  context.after(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const answer = await checkGrpc(ask(port, ''), 5000);
  assert.equal(answer.ok, false);
  assert.match(answer.output, /^error: this server does not implement the grpc health protocol/);

  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const free = (closed.address() as AddressInfo).port;
  await new Promise<void>((resolve) => closed.close(() => resolve()));
  assert.deepEqual(await checkGrpc(ask(free, ''), 300), {
    ok: false,
    output: `timeout: failed to connect service "127.0.0.1:${String(free)}" within 300ms: context deadline exceeded`,
  });
});
