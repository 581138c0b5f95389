/** What differs between two values of one shape, as three sets of fields. */
import { sameJson } from '../model/json.ts';
import { extractFields } from './extract.ts';
import { fieldElement, type PathElement } from './field-path.ts';
import { addPath, type FieldSet, type GrowingSet, pathsOf } from './field-set.ts';
import {
  type KnownShape,
  type ListShape,
  type MapShape,
  type Shape,
  shapeOfEntry,
  shapeOfValue,
} from './merge-shape.ts';
import { asList, asMap, isEmptyMap, itemsByElement, type JsonMap } from './typed-value.ts';

/** Leaves and whole containers alike: a container that comes or goes is in the set beside what is in it. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Walk {
  readonly added: GrowingSet;
  readonly modified: GrowingSet;
  readonly removed: GrowingSet;
  /** Where the walk is; it grows and shrinks with it. */
  readonly path: PathElement[];
}

export function compareValues(before: unknown, after: unknown, shape: MapShape): Comparison {
  const walk: Walk = { added: new Map(), modified: new Map(), removed: new Map(), path: [] };
  compare(before, after, shape, walk);
  return walk;
}

/** At least one side is there; undefined stands for the other one. */
function compare(before: unknown, after: unknown, declared: Shape, walk: Walk): void {
  if (before === after) return;
  const [left, right] = [shapeOfValue(declared, before ?? after), shapeOfValue(declared, after ?? before)];
  let whole = compareAs(before, after, left, walk);
  // A deduced value that became another kind of value is compared as both.
  if (left.kind !== right.kind) whole = compareAs(before, after, right, walk) || whole;
  if (whole) return;
  if (before === undefined) addPath(walk.added, walk.path);
  else if (after === undefined) addPath(walk.removed, walk.path);
}

/** Returns whether the value was compared as a whole. */
function compareAs(before: unknown, after: unknown, shape: KnownShape, walk: Walk): boolean {
  if (shape.kind === 'map' && !shape.atomic) {
    const [left, right] = [asMap(before), asMap(after)];
    if (!isEmptyMap(left) || !isEmptyMap(right)) {
      compareEntries(left ?? {}, right ?? {}, shape, walk);
      return false;
    }
  } else if (shape.kind === 'list' && shape.relation !== 'atomic') {
    const [left, right] = [asList(before) ?? [], asList(after) ?? []];
    if (left.length > 0 || right.length > 0) {
      compareItems(left, right, shape, walk);
      return false;
    }
  }
  if (before === undefined) addPath(walk.added, walk.path);
  else if (after === undefined) addPath(walk.removed, walk.path);
  else if (!sameJson(before, after)) addPath(walk.modified, walk.path);
  return true;
}

function compareEntries(before: JsonMap, after: JsonMap, shape: MapShape, walk: Walk): void {
  const step = (name: string): void => {
    walk.path.push(fieldElement(name));
    compare(before[name], after[name], shapeOfEntry(shape, name), walk);
    walk.path.pop();
  };
  for (const name in before) if (before[name] !== undefined) step(name);
  for (const name in after) if (before[name] === undefined && after[name] !== undefined) step(name);
}

function compareItems(
  before: readonly unknown[],
  after: readonly unknown[],
  shape: ListShape,
  walk: Walk,
): void {
  const [left, right] = [itemsByElement(shape, before), itemsByElement(shape, after)];
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const [lefts, rights] = [left.get(element) ?? [], right.get(element) ?? []];
    walk.path.push(element);
    if (lefts.length <= 1 && rights.length <= 1) compare(lefts[0], rights[0], shape.items, walk);
    else compareRepeated(lefts, rights, shape, walk);
    walk.path.pop();
  }
}

/** Items that share a key are one field, compared as a whole; what a single one owned below it goes. */
function compareRepeated(
  before: readonly unknown[],
  after: readonly unknown[],
  shape: ListShape,
  walk: Walk,
): void {
  if (before.length === 0) addPath(walk.added, walk.path);
  else if (after.length === 0) addPath(walk.removed, walk.path);
  else if (!sameJson(before, after)) addPath(walk.modified, walk.path);
  if (before.length === 1) addBelow(walk.removed, before[0], shape, walk);
  if (after.length === 1) addBelow(walk.added, after[0], shape, walk);
}

function addBelow(set: GrowingSet, item: unknown, shape: ListShape, walk: Walk): void {
  const map = asMap(item);
  if (map === undefined || shape.items.kind !== 'map') return;
  for (const path of pathsOf(extractFields(map, shape.items))) addPath(set, [...walk.path, ...path]);
}
