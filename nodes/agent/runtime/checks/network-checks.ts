/** Checks of a container over the network, from its host. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { CheckAction } from '../../core/check-action.ts';
import type { CheckResult } from '../../core/ports.ts';

/** The kubelet's: so much of an answer appears in an event. */
const outputCharactersMax = 1024;

type HttpAction = Extract<CheckAction, { type: 'http' }>;

/** Answers from 200 to 399 are a success, as for a kubelet; certificates are not verified. */
export function checkHttp(action: HttpAction, timeoutMs: number): Promise<CheckResult> {
  const { scheme, host, port, path, headers } = action;
  const send = scheme === 'https' ? httpsRequest : httpRequest;
  const options = {
    host,
    port,
    path,
    agent: false,
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { 'user-agent': 'kube-probe/berth', accept: '*/*', connection: 'close', ...headersOf(action) },
  } as const;
  return new Promise((resolve) => {
    const request = send(
      { ...options, setHost: !headers.some(({ name }) => name.toLowerCase() === 'host') },
      (response) => {
        const status = response.statusCode ?? 0;
        const ok = status >= 200 && status < 400;
        response.resume();
        resolve({ ok, output: ok ? '' : `HTTP probe failed with statuscode: ${String(status)}` });
      },
    );
    request.on('error', (error) =>
      resolve({ ok: false, output: problemText(error, `${scheme}://${host}:${String(port)}${path}`) }),
    );
    request.end();
  });
}

export function checkTcp(
  { host, port }: Extract<CheckAction, { type: 'tcp' }>,
  timeoutMs: number,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (result: CheckResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end({ ok: true, output: '' }));
    socket.once('timeout', () => end({ ok: false, output: `dial tcp ${host}:${String(port)}: i/o timeout` }));
    socket.once('error', (error) =>
      end({ ok: false, output: problemText(error, `dial tcp ${host}:${String(port)}`) }),
    );
  });
}

function headersOf({ headers }: HttpAction): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}

function problemText(error: Error, what: string): string {
  return `${what}: ${error.message}`.slice(0, outputCharactersMax);
}
