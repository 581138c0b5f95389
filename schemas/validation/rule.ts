/**
 * Constraints as data. OpenAPI gives Kubernetes' fields and types, but neither enumerations, formats, ranges nor what
 * must be present for an object to make sense; the tables `*-constraints.ts` add these per definition and field.
 */
import {
  type FieldProblem,
  duplicate,
  forbidden,
  invalid,
  invalidHere,
  notFound,
  required,
  tooLong,
  tooMany,
  unsupported,
} from './field-problem.ts';
import { type FieldPath, type PathSegment, renderPath } from './field-path.ts';
import { type FormatName, formats } from './formats.ts';
import { type Fields, isEmpty, isFields, listOf } from './loose.ts';

/** What one field must be. Absent fields pass, except under `required` and `itemsMin`. */
export interface Rule {
  /** Must be there and not empty; with text, the reason which Kubernetes adds. */
  readonly required?: true | string;
  readonly oneOf?: readonly string[];
  /** For text; a number (a port, a percentage's alternative) passes. */
  readonly format?: FormatName;
  /** Bounds of a number, both included, and Kubernetes' words for them where they are not the usual ones. */
  readonly min?: number;
  readonly max?: number;
  readonly outOfBounds?: string;
  /**
   * Kubernetes' API cannot tell most zeros from numbers that are left out: a zero counts as left out (`absent`), or
   * a number that is left out counts as zero and is held against the bounds (`checked`).
   */
  readonly zero?: 'absent' | 'checked';
  /** For each item of a list. */
  readonly items?: Rule;
  /** A list's items may not repeat: by these fields, or as plain values when there are none. */
  readonly unique?: readonly string[];
  /** For each key, each value of a map. */
  readonly keys?: FormatName;
  readonly values?: Rule;
  /** Exactly one of the map's or struct's fields may be set, with Kubernetes' words for none and for more. */
  readonly exactlyOne?: { readonly none: string; readonly many: string; readonly except?: readonly string[] };
}

/** Relations between fields, where a table does not reach. `ancestors` are the structs around the value, nearest last. */
export type Check = (value: Fields, report: Reporter, ancestors: readonly Fields[]) => void;

/** The constraints of one definition. */
export interface DefinitionConstraints {
  readonly fields?: Readonly<Record<string, Rule>>;
  readonly checks?: readonly Check[];
  /** Exactly one of all fields (but the excepted ones) must be set. */
  readonly exactlyOne?: Rule['exactlyOne'];
}

/** By definition name. */
export type Constraints = Readonly<Record<string, DefinitionConstraints>>;

/** Collects the problems of checks; paths are relative to the value that is checked. */
export class Reporter {
  readonly problems: FieldProblem[];
  readonly #base: FieldPath;
  /** Relative, too. */
  readonly #shown: FieldPath | undefined;

  constructor(problems: FieldProblem[], base: FieldPath, shown?: FieldPath) {
    this.problems = problems;
    this.#base = base;
    this.#shown = shown;
  }

