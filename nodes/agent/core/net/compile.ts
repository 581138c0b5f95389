/**
 * From what the host should do for services and host ports to the table of rules. The compiled state is immutable
 * and shares what did not change with the one before it, so that a change costs what changed, here and in `diff.ts`.
 */
import type { ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../host-port.ts';
import type { DesiredNetwork } from '../ports.ts';
import { type Ipv4Range, parseIpv4, parseIpv4Range } from './address.ts';
import { compareText } from './compare-text.ts';
import { type Contribution, hostPortContribution, serviceContribution } from './contributions.ts';
import { fixedChains, type Ranges, setNames } from './layout.ts';
import { type MapEdit, PersistentMap } from './persistent-map.ts';
import type { Chain, Claim, Elements, Ruleset, SetName } from './ruleset.ts';
import { sharedChain, sharedChainName, type SharedChainUse } from './shared-chains.ts';

export interface Compiled {
  readonly ranges: Ranges;
  /** What the ruleset was made from. */
  readonly services: PersistentMap<ServiceEntry>;
  readonly hostPorts: ReadonlyMap<string, HostPort>;
  /** How many contributions lead to each shared chain, by the chain's name. */
  readonly chainUses: ReadonlyMap<string, SharedChainUse & { readonly count: number }>;
  readonly ruleset: Ruleset;
}

/** A desired network of which only the ranges of its network entry matter. */
export type CompilerInput = Omit<DesiredNetwork, 'network' | 'peers'> & { readonly network: Ranges };

/** The input cannot be compiled; trying again without a change is of no use. */
export class InvalidNetwork extends Error {
  override readonly name = 'InvalidNetwork';
}

/**
 * `changedKeys` (entry keys, or `hostPorts`) names what may differ from `previous`; undefined: anything.
 * The result does not depend on `previous`, only the work does. Throws InvalidNetwork when a range is none.
 */
export function compile(
  desired: CompilerInput,
  previous?: Compiled,
  changedKeys?: ReadonlySet<string>,
): Compiled {
  const { podCidr, clusterCidr, serviceCidr } = desired.network;
  const ranges: Ranges = { podCidr, clusterCidr, serviceCidr };
  const podRange = parseRanges(ranges);
  const reusable = previous !== undefined && sameRanges(previous.ranges, ranges) ? previous : undefined;
  const edit = new CompiledEdit(reusable ?? emptyState(ranges), podRange);
  editServices(edit, desired.services, reusable === undefined ? undefined : changedKeys);
  if (reusable === undefined || changedKeys === undefined || changedKeys.has('hostPorts')) {
    editHostPorts(edit, desired.hostPorts);
  }
  return edit.done();
}

function editServices(
  edit: CompiledEdit,
  services: ReadonlyMap<string, ServiceEntry>,
  changedKeys: ReadonlySet<string> | undefined,
): void {
  const keys = changedKeys ?? new Set([...services.keys(), ...edit.serviceKeys()]);
  for (const key of keys) {
    if (key.startsWith('service/')) edit.setService(key, services.get(key));
  }
}

function editHostPorts(edit: CompiledEdit, hostPorts: readonly HostPort[]): void {
  const wanted = new Map(
    hostPorts
      .filter(({ podIP }) => parseIpv4(podIP) !== undefined)
      .map((port) => [hostPortOwner(port), port]),
  );
  for (const owner of edit.hostPortOwners()) {
    if (!wanted.has(owner)) edit.setHostPort(owner, undefined);
  }
  for (const [owner, port] of wanted) edit.setHostPort(owner, port);
}

/** Every field is in it: two host ports with the same owner are the same. */
function hostPortOwner(port: HostPort): string {
  return `hostPort/${port.protocol}/${port.hostPort}/${port.hostIP ?? ''}/${port.podIP}/${port.containerPort}`;
}

/** One change of the compiled state under way. */
class CompiledEdit {
  readonly #base: Compiled;
  readonly #podRange: Ipv4Range;
  readonly #services: MapEdit<ServiceEntry>;
  readonly #hostPorts: Map<string, HostPort>;
  readonly #chainUses: Map<string, SharedChainUse & { readonly count: number }>;
  readonly #sets: Readonly<Record<SetName, MapEdit<readonly Claim[]>>>;

  constructor(base: Compiled, podRange: Ipv4Range) {
    this.#base = base;
    this.#podRange = podRange;
    this.#services = base.services.edit();
    this.#hostPorts = new Map(base.hostPorts);
    this.#chainUses = new Map(base.chainUses);
    this.#sets = bySet((name) => base.ruleset.sets[name].edit());
  }

  *serviceKeys(): IterableIterator<string> {
    for (const [key] of this.#base.services.entries()) yield key;
  }

  hostPortOwners(): readonly string[] {
    return [...this.#hostPorts.keys()];
  }

  setService(key: string, entry: ServiceEntry | undefined): void {
    const before = this.#services.get(key);
    if (before === entry) return;
    if (before !== undefined) this.#withdraw(key, serviceContribution(before, this.#podRange));
    if (entry === undefined) {
      this.#services.delete(key);
      return;
    }
    this.#contribute(key, serviceContribution(entry, this.#podRange));
    this.#services.set(key, entry);
  }

  setHostPort(owner: string, port: HostPort | undefined): void {
    const before = this.#hostPorts.get(owner);
    if (before !== undefined && port === undefined) {
      this.#withdraw(owner, hostPortContribution(before, this.#podRange));
      this.#hostPorts.delete(owner);
    } else if (before === undefined && port !== undefined) {
      this.#contribute(owner, hostPortContribution(port, this.#podRange));
      this.#hostPorts.set(owner, port);
    }
  }

  done(): Compiled {
    return {
      ranges: this.#base.ranges,
      services: this.#services.done(),
      hostPorts: this.#hostPorts,
      chainUses: this.#chainUses,
      ruleset: {
        sets: bySet((name) => this.#sets[name].done()),
        chains: this.#chains(),
      },
    };
  }

  #contribute(owner: string, contribution: Contribution): void {
    for (const { set, id, element } of contribution.elements) {
      const claim = { owner, element };
      this.#sets[set].update(id, (claims) =>
        claims === undefined ? [claim] : [...claims, claim].sort((a, b) => compareText(a.owner, b.owner)),
      );
    }
    for (const use of contribution.chains) this.#use(use, 1);
  }

  #withdraw(owner: string, contribution: Contribution): void {
    for (const { set, id } of contribution.elements) {
      this.#sets[set].update(id, (claims) => {
        const others = claims?.filter((claim) => claim.owner !== owner) ?? [];
        return others.length === 0 ? undefined : others;
      });
    }
    for (const use of contribution.chains) this.#use(use, -1);
  }

  #use(use: SharedChainUse, difference: 1 | -1): void {
    const name = sharedChainName(use);
    const count = (this.#chainUses.get(name)?.count ?? 0) + difference;
    if (count === 0) this.#chainUses.delete(name);
    else this.#chainUses.set(name, { ...use, count });
  }

  #chains(): ReadonlyMap<string, Chain> {
    const before = this.#base.ruleset.chains;
    const fixed = fixedChains(this.#base.ranges).map((chain) => before.get(chain.name) ?? chain);
    const shared = [...this.#chainUses].map(([name, use]) => before.get(name) ?? sharedChain(use));
    const sorted = [...fixed, ...shared].sort((a, b) => compareText(a.name, b.name));
    return new Map(sorted.map((chain) => [chain.name, chain]));
  }
}

