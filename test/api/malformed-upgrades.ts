/** Sessions in pods that cannot begin: no protocol, an unknown one, no command, no pod, no host. */
import type { Malformed } from './malformed.ts';

const pods = '/api/v1/namespaces/default/pods';
const exec = `${pods}/web/exec?command=ls&stdout=true`;
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const spdy = ['Connection: Upgrade', 'Upgrade: SPDY/3.1'];
const webSocket = ['Connection: Upgrade', 'Upgrade: websocket', key, 'Sec-WebSocket-Version: 13'];

type Case = readonly [name: string, method: string, path: string, headers: readonly string[], code: number];

const cases: readonly Case[] = [
  ['without asking for a protocol', 'POST', exec, [], 400],
  ['by a protocol that nobody knows', 'GET', exec, ['Connection: Upgrade', 'Upgrade: nonsense'], 400],
  ['by a later SPDY', 'POST', exec, ['Connection: Upgrade', 'Upgrade: SPDY/9'], 400],
  ['by a WebSocket without a key', 'GET', exec, webSocket.slice(0, 2), 400],
  ['by a WebSocket with a short key', 'GET', exec, [...webSocket.slice(0, 2), 'Sec-WebSocket-Key: x'], 400],
  ['by an old WebSocket', 'GET', exec, [...webSocket.slice(0, 3), 'Sec-WebSocket-Version: 7'], 400],
  ['by a WebSocket of another subprotocol', 'GET', exec, [...webSocket, 'Sec-WebSocket-Protocol: v9'], 400],
  ['without a subprotocol of SPDY', 'POST', exec, spdy, 400],
  ['of a pod on no host', 'POST', exec, [...spdy, 'X-Stream-Protocol-Version: v4.channel.k8s.io'], 400],
  ['without a command', 'POST', `${pods}/web/exec?stdout=true`, spdy, 400],
  ['without a stream', 'POST', `${pods}/web/exec?command=ls`, spdy, 400],
  ['in a container that is not there', 'POST', `${exec}&container=none`, spdy, 400],
  ['in a pod that is not there', 'POST', `${pods}/none/exec?command=ls&stdout=true`, spdy, 404],
  ['by PUT', 'PUT', exec, spdy, 405],
  ['of attach in a pod on no host', 'POST', `${pods}/web/attach?stdout=true`, spdy, 400],
  ['of port-forward to a pod on no host', 'POST', `${pods}/web/portforward`, spdy, 400],
  ['of port-forward to a port that is none', 'GET', `${pods}/web/portforward?ports=http`, webSocket, 400],
  ['of what has no sessions', 'POST', '/api/v1/nodes/none', spdy, 405],
];

export const malformedUpgrades: readonly Malformed[] = cases.map(([name, method, path, headers, code]) => ({
  name: `a session ${name}`,
  code,
  request: { method, path, headers },
}));
