/**
 * The fixed part of the table: the maps, and the chains that look into them. Services add elements, and one shared
 * chain per number of endpoints, but no chain of their own, so that ten thousand of them load in half a second and a
 * packet meets the same few rules however many there are.
 */
import {
  type Chain,
  indexMark,
  type PartType,
  type Rule,
  type SetName,
  type SetSchema,
  type Statement,
} from './ruleset.ts';

/** The bridge of the host's pods, made by CNI's bridge plugin. */
export const bridgeName = 'berth0';

const endpoint: readonly PartType[] = ['address', 'port'];

export const setSchemas: Readonly<Record<SetName, SetSchema>> = {
  services: {
    name: 'services',
    key: ['address', 'protocol', 'port'],
    value: 'verdict',
    comment: 'cluster address and port to the chain for its number of endpoints',
  },
  endpoints: {
    name: 'endpoints',
    key: ['address', 'protocol', 'port', 'index'],
    value: endpoint,
    comment: 'the endpoints of each cluster address and port',
  },
  'endpoint-ids': {
    name: 'endpoint-ids',
    key: ['address', 'protocol', 'port', 'index'],
    value: ['index'],
    comment: 'the lasting numbers of endpoints, where clients keep theirs',
  },
  affinity: {
    name: 'affinity',
    key: ['address', 'address', 'protocol', 'port'],
    value: ['index'],
    dynamic: true,
    comment: 'clients, and the endpoint that each keeps',
  },
  'node-ports': {
    name: 'node-ports',
    key: ['protocol', 'port'],
    value: 'verdict',
    comment: 'node port to the chain for its number of endpoints',
  },
  'node-port-endpoints': {
    name: 'node-port-endpoints',
    key: ['protocol', 'port', 'index'],
    value: endpoint,
    comment: 'the endpoints of each node port',
  },
  'node-port-endpoint-ids': {
    name: 'node-port-endpoint-ids',
    key: ['protocol', 'port', 'index'],
    value: ['index'],
    comment: 'the lasting numbers of endpoints of node ports, where clients keep theirs',
  },
  'node-port-affinity': {
    name: 'node-port-affinity',
    key: ['address', 'protocol', 'port'],
    value: ['index'],
    dynamic: true,
    comment: 'clients of node ports, and the endpoint that each keeps',
  },
  'host-ports': {
    name: 'host-ports',
    key: ['protocol', 'port'],
    value: endpoint,
    comment: 'ports of pods on every address of the host',
  },
  'host-address-ports': {
    name: 'host-address-ports',
    key: ['address', 'protocol', 'port'],
    value: endpoint,
    comment: 'ports of pods on one address of the host',
  },
  hairpin: {
    name: 'hairpin',
    key: ['address', 'address'],
    comment: 'pods of this host that may meet themselves behind a service',
  },
};

/** Sorted, so that a full load is reproducible. */
export const setNames: readonly SetName[] = (Object.keys(setSchemas) as SetName[]).sort();

/** The ranges that the fixed chains know; services and peers are not among them. */
export interface Ranges {
  readonly podCidr: string;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
}

/** nft translates ports only where the protocol is known to have some. */
export const withPorts: Statement = { kind: 'match-protocols', protocols: ['sctp', 'tcp', 'udp'] };

export const refuse: Chain = {
  name: 'refuse',
  rules: [
    {
      statements: [
        { kind: 'match-protocols', protocols: ['tcp'] },
        { kind: 'reject', how: 'tcp-reset' },
      ],
    },
    { statements: [{ kind: 'reject', how: 'port-unreachable' }] },
  ],
};

export const toRefuse: Statement = { kind: 'goto', chain: refuse.name };

/** Ports of pods on addresses of the host. */
const hostPorts: Chain = {
  name: 'host-port',
  rules: [
    {
      statements: [
        withPorts,
        { kind: 'dnat-map', key: ['ip daddr', 'meta l4proto', 'th dport'], map: 'host-address-ports' },
      ],
    },
    { statements: [withPorts, { kind: 'dnat-map', key: ['meta l4proto', 'th dport'], map: 'host-ports' }] },
  ],
};

