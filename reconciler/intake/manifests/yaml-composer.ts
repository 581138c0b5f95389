/**
 * Builds plain JSON values from YAML events, and tells everything on the way that is not plain: duplicate keys,
 * ambiguous scalars, keys that are not text, tags. Every problem is collected; only a broken bound ends a document.
 */
import {
  type AliasEvent,
  EVENT_ID,
  type Event,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  getScalarValue,
} from 'js-yaml';
import type { ManifestLimits } from './limits.ts';
import { readPlainScalar } from './plain-scalar.ts';
import { readTaggedScalar, tagProblem } from './tagged-scalar.ts';
import { type NodeEvent, afterNode, nodeAt, nodeOffset } from './yaml-events.ts';

export interface YamlProblem {
  readonly offset: number;
  /** Keys and indexes that lead to it. */
  readonly keys: readonly (string | number)[];
  readonly message: string;
  readonly expected?: string;
  /** Whether the value at `keys` is not what its writer meant, so that nothing else need be said about it. */
  readonly spoils: boolean;
}

export interface ComposedDocument {
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Which event each alias stands for, by the alias's index. */
  readonly aliasTargets: ReadonlyMap<number, number>;
  /** Whether null occurs anywhere. */
  readonly hasNull: boolean;
}

type Fields = Record<string, unknown>;

interface MappingKey {
  readonly text: string;
  readonly merges: boolean;
}

const mergeKey = '<<';

/** `{{ .Values.name }}` is a map in a map to YAML. */
export const templateHint = 'plain YAML (this looks like a template)';

/** Thrown where going on would do harm: nothing of the document is used. */
class BoundExceeded extends Error {}

/** Builds the document whose DOCUMENT event stands at `index`. */
export function composeDocument(
  source: string,
  events: readonly Event[],
  index: number,
  limits: ManifestLimits,
  lineOf: (offset: number) => number,
): ComposedDocument {
  const composer = new Composer(source, events, index + 1, limits, lineOf);
  const value = composer.document();
  return {
    value,
    problems: composer.problems,
    aliasTargets: composer.aliasTargets,
    hasNull: composer.hasNull,
  };
}

class Composer {
  readonly problems: YamlProblem[] = [];
  readonly aliasTargets = new Map<number, number>();
  hasNull = false;
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #limits: ManifestLimits;
  readonly #lineOf: (offset: number) => number;
  readonly #anchors = new Map<string, number>();
  readonly #open = new Set<number>();
  readonly #path: (string | number)[] = [];
  #index: number;
  /** Where the current key or node began, for values that are not written. */
  #offset = 0;
  #depth = 0;
  #nodes = 0;
  #aliases = 0;
  #replaying = 0;

  constructor(
    source: string,
    events: readonly Event[],
    index: number,
    limits: ManifestLimits,
    lineOf: (offset: number) => number,
  ) {
    this.#source = source;
    this.#events = events;
    this.#index = index;
    this.#limits = limits;
    this.#lineOf = lineOf;
  }

  document(): unknown {
    try {
      return this.#node();
    } catch (error) {
      if (error instanceof BoundExceeded) return undefined;
      throw error;
    }
  }

  #node(): unknown {
    const index = this.#index++;
    const event = nodeAt(this.#events, index);
    this.#offset = nodeOffset(event) ?? this.#offset;
    if (++this.#nodes > this.#limits.nodesMax) {
      this.#stop(
        `the document has more than ${this.#limits.nodesMax} values once its aliases are written out`,
      );
    }
    if (event.type === EVENT_ID.ALIAS) return this.#alias(index, event);
    this.#rememberAnchor(event, index);
    if (event.type === EVENT_ID.SCALAR) return this.#scalar(event);
    this.#open.add(index);
    if (++this.#depth > this.#limits.depthMax)
      this.#stop(`nested deeper than ${this.#limits.depthMax} levels`);
    const value = event.type === EVENT_ID.MAPPING ? this.#mapping(event) : this.#sequence(event);
    this.#depth--;
    this.#open.delete(index);
    return value;
  }

  /** An alias is written out as a copy of its anchor's node, so that no two places share one object. */
  #alias(index: number, event: AliasEvent): unknown {
    const name = this.#source.slice(event.anchorStart, event.anchorEnd);
    if (++this.#aliases > this.#limits.aliasesMax) {
      this.#stop(`more than ${this.#limits.aliasesMax} aliases in one document`);
    }
    const target = this.aliasTargets.get(index) ?? this.#anchors.get(name);
    if (target === undefined) return this.#report(`the alias *${name} has no anchor &${name} before it`);
    if (this.#open.has(target)) return this.#report(`the alias *${name} stands inside its own anchor`);
    this.aliasTargets.set(index, target);
    const next = this.#index;
    this.#index = target;
    this.#replaying++;
    const value = this.#node();
    this.#replaying--;
    this.#index = next;
    return value;
  }