function emptyState(ranges: Ranges): Compiled {
  return {
    ranges,
    services: PersistentMap.empty(),
    hostPorts: new Map(),
    chainUses: new Map(),
    ruleset: { sets: bySet((): Elements => PersistentMap.empty()), chains: new Map() },
  };
}

function bySet<T>(make: (name: SetName) => T): Readonly<Record<SetName, T>> {
  return Object.fromEntries(setNames.map((name) => [name, make(name)])) as Record<SetName, T>;
}

/** Answers the pod range; the others are only checked, as they go into rules as text. */
function parseRanges({ podCidr, clusterCidr, serviceCidr }: Ranges): Ipv4Range {
  parseRange('clusterCidr', clusterCidr);
  parseRange('serviceCidr', serviceCidr);
  return parseRange('podCidr', podCidr);
}

function parseRange(name: keyof Ranges, text: string): Ipv4Range {
  const range = parseIpv4Range(text);
  if (range !== undefined) return range;
  throw new InvalidNetwork(
    `network entry: ${name}: expected an IPv4 range such as 10.42.3.0/24, got '${text}'`,
  );
}

function sameRanges(a: Ranges, b: Ranges): boolean {
  return a.podCidr === b.podCidr && a.clusterCidr === b.clusterCidr && a.serviceCidr === b.serviceCidr;
}