  /**
   * For places that Kubernetes names by another path than their own (it leaves out an index): messages then have
   * Kubernetes' path, a file's positions the right place.
   */
  showing(path: FieldPath): Reporter {
    return new Reporter(this.problems, this.#base, path);
  }

  required(path: FieldPath, detail?: string): void {
    this.#add(required([...this.#base, ...path], detail));
  }

  invalid(path: FieldPath, value: unknown, detail: string): void {
    this.#add(invalid([...this.#base, ...path], value, detail));
  }

  /** Of a value that the message does not show. */
  invalidHere(path: FieldPath, detail: string): void {
    this.#add(invalidHere([...this.#base, ...path], detail));
  }

  unsupported(path: FieldPath, value: unknown, supported: readonly string[]): void {
    this.#add(unsupported([...this.#base, ...path], value, supported));
  }

  duplicate(path: FieldPath, value: unknown): void {
    this.#add(duplicate([...this.#base, ...path], value));
  }

  forbidden(path: FieldPath, detail: string): void {
    this.#add(forbidden([...this.#base, ...path], detail));
  }

  tooLong(path: FieldPath, bytesMax: number): void {
    this.#add(tooLong([...this.#base, ...path], bytesMax));
  }

  tooMany(path: FieldPath, count: number, countMax: number): void {
    this.#add(tooMany([...this.#base, ...path], count, countMax));
  }

  notFound(path: FieldPath, value: unknown, detail?: string): void {
    this.#add(notFound([...this.#base, ...path], value, detail));
  }

  /** Reports text that is not of a format; empty text passes. */
  format(path: FieldPath, value: unknown, format: FormatName): void {
    if (typeof value !== 'string' || value === '') return;
    const wrong = formats[format](value);
    if (wrong !== undefined) this.invalid(path, value, wrong);
  }

  #add(problem: FieldProblem): void {
    const shown = this.#shown;
    if (shown === undefined) this.problems.push(problem);
    else this.problems.push({ ...problem, path: renderPath([...this.#base, ...shown]) });
  }
}

/**
 * Applies a rule to one value. Values of a wrong type pass: the schema has already refused them. `path` is walked along
 * into lists and maps, and back as it was afterwards.
 */
export function applyRule(rule: Rule, value: unknown, path: PathSegment[], problems: FieldProblem[]): void {
  const zero = value === 0 && rule.zero === 'absent';
  if ((zero || isEmpty(value)) && rule.required !== undefined) {
    problems.push(required(path, rule.required === true ? '' : rule.required));
    return;
  }
  if (zero) return;
  if (value === undefined || value === null) {
    if (rule.zero === 'checked') applyToNumber(rule, 0, path, problems);
    return;
  }
  if (typeof value === 'string') applyToText(rule, value, path, problems);
  else if (typeof value === 'number') applyToNumber(rule, value, path, problems);
  else if (Array.isArray(value)) applyToList(rule, value as readonly unknown[], path, problems);
  else if (isFields(value)) applyToFields(rule, value, path, problems);
}

function applyToText(rule: Rule, value: string, path: FieldPath, problems: FieldProblem[]): void {
  if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) {
    // An empty enumeration value counts as left out: the API server then sets the default.
    if (value !== '') problems.push(unsupported(path, value, rule.oneOf));
    return;
  }
  if (rule.format === undefined || (value === '' && rule.required === undefined)) return;
  const wrong = formats[rule.format](value);
  if (wrong !== undefined) problems.push(invalid(path, value, wrong));
}

function applyToNumber(rule: Rule, value: number, path: FieldPath, problems: FieldProblem[]): void {
  if (rule.format === 'nonNegativeQuantity') applyToText(rule, String(value), path, problems);
  const { min, max } = rule;
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return;
  problems.push(invalid(path, value, rule.outOfBounds ?? boundsText(min, max)));
}

function boundsText(min: number | undefined, max: number | undefined): string {
  if (max === undefined) return `must be greater than or equal to ${String(min)}`;
  return min === undefined
    ? `must be less than or equal to ${max}`
    : `must be between ${min} and ${max}, inclusive`;
}

function applyToList(
  rule: Rule,
  list: readonly unknown[],
  path: PathSegment[],
  problems: FieldProblem[],
): void {
  const { items, unique } = rule;
  if (items !== undefined) {
    for (let index = 0; index < list.length; index++) {
      path.push(index);
      applyRule(items, list[index], path, problems);
      path.pop();
    }
  }
  if (unique !== undefined) reportDuplicates(list, unique, path, problems);
}

/** By one field the field's value is the duplicate, by several the item as a whole. */
function reportDuplicates(
  list: readonly unknown[],
  keys: readonly string[],
  path: FieldPath,
  problems: FieldProblem[],
): void {
  if (list.length < 2) return;
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const [only, ...more] = keys;
    const single = only !== undefined && more.length === 0;
    const value = isFields(item) ? (single ? item[only] : keys.map((key) => item[key])) : item;
    if (isEmpty(value)) continue;
    const id = JSON.stringify(value);
    if (seen.has(id))
      problems.push(duplicate(single ? [...path, index, only] : [...path, index], single ? value : item));
    seen.add(id);
  }
}

function applyToFields(rule: Rule, value: Fields, path: PathSegment[], problems: FieldProblem[]): void {
  const found: FieldProblem[] = [];
  if (rule.keys !== undefined) {
    for (const key of Object.keys(value)) {
      const wrong = formats[rule.keys](key);
      if (wrong !== undefined) found.push({ ...invalid([...path, { key }], key, wrong), at: 'key' });
    }
  }
  if (rule.values !== undefined) {
    for (const key of Object.keys(value)) {
      path.push({ key });
      applyRule(rule.values, value[key], path, found);
      path.pop();
    }
  }
  for (const one of found) problems.push(toldAtMap(rule) ? { ...one, path: renderPath(path) } : one);
  if (rule.exactlyOne !== undefined) applyExactlyOne(rule.exactlyOne, value, path, problems);
}

/** Labels and annotations: Kubernetes names the map alone; the place in a file is still that of the entry. */
function toldAtMap({ keys, values }: Rule): boolean {
  return keys === 'annotationKey' || (keys === 'qualifiedName' && values?.format === 'labelValue');
}

/** Reports a struct in which not exactly one of the alternatives is set. */
export function applyExactlyOne(
  rule: NonNullable<Rule['exactlyOne']>,
  value: Fields,
  path: FieldPath,
  problems: FieldProblem[],
): void {
  const set = Object.keys(value).filter((key) => value[key] !== null && !listOf(rule.except).includes(key));
  if (set.length === 0) problems.push(required(path, rule.none));
  for (const key of set.slice(1)) problems.push(forbidden([...path, key], rule.many));
}
