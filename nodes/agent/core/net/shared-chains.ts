/** The chains that services share: one for each number of endpoints, and for each time of affinity. */
import { refuse, toRefuse, withPorts } from './layout.ts';
import { type Chain, type Field, indexMark, type Rule, type SetName, type Statement } from './ruleset.ts';

/** What is sent to cluster addresses, and to ports of nodes. */
type SharedChainFamily = 'service' | 'node-port';

export interface SharedChainUse {
  readonly family: SharedChainFamily;
  readonly endpointCount: number;
  /** So long a client keeps its endpoint; absent: every connection draws anew. */
  readonly affinitySeconds?: number | undefined;
}

interface FamilyMaps {
  /** What names the service in the packet. */
  readonly key: readonly Field[];
  readonly endpoints: SetName;
  readonly ids: SetName;
  readonly affinity: SetName;
}

const families: Readonly<Record<SharedChainFamily, FamilyMaps>> = {
  service: {
    key: ['ip daddr', 'meta l4proto', 'th dport'],
    endpoints: 'endpoints',
    ids: 'endpoint-ids',
    affinity: 'affinity',
  },
  'node-port': {
    key: ['meta l4proto', 'th dport'],
    endpoints: 'node-port-endpoints',
    ids: 'node-port-endpoint-ids',
    affinity: 'node-port-affinity',
  },
};

/** Where the packets of a service or node port go; without endpoints they are refused. */
export function sharedChainName({ family, endpointCount, affinitySeconds }: SharedChainUse): string {
  if (endpointCount === 0) return refuse.name;
  const name = `${family}-${endpointCount}`;
  return affinitySeconds === undefined ? name : `${name}-affinity-${affinitySeconds}`;
}

/**
 * Picks one of `endpointCount` endpoints at random. A packet may meet this chain while a transaction takes the
 * endpoint with the drawn number away: the second rule then takes the first endpoint, which every service that
 * leads here has, before and after. It looks for that again where it is the only one: kernels before 6.17 may find
 * nothing where a transaction puts another element in the place of one at the same moment.
 */
export function sharedChain(use: SharedChainUse): Chain {
  const { endpointCount } = use;
  const { key, endpoints } = families[use.family];
  const translate: readonly Statement[] = [
    withPorts,
    { kind: 'dnat-map', key: [...key, 'meta mark'], map: endpoints },
  ];
  const any: Rule = { statements: [{ kind: 'draw-index', below: endpointCount }, ...translate] };
  const first: Rule = { statements: [{ kind: 'set-mark', mark: indexMark }, ...translate] };
  const picks = endpointCount === 1 ? [first, first] : [any, first];
  return {
    name: sharedChainName(use),
    rules: [...affinityRules(use), ...picks, { statements: [toRefuse] }],
  };
}

/**
 * A client that is known goes where it went before; an unknown one draws an endpoint and is remembered with its
 * lasting number, which stays the same while other endpoints come and go. Where that endpoint is gone, the client
 * is forgotten and draws again. When the map is full the picks that follow serve whoever is not in it.
 */
function affinityRules({ family, endpointCount, affinitySeconds }: SharedChainUse): readonly Rule[] {
  if (affinitySeconds === undefined) return [];
  const { key, endpoints, ids, affinity } = families[family];
  const client: readonly Field[] = ['ip saddr', ...key];
  const remembered: readonly Statement[] = [
    { kind: 'remember-mark', key: client, map: affinity, seconds: affinitySeconds },
    { kind: 'dnat-map', key: [...key, 'meta mark'], map: endpoints },
  ];
  return [
    { statements: [withPorts, { kind: 'mark-map', key: client, map: affinity }, ...remembered] },
    {
      statements: [
        withPorts,
        { kind: 'draw-index', below: endpointCount },
        { kind: 'mark-map', key: [...key, 'meta mark'], map: ids },
        { kind: 'forget-mark', key: client, map: affinity },
        ...remembered,
      ],
    },
  ];
}
