/**
 * Sets of fields as trees, with the algebra of structured-merge-diff. A set is immutable and never holds a node
 * that neither is a member nor has members below it, so that an empty set is an empty map.
 */
import { compareElements, type FieldPath, type PathElement } from './field-path.ts';

export interface FieldNode {
  /** Whether the field itself is in the set, beside what is below it. */
  readonly member: boolean;
  readonly children: FieldSet;
}

export type FieldSet = ReadonlyMap<PathElement, FieldNode>;

/** A set under construction; it becomes a FieldSet when nobody adds to it any more. */
export type GrowingSet = Map<PathElement, GrowingNode>;

interface GrowingNode {
  member: boolean;
  /** The shared empty set until something is added below. */
  children: GrowingSet;
}

const noChildren: GrowingSet = new Map();

export const emptySet: FieldSet = noChildren;

/** A member with nothing below it. */
export const leafNode: FieldNode = { member: true, children: emptySet };

/** Adds the field at `path`, not its parents. The empty path names the object itself, which nobody owns. */
export function addPath(set: GrowingSet, path: FieldPath): void {
  let last: GrowingNode | undefined;
  for (const element of path) {
    if (last?.children === noChildren) last.children = new Map();
    const children = last?.children ?? set;
    let node = children.get(element);
    if (node === undefined) {
      node = { member: false, children: noChildren };
      children.set(element, node);
    }
    last = node;
  }
  if (last !== undefined) last.member = true;
}

export function setOf(paths: readonly FieldPath[]): FieldSet {
  const set: GrowingSet = new Map();
  for (const path of paths) addPath(set, path);
  return set;
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldNode | undefined;
  let children = set;
  for (const element of path) {
    node = children.get(element);
    if (node === undefined) return false;
    children = node.children;
  }
  return node?.member ?? false;
}

/** What is in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || b.size === 0) return a;
  if (a.size === 0) return b;
  const result = new Map(a);
  for (const [element, node] of b) {
    const mine = a.get(element);
    result.set(element, mine === undefined ? node : unionNode(mine, node));
  }
  return result;
}

function unionNode(a: FieldNode, b: FieldNode): FieldNode {
  const children = union(a.children, b.children);
  const member = a.member || b.member;
  return member === a.member && children === a.children ? a : { member, children };
}

/** What is in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined) continue;
    const member = node.member && other.member;
    const children = intersection(node.children, other.children);
    if (member || children.size > 0) result.set(element, { member, children });
  }
  return result.size === 0 ? emptySet : result;
}

/** What is in `a` and not in `b`. A parent in `b` does not take its children with it. The same set where nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false);
}

/** What is in `a`, without the members of `b` and all that is below them. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true);
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (a.size === 0 || b.size === 0) return a;
  const result = new Map<PathElement, FieldNode>();
  let same = true;
  for (const [element, node] of a) {
    const kept = subtractNode(node, b.get(element), recursive);
    if (kept !== undefined) result.set(element, kept);
    if (kept !== node) same = false;
  }
  if (same) return a;
  return result.size === 0 ? emptySet : result;
}

function subtractNode(
  node: FieldNode,
  other: FieldNode | undefined,
  recursive: boolean,
): FieldNode | undefined {
  if (other === undefined) return node;
  if (recursive && other.member) return undefined;
  const member = node.member && !other.member;
  const children = subtract(node.children, other.children, recursive);
  if (member === node.member && children === node.children) return node;
  return member || children.size > 0 ? { member, children } : undefined;
}

/** The members that have no members below them. */
export function leaves(set: FieldSet): FieldSet {
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of set) {
    if (node.children.size === 0) result.set(element, leafNode);
    else result.set(element, { member: false, children: leaves(node.children) });
  }
  return result;
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [element, node] of a) {
    const other = b.get(element);
    if (other === undefined || other.member !== node.member || !sameSet(node.children, other.children))
      return false;
  }
  return true;
}

/** The elements of one level in canonical order. */
export function sortedElements(set: FieldSet): readonly PathElement[] {
  const elements = [...set.keys()];
  return elements.length < 2 ? elements : elements.sort(compareElements);
}

/** Every member's path, in the order in which Kubernetes lists them: a level's members, then what is below each. */
export function pathsOf(set: FieldSet): FieldPath[] {
  const paths: FieldPath[] = [];
  collect(set, [], paths);
  return paths;
}

function collect(set: FieldSet, prefix: FieldPath, paths: FieldPath[]): void {
  const elements = sortedElements(set);
  for (const element of elements) if (set.get(element)?.member === true) paths.push([...prefix, element]);
  for (const element of elements)
    collect(set.get(element)?.children ?? emptySet, [...prefix, element], paths);
}
