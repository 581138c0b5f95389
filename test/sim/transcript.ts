/** The log of a simulated cluster in words, with names that hash and chance gave replaced by counted ones. */
import type { KubeObject } from '../../reconciler/core/model/object.ts';
import { factsOf } from './facts.ts';
import type { Commit, SimCluster } from './sim-cluster.ts';

/** Plural-free short forms that counted names bear: `web-set1`, `web-set1-pod2`, `web-slice1`. */
const countedKinds: Readonly<Record<string, string>> = {
  ReplicaSet: 'set',
  Pod: 'pod',
  EndpointSlice: 'slice',
  ControllerRevision: 'rev',
};

const refusedName = /"([\w-]+)-[a-z0-9]{5}" is forbidden/g;

export class Transcript {
  readonly #aliases = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** The object's real name, given the one that the transcript shows. */
  realName(shown: string): string {
    for (const [real, alias] of this.#aliases) if (alias === shown) return real;
    return shown;
  }

  shownName(real: string): string {
    return this.#aliases.get(real) ?? real;
  }

  /** Everything that happened since the last call, one line each. */
  take(cluster: SimCluster): readonly string[] {
    // Addresses are drawn: what follows from them alone says nothing to a reader.
    const commits = cluster.commits.splice(0).filter(({ change }) => change.ref.kind !== 'IPAddress');
    for (const { change } of commits)
      if (change.before === undefined && change.after !== undefined) this.#count(change.after);
    const lines = commits.flatMap((commit) => lineOf(commit));
    const events = cluster.events
      .splice(0)
      .map(
        ({ type, reason, about, message }) =>
          `event ${type} ${reason} ${about.kind}/${about.name}: ${message}`,
      );
    return [...lines, ...events].map((line) => this.#shown(line));
  }

  /** What `object` looks like now. */
  describe(object: KubeObject): readonly string[] {
    const facts = factsOf(object).map((fact) => `  ${fact}`);
    return [`${object.kind}/${object.metadata.name ?? ''}`, ...facts].map((line) => this.#shown(line));
  }

  /** Lines with the names that the transcript shows. */
  shownLines(lines: readonly string[]): readonly string[] {
    return lines.map((line) => this.#shown(line));
  }

  /** Names made by a controller are counted under the name of its owner. */
  #count(object: KubeObject): void {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
    const kind = countedKinds[object.kind];
    const name = object.metadata.name ?? '';
    // A StatefulSet's pods have names to be known by.
    if (owner?.kind === 'StatefulSet' && object.kind === 'Pod') return;
    if (owner === undefined || kind === undefined || !name.startsWith(`${owner.name}-`)) return;
    const prefix = `${this.shownName(owner.name)}-${kind}`;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    this.#aliases.set(name, `${prefix}${count}`);
  }

  #shown(line: string): string {
    const longestFirst = [...this.#aliases].sort(([a], [b]) => b.length - a.length);
    const named = longestFirst.reduce((text, [real, alias]) => text.replaceAll(real, alias), line);
    // What was never made has no counted name: its chance name would change with every other plan.
    return named.replace(refusedName, '"$1-?" is forbidden');
  }
}

function lineOf({ by, change }: Commit): readonly string[] {
  const subject = `${change.ref.kind}/${change.ref.name}`;
  const { before, after } = change;
  if (after === undefined) return [`${by} removes ${subject}`];
  if (before === undefined) return [`${by} creates ${subject}: ${factsOf(after).join(', ')}`];
  const [old, now] = [factsOf(before), factsOf(after)];
  const added = now.filter((fact) => !old.includes(fact));
  // A fact with a new value says enough; only one that went altogether is named.
  const labels = new Set(now.map(labelOf));
  const lost = old
    .filter((fact) => !now.includes(fact) && !labels.has(labelOf(fact)))
    .map((fact) => `no ${fact}`);
  const news = [...added, ...lost];
  return news.length === 0 ? [] : [`${by} changes ${subject}: ${news.join(', ')}`];
}

function labelOf(fact: string): string {
  return /^[^:=]*/.exec(fact)?.[0] ?? fact;
}