  #sequence(event: NodeEvent): unknown[] {
    this.#refuseTag(event, '!!seq');
    const items: unknown[] = [];
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      this.#path.push(items.length);
      items.push(this.#node());
      this.#path.pop();
    }
    this.#index++;
    return items;
  }

  #mapping(event: MappingEvent): Fields {
    this.#refuseTag(event, '!!map');
    const fields: Fields = {};
    const merged: unknown[] = [];
    const keyOffsets = new Map<string, number>();
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      const key = this.#key();
      if (key === undefined) {
        this.#index = afterNode(this.#events, this.#index);
        continue;
      }
      this.#path.push(key.text);
      if (key.merges) merged.push(this.#node());
      else if (this.#isNew(key.text, keyOffsets)) fields[key.text] = this.#node();
      else this.#index = afterNode(this.#events, this.#index);
      this.#path.pop();
    }
    this.#index++;
    for (const value of merged) this.#merge(fields, value);
    return fields;
  }

  /** The text of a mapping's key; nothing when it is no text at all. The key's event is consumed. */
  #key(): MappingKey | undefined {
    const event = nodeAt(this.#events, this.#index);
    this.#offset = nodeOffset(event) ?? this.#offset;
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      const template = this.#source.startsWith('{{', this.#offset - 1);
      this.#index = afterNode(this.#events, this.#index);
      return this.#report('map keys must be text, got a collection', template ? templateHint : undefined);
    }
    if (event.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0) {
      return this.#plainKey(event);
    }
    const key = this.#node();
    return typeof key === 'string' ? this.#usableKey(key) : this.#report('map keys must be text');
  }

  /** An unquoted key that reads as anything but text is told, and taken as written to go on below it. */
  #plainKey(event: ScalarEvent): MappingKey | undefined {
    const text = getScalarValue(this.#source, event);
    this.#rememberAnchor(event, this.#index++);
    if (text === mergeKey) return { text, merges: true };
    const { value, problem } = readPlainScalar(text);
    if (typeof value === 'string' && problem === undefined) return this.#usableKey(text);
    this.#path.push(text);
    const meaning =
      problem !== undefined && typeof value === 'boolean' ? ` (the boolean ${String(value)})` : '';
    this.#report(
      `map keys must be text, got ${text === '' ? 'nothing' : text}${meaning}`,
      `"${text}" in quotes`,
    );
    this.#path.pop();
    return { text, merges: false };
  }

  /** Assigning this one would not make a key. */
  #usableKey(text: string): MappingKey | undefined {
    return text === '__proto__' ? this.#report('"__proto__" cannot be a key') : { text, merges: false };
  }

  #rememberAnchor(event: NodeEvent, index: number): void {
    if (event.anchorStart < 0 || this.#replaying > 0) return;
    this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), index);
  }

  #isNew(key: string, keyOffsets: Map<string, number>): boolean {
    const first = keyOffsets.get(key);
    if (first === undefined) {
      keyOffsets.set(key, this.#offset);
      return true;
    }
    const message = `duplicate key ${JSON.stringify(key)}, first on line ${this.#lineOf(first)}`;
    this.#report(message, undefined, false);
    return false;
  }

  /** YAML 1.1's merge key, as kubectl reads it: keys that are written win over merged ones, earlier maps over later. */
  #merge(fields: Fields, value: unknown): void {
    const sources = Array.isArray(value) ? (value as unknown[]) : [value];
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        this.#report('a merge key (<<) takes a map or a list of maps');
        return;
      }
      for (const [key, entry] of Object.entries(source)) {
        if (!Object.hasOwn(fields, key)) fields[key] = entry;
      }
    }
  }

  #scalar(event: ScalarEvent): unknown {
    const text = getScalarValue(this.#source, event);
    if (event.tagStart < 0 && event.style !== SCALAR_STYLE.PLAIN) return text;
    const read =
      event.tagStart < 0
        ? readPlainScalar(text)
        : readTaggedScalar(this.#source.slice(event.tagStart, event.tagEnd), text);
    if (read.problem !== undefined) this.#report(read.problem, read.expected);
    if (read.value === null) this.hasNull = true;
    return read.value;
  }

  #refuseTag(event: NodeEvent, own: string): void {
    if (!('tagStart' in event) || event.tagStart < 0) return;
    const tag = this.#source.slice(event.tagStart, event.tagEnd);
    if (tag !== own && tag !== '!') this.#report(tagProblem(tag));
  }

  /** Written-out aliases report nothing again: their anchor has. */
  #report(message: string, expected?: string, spoils = true): undefined {
    if (this.#replaying > 0) return undefined;
    const keys = [...this.#path];
    this.problems.push({
      offset: this.#offset,
      keys,
      message,
      spoils,
      ...(expected === undefined ? {} : { expected }),
    });
    return undefined;
  }

  #stop(message: string): never {
    this.problems.push({ offset: this.#offset, keys: [], message, spoils: true });
    throw new BoundExceeded(message);
  }
}
