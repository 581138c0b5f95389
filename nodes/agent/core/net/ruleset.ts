/**
 * An nftables ruleset as data, as far as Berth uses the language: one table of ours, maps and sets with elements,
 * chains with rules. `render.ts` alone turns it into nft's syntax. Names of fields and statements are nftables'.
 */
import type { PersistentMap } from './persistent-map.ts';

/** The only table that Berth ever touches. */
export const table = { family: 'ip', name: 'berth' } as const;

export type Protocol = 'tcp' | 'udp' | 'sctp';

/**
 * What a part of an element's key or value is: nft's ipv4_addr, inet_proto, inet_service, and the index of an
 * endpoint, which rules look up by the packet's mark: see `indexMark`.
 */
export type PartType = 'address' | 'protocol' | 'port' | 'index';

export type Part = string | number;

/** The last word on a packet within a chain; `goto` does not come back. */
export interface Goto {
  readonly goto: string;
}

export interface Element {
  readonly key: readonly Part[];
  /** Absent in a set; a verdict or what the packet's destination becomes in a map. */
  readonly value?: Goto | readonly Part[];
}

/** An element and who wants it there. The first claim, by owner, is the one that the kernel gets. */
export interface Claim {
  readonly owner: string;
  readonly element: Element;
}

export type SetName =
  | 'services'
  | 'endpoints'
  | 'node-ports'
  | 'node-port-endpoints'
  | 'endpoint-ids'
  | 'node-port-endpoint-ids'
  | 'affinity'
  | 'node-port-affinity'
  | 'host-ports'
  | 'host-address-ports'
  | 'hairpin';

export interface SetSchema {
  readonly name: SetName;
  readonly key: readonly PartType[];
  readonly value?: 'verdict' | readonly PartType[];
  /** Rules add its elements, and the kernel forgets them: it is never written to from here. */
  readonly dynamic?: boolean;
  readonly comment: string;
}

/** By the element's key as text; see `elementId`. */
export type Elements = PersistentMap<readonly Claim[]>;

export type Field = 'ip saddr' | 'ip daddr' | 'meta l4proto' | 'th dport' | 'meta mark';

export type Statement =
  | {
      readonly kind: 'match-range';
      readonly field: 'ip saddr' | 'ip daddr';
      readonly negated?: boolean;
      readonly range: string;
    }
  | { readonly kind: 'match-protocols'; readonly protocols: readonly Protocol[] }
  | { readonly kind: 'match-out-interface'; readonly negated?: boolean; readonly name: string }
  | { readonly kind: 'match-mark-bit'; readonly bit: number }
  | { readonly kind: 'match-local-destination' }
  | { readonly kind: 'match-set'; readonly key: readonly Field[]; readonly set: SetName }
  /** The packet's mark becomes that of the index `below` which a random one is drawn. */
  | { readonly kind: 'draw-index'; readonly below: number }
  | { readonly kind: 'set-mark'; readonly mark: number }
  /** The packet's mark becomes what the map has; without an element the rule ends. */
  | { readonly kind: 'mark-map'; readonly key: readonly Field[]; readonly map: SetName }
  /** Keeps the packet's mark in a dynamic map for `seconds`, anew where it is there already. */
  | {
      readonly kind: 'remember-mark';
      readonly key: readonly Field[];
      readonly map: SetName;
      readonly seconds: number;
    }
  | { readonly kind: 'forget-mark'; readonly key: readonly Field[]; readonly map: SetName }
  | { readonly kind: 'verdict-map'; readonly key: readonly Field[]; readonly map: SetName }
  | { readonly kind: 'dnat-map'; readonly key: readonly Field[]; readonly map: SetName }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'reject'; readonly how: 'tcp-reset' | 'port-unreachable' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string };

export interface Rule {
  readonly statements: readonly Statement[];
  readonly comment?: string;
}

export interface Hook {
  readonly type: 'nat' | 'filter';
  readonly hook: 'prerouting' | 'output' | 'postrouting' | 'forward';
  readonly priority: number;
}

export interface Chain {
  readonly name: string;
  /** Absent: reached from other chains only. The policy of a base chain is always accept. */
  readonly hook?: Hook;
  readonly rules: readonly Rule[];
}

export interface Ruleset {
  readonly sets: Readonly<Record<SetName, Elements>>;
  /** Sorted by name. */
  readonly chains: ReadonlyMap<string, Chain>;
}

/** One step of a change to the table in the kernel. */
export type Command =
  | { readonly command: 'add-chain'; readonly chain: Chain }
  /** Rules change, the chain and what points to it stay. */
  | { readonly command: 'replace-rules'; readonly chain: Chain }
  | { readonly command: 'delete-chain'; readonly name: string }
  | { readonly command: 'add-elements'; readonly set: SetName; readonly elements: readonly Element[] }
  | { readonly command: 'delete-elements'; readonly set: SetName; readonly elements: readonly Element[] };

/** All of it happens at once or not at all. */
export type Transaction =
  | { readonly type: 'replace'; readonly ruleset: Ruleset }
  | { readonly type: 'change'; readonly commands: readonly Command[] };

/**
 * Marks from here on say: a service rule drew the endpoint with the index above this. nft 1.0.6 has no type for a
 * random number within a map's key, and a mark is the only place to put one before the lookup.
 */
export const indexMark = 0x4000_0000;

/** The identity of an element within its set. */
export function elementId(key: readonly Part[]): string {
  return key.join(' . ');
}
