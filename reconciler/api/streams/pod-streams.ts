/** `pods/exec`, `pods/attach` and `pods/portforward`, over WebSocket and over SPDY/3.1. */
import { createWebSocketStream } from 'ws';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { SessionAsk, SessionStreams } from '../../../schemas/wire/exec.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { type ApiError, badRequest, methodNotAllowed } from '../api-error.ts';
import type { BerthBackend } from '../berth-routes.ts';
import { isSet, type ResourceRequest } from '../request.ts';
import { agreedProtocol, type ChannelProtocol } from './channels.ts';
import { forwardedPorts, forwardProtocolOf, openForwards, serveForwards } from './forward-channels.ts';
import { type HostStream, join, openHostStream } from './host-stream.ts';
import { containerOf, hostOf, podOf } from './pod-target.ts';
import { openCommand, serveCommand } from './remote-command.ts';
import { offeredProtocols, switchToSpdy, type Upgrade, type UpgradeKind, upgradeKind } from './upgrade.ts';
import { acceptWebSocket } from './websocket.ts';

/** One request for a session. */
export interface StreamCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upgrade: Upgrade | undefined;
  readonly resource: ResourceRequest;
  readonly view: ClusterView;
  readonly backend: Pick<BerthBackend, 'session'>;
}

/** What the runtime is offered when the API is its client. */
const commandProtocols = ['v4.channel.k8s.io'];
const forwardProtocol = 'portforward.k8s.io';
/** SPDY/3.1 within the messages of a WebSocket. */
const tunnelProtocol = `SPDY/3.1+${forwardProtocol}`;

export const sessionSubresources: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward']);

/** Serves the session to its end. Throws an ApiError where it does not begin. */
export async function servePodStream(call: StreamCall): Promise<void> {
  const { request, resource, upgrade, view } = call;
  if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed();
  const pod = podOf(resource, view);
  const ask = askOf(resource, pod);
  const host = hostOf(pod);
  const kind = upgradeKind(request);
  if (upgrade === undefined || kind === undefined) throw badRequest('Upgrade request required');
  const begun: Begun = { ...call, upgrade, kind, ask, host };
  if (kind === 'spdy') return asSpdy(begun);
  if (request.method !== 'GET') throw methodNotAllowed();
  return ask.type === 'portforward' ? asForward(begun) : asChannels({ ...begun, ask });
}

type PodAsk = Exclude<SessionAsk, { readonly type: 'dial' }>;

interface Begun extends StreamCall {
  readonly upgrade: Upgrade;
  readonly kind: UpgradeKind;
  readonly ask: PodAsk;
  readonly host: string;
}

function askOf({ subresource, query }: ResourceRequest, pod: Pod): PodAsk {
  const uid = pod.metadata.uid ?? '';
  if (subresource === 'portforward') return { type: 'portforward', uid, protocols: [forwardProtocol] };
  const { name: container, tty: hasTerminal } = containerOf(pod, query.get('container'));
  if (subresource === 'attach') {
    // Whether a running process has a terminal was decided when it was made.
    const streams = streamsOf(query, hasTerminal === true);
    return { type: 'attach', uid, container, protocols: commandProtocols, ...streams };
  }
  const command = query.getAll('command');
  if (command.length === 0) throw badRequest('you must specify at least one command for the container');
  const streams = streamsOf(query, isSet(query, 'tty'));
  return { type: 'exec', uid, container, command, protocols: commandProtocols, ...streams };
}

/** A terminal has one output: errors come with it. */
function streamsOf(query: URLSearchParams, tty: boolean): SessionStreams {
  const [stdin, stdout, stderr] = [isSet(query, 'stdin'), isSet(query, 'stdout'), isSet(query, 'stderr')];
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  return { stdin, stdout, stderr: stderr && !tty, tty };
}

/** The client speaks to the runtime's streaming server; the bytes pass as they are. */
async function asSpdy(begun: Begun): Promise<void> {
  const { request, response, upgrade, ask } = begun;
  const offered = offeredProtocols(request, 'spdy');
  const { protocol, stream } = await opened(begun, { ...ask, protocols: offered });
  switchToSpdy(response, upgrade, protocol);
  if (upgrade.head.length > 0) stream.write(upgrade.head);
  await join(upgrade.socket, stream);
}

async function asForward(begun: Begun): Promise<void> {
  const { request, response, upgrade, ask, resource } = begun;
  const offered = offeredProtocols(request, 'websocket');
  if (offered.includes(tunnelProtocol)) {
    const { stream } = await opened(begun, ask);
    const webSocket = await acceptWebSocket(request, response, upgrade, tunnelProtocol);
    return join(createWebSocketStream(webSocket), stream);
  }
  const protocol = forwardProtocolOf(offered);
  if (protocol === undefined) throw unknownProtocols();
  const ports = forwardedPorts(resource.query);
  const forwards = await openForwards(await opened(begun, ask), ports);
  const webSocket = await acceptWebSocket(request, response, upgrade, protocol.name);
  return serveForwards(webSocket, protocol, forwards);
}

function unknownProtocols(): ApiError {
  return badRequest('unable to upgrade: none of the subprotocols is known');
}

async function asChannels(
  begun: Begun & { readonly ask: Exclude<PodAsk, { readonly type: 'portforward' }> },
): Promise<void> {
  const { request, response, upgrade, ask } = begun;
  const protocol: ChannelProtocol | undefined = agreedProtocol(offeredProtocols(request, 'websocket'));
  if (protocol === undefined) throw unknownProtocols();
  const command = await openCommand(await opened(begun, ask), ask);
  const webSocket = await acceptWebSocket(request, response, upgrade, protocol.name);
  await serveCommand(webSocket, protocol, command);
}

/** The session ends with the client's connection at the latest. */
function opened({ backend, host, upgrade }: Begun, ask: SessionAsk): Promise<HostStream> {
  const gone = new AbortController();
  upgrade.socket.once('close', () => gone.abort());
  if (upgrade.socket.destroyed) gone.abort();
  return openHostStream(backend, host, ask, gone.signal);
}
