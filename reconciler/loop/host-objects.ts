/** The objects that stand for a host: its Host's status and its Node, as the link's state makes them. Pure. */
import { resolve } from 'node:path';
import type { Host, HostPhase, HostStatus } from '../../schemas/berth/types.ts';
import type { Node, NodeCondition } from '../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../core/model/json.ts';
import type { Change } from '../core/model/plan.ts';
import { formatTime } from '../core/model/time.ts';
import type { HostTarget, LinkState } from '../core/ports.ts';

const runtimeSockets = {
  containerd: '/run/containerd/containerd.sock',
  'cri-o': '/run/crio/crio.sock',
  docker: '/run/docker.sock',
} as const;

/** Where private keys are: a folder, and the key of Hosts that name none. */
export interface HostKeys {
  readonly keysDirectory: string;
  readonly defaultIdentity: string | undefined;
}

export function targetOf(host: Host, keys: HostKeys): HostTarget {
  const { spec } = host;
  const name = host.metadata.name ?? '';
  const type = spec.runtime?.type ?? 'containerd';
  return {
    name,
    address: spec.address,
    port: spec.port ?? 22,
    user: spec.user ?? 'root',
    hostKeys: spec.hostKeys,
    identityPath: resolve(keys.keysDirectory, spec.identity ?? keys.defaultIdentity ?? 'default'),
    agent: { nodeName: name, runtime: { type, socket: spec.runtime?.socket ?? runtimeSockets[type] } },
  };
}

export function hostStatus(before: HostStatus | undefined, state: LinkState, nowMs: number): HostStatus {
  const { message: _, ...kept } = before ?? {};
  const at = (phase: HostPhase, message?: string): HostStatus => ({
    ...kept,
    phase,
    ...(message === undefined ? {} : { message }),
  });
  switch (state.phase) {
    case 'connecting':
      return at(
        before?.phase === 'Unreachable' ? 'Unreachable' : 'Connecting',
        before?.phase === 'Unreachable' ? before.message : undefined,
      );
    case 'bootstrapping':
      return at('Bootstrapping', state.step);
    case 'connected':
      return {
        ...at('Connected'),
        agentVersion: state.info.agentVersion,
        agentDigest: state.info.executableDigest,
        lastSeen: formatTime(nowMs),
      };
    case 'unreachable':
      return at('Unreachable', `${state.reason}: ${state.message}`);
    case 'refused':
      return at('Refused', `${state.reason}: ${state.message}`);
    default:
      return state satisfies never;
  }
}

/** The Node that a host becomes; its status follows with the host's first report. */
export function nodeOf(host: Host): Node {
  const name = host.metadata.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...host.spec.labels },
    },
    spec: {
      providerID: `berth://${name}`,
      ...(host.spec.taints === undefined ? {} : { taints: host.spec.taints }),
    },
  };
}

/** Nothing is known of the node any more: all that it reported turns Unknown, once. */
export function unreachable(node: Node, state: LinkState, nowMs: number): Change[] {
  const now = formatTime(nowMs);
  const why =
    state.phase === 'unreachable' || state.phase === 'refused'
      ? state.message
      : 'the link to the host is down';
  const conditions = (node.status?.conditions ?? []).map(
    (condition): NodeCondition =>
      condition.status === 'Unknown'
        ? condition
        : {
            ...condition,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: `Berth lost its link to the host: ${why}`,
            lastTransitionTime: now,
          },
  );
  if (sameJson(conditions, node.status?.conditions ?? [])) return [];
  return [
    { type: 'update', scope: 'status', object: { ...node, status: { ...node.status, conditions } } as Node },
  ];
}