const nodePorts: Rule = {
  statements: [{ kind: 'verdict-map', key: ['meta l4proto', 'th dport'], map: 'node-ports' }],
};

/**
 * What is sent to an address of the host that others know. It is looked for twice: kernels before 6.17 may find nothing
 * while a transaction puts another element in the place of one.
 */
const local: Chain = {
  name: 'local',
  rules: [nodePorts, nodePorts, { statements: [{ kind: 'goto', chain: hostPorts.name }] }],
};

const loopbackRange = '127.0.0.0/8';

/** Runs for the first packet of each connection; what goes elsewhere leaves it after a failed lookup or two. */
function dispatch(ranges: Ranges): Chain {
  const services: Statement = {
    kind: 'verdict-map',
    key: ['ip daddr', 'meta l4proto', 'th dport'],
    map: 'services',
  };
  const isForService: Statement = { kind: 'match-range', field: 'ip daddr', range: ranges.serviceCidr };
  return {
    name: 'dispatch',
    rules: [
      { statements: [services] },
      { statements: [isForService, services], comment: 'once more, before it is refused' },
      { statements: [isForService, toRefuse], comment: 'no such service or port' },
      {
        statements: [
          { kind: 'match-local-destination' },
          { kind: 'match-range', field: 'ip daddr', negated: true, range: loopbackRange },
          { kind: 'goto', chain: local.name },
        ],
        comment: 'node ports and host ports',
      },
      {
        statements: [
          { kind: 'match-local-destination' },
          { kind: 'match-range', field: 'ip saddr', negated: true, range: loopbackRange },
          { kind: 'goto', chain: hostPorts.name },
        ],
        comment: 'host ports on loopback: no pod could answer a loopback address',
      },
    ],
  };
}

/**
 * Every host knows the way to every pod: only what comes from no pod, or goes to none, leaves with this host's own
 * address, so that the answer comes back here. What stays on the bridge keeps its source in any case.
 */
function postrouting(ranges: Ranges): Chain {
  const leavesBridge: Statement = { kind: 'match-out-interface', negated: true, name: bridgeName };
  return {
    name: 'postrouting',
    hook: { type: 'nat', hook: 'postrouting', priority: 100 },
    rules: [
      {
        statements: [
          { kind: 'match-mark-bit', bit: indexMark },
          { kind: 'match-range', field: 'ip saddr', negated: true, range: ranges.clusterCidr },
          leavesBridge,
          { kind: 'set-mark', mark: 0 },
          { kind: 'masquerade' },
        ],
        comment: 'from no pod, through a service, to an endpoint elsewhere',
      },
      {
        statements: [
          { kind: 'match-set', key: ['ip saddr', 'ip daddr'], set: 'hairpin' },
          { kind: 'masquerade' },
        ],
        comment: 'a pod that meets itself behind a service',
      },
      {
        statements: [
          { kind: 'match-range', field: 'ip saddr', range: ranges.podCidr },
          { kind: 'match-range', field: 'ip daddr', negated: true, range: ranges.clusterCidr },
          leavesBridge,
          { kind: 'masquerade' },
        ],
        comment: 'from pods to the outside; never from pod to pod',
      },
    ],
  };
}

function forward(ranges: Ranges): Chain {
  const accept = (field: 'ip saddr' | 'ip daddr'): Rule => ({
    statements: [{ kind: 'match-range', field, range: ranges.podCidr }, { kind: 'accept' }],
  });
  return {
    name: 'forward',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    rules: [accept('ip saddr'), accept('ip daddr')],
  };
}

/** The chains that are there whatever services exist. Priorities as kube-proxy's. */
export function fixedChains(ranges: Ranges): readonly Chain[] {
  const toDispatch: Rule = { statements: [{ kind: 'jump', chain: 'dispatch' }] };
  return [
    refuse,
    hostPorts,
    local,
    dispatch(ranges),
    { name: 'prerouting', hook: { type: 'nat', hook: 'prerouting', priority: -100 }, rules: [toDispatch] },
    { name: 'output', hook: { type: 'nat', hook: 'output', priority: -100 }, rules: [toDispatch] },
    postrouting(ranges),
    forward(ranges),
  ];
}
