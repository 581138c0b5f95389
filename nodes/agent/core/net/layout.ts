/**
 * The fixed part of the table: which maps there are, and the chains that look into them. Services add elements, and
 * one shared chain per number of endpoints, but no chain of their own, so that ten thousand of them load in half a
 * second and a packet meets the same few rules however many there are.
 */
import type { Chain, PartType, Protocol, Rule, SetName, SetSchema, Statement } from './ruleset.ts';

/** The bridge of the host's pods, made by CNI's bridge plugin. */
export const bridgeName = 'berth0';

/** Packets of a new connection that must leave with the host's own source address. The bit that kube-proxy uses. */
const masqueradeBit = 0x4000;

const transport: readonly Protocol[] = ['sctp', 'tcp', 'udp'];

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

const refuse: Chain = {
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

const local: Chain = {
  name: 'local',
  rules: [
    { statements: [{ kind: 'verdict-map', key: ['meta l4proto', 'th dport'], map: 'node-ports' }] },
    {
      statements: [
        { kind: 'match-protocols', protocols: transport },
        { kind: 'dnat-map', key: ['ip daddr', 'meta l4proto', 'th dport'], map: 'host-address-ports' },
      ],
    },
    {
      statements: [
        { kind: 'match-protocols', protocols: transport },
        { kind: 'dnat-map', key: ['meta l4proto', 'th dport'], map: 'host-ports' },
      ],
    },
  ],
};

const markChain = 'mark-outsiders';

/** Pods are known to every host, so that their answers find the way; others' come back through this host alone. */
function markOutsiders(ranges: Ranges): Chain {
  return {
    name: markChain,
    rules: [
      {
        statements: [
          { kind: 'match-range', field: 'ip saddr', negated: true, range: ranges.clusterCidr },
          { kind: 'set-mark', bit: masqueradeBit },
        ],
      },
    ],
  };
}

/** Runs for the first packet of each connection; what goes elsewhere leaves it after a failed lookup or two. */
function dispatch(ranges: Ranges): Chain {
  const toServices: Statement = {
    kind: 'match-range',
    field: 'ip daddr',
    negated: false,
    range: ranges.serviceCidr,
  };
  return {
    name: 'dispatch',
    rules: [
      {
        statements: [toServices, { kind: 'jump', chain: markChain }],
      },
      {
        statements: [{ kind: 'verdict-map', key: ['ip daddr', 'meta l4proto', 'th dport'], map: 'services' }],
      },
      { statements: [toServices, { kind: 'goto', chain: refuse.name }], comment: 'no such service or port' },
      {
        statements: [
          { kind: 'match-local-destination' },
          { kind: 'match-range', field: 'ip daddr', negated: true, range: '127.0.0.0/8' },
          { kind: 'jump', chain: local.name },
        ],
        comment: 'node ports and host ports, not on loopback',
      },
    ],
  };
}

function postrouting(ranges: Ranges): Chain {
  const leavesBridge: Statement = { kind: 'match-out-interface', negated: true, name: bridgeName };
  return {
    name: 'postrouting',
    hook: { type: 'nat', hook: 'postrouting', priority: 100 },
    rules: [
      {
        statements: [
          { kind: 'match-mark', bit: masqueradeBit },
          leavesBridge,
          { kind: 'clear-mark', bit: masqueradeBit },
          { kind: 'masquerade' },
        ],
        comment: 'forwarded to an endpoint elsewhere; a pod of this host sees the true source',
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
          { kind: 'match-range', field: 'ip saddr', negated: false, range: ranges.podCidr },
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
    statements: [{ kind: 'match-range', field, negated: false, range: ranges.podCidr }, { kind: 'accept' }],
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
    local,
    markOutsiders(ranges),
    dispatch(ranges),
    { name: 'prerouting', hook: { type: 'nat', hook: 'prerouting', priority: -100 }, rules: [toDispatch] },
    { name: 'output', hook: { type: 'nat', hook: 'output', priority: -100 }, rules: [toDispatch] },
    postrouting(ranges),
    forward(ranges),
  ];
}

export const refuseChain = refuse.name;

/** The two families of shared chains, one chain per number of endpoints. */
export type SharedChainFamily = 'service' | 'node-port';

export function sharedChainName(family: SharedChainFamily, endpointCount: number): string {
  return endpointCount === 0 ? refuseChain : `${family}-${endpointCount}`;
}

/**
 * Picks one of `endpointCount` endpoints at random. A packet may meet this chain while a transaction takes the
 * endpoint with the drawn number away: the second rule then takes the first endpoint, which every service that
 * leads here has, before and after.
 */
export function sharedChain(family: SharedChainFamily, endpointCount: number): Chain {
  const pick = (among: number): Rule => ({
    statements: [
      { kind: 'match-protocols', protocols: transport },
      family === 'service'
        ? {
            kind: 'dnat-map',
            key: ['ip daddr', 'meta l4proto', 'th dport', { random: among }],
            map: 'endpoints',
          }
        : {
            kind: 'dnat-map',
            key: ['meta l4proto', 'th dport', { random: among }],
            map: 'node-port-endpoints',
          },
    ],
  });
  const mark: readonly Rule[] =
    family === 'node-port' ? [{ statements: [{ kind: 'jump', chain: markChain }] }] : [];
  const picks = endpointCount === 1 ? [pick(1)] : [pick(endpointCount), pick(1)];
  return {
    name: sharedChainName(family, endpointCount),
    rules: [...mark, ...picks, { statements: [{ kind: 'goto', chain: refuseChain }] }],
  };
}
