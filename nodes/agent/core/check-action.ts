/** What probes and lifecycle hooks do to a container, as data. */
import type {
  Container,
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  TCPSocketAction,
} from '../../../schemas/kubernetes/types/core-v1.ts';

export type CheckAction =
  | { readonly type: 'exec'; readonly command: readonly string[] }
  | {
      readonly type: 'http';
      readonly scheme: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  /** Asks `grpc.health.v1.Health/Check` about `service`; empty: about the server as a whole. */
  | { readonly type: 'grpc'; readonly host: string; readonly port: number; readonly service: string }
  | { readonly type: 'sleep'; readonly seconds: number };

export interface CheckSource {
  readonly exec?: ExecAction;
  readonly httpGet?: HTTPGetAction;
  readonly tcpSocket?: TCPSocketAction;
  readonly grpc?: GRPCAction;
  readonly sleep?: { readonly seconds: number };
}

/** undefined where there is no action, or one that names a port that the container lacks. */
export function checkActionOf(
  source: CheckSource,
  container: Container,
  podIP: string,
): CheckAction | undefined {
  const { exec, httpGet, tcpSocket, grpc, sleep } = source;
  if (exec !== undefined) return { type: 'exec', command: exec.command ?? [] };
  if (grpc !== undefined) return { type: 'grpc', host: podIP, port: grpc.port, service: grpc.service ?? '' };
  if (sleep !== undefined) return { type: 'sleep', seconds: sleep.seconds };
  if (httpGet !== undefined) {
    const port = portOf(httpGet.port, container);
    if (port === undefined) return undefined;
    const scheme = httpGet.scheme === 'HTTPS' ? 'https' : 'http';
    const path = httpGet.path ?? '/';
    const absolute = path.startsWith('/') ? path : `/${path}`;
    return {
      type: 'http',
      scheme,
      host: httpGet.host ?? podIP,
      port,
      path: absolute,
      headers: httpGet.httpHeaders ?? [],
    };
  }
  if (tcpSocket === undefined) return undefined;
  const port = portOf(tcpSocket.port, container);
  return port === undefined ? undefined : { type: 'tcp', host: tcpSocket.host ?? podIP, port };
}

function portOf(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  return container.ports?.find(({ name }) => name === port)?.containerPort;
}
