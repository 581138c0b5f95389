/** Field sets as the JSON of managedFields (`fieldsType: FieldsV1`), both ways, remembered by identity. */
import type { FieldsV1 } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { parseElement, type PathElement } from './field-path.ts';
import { emptySet, type FieldNode, type FieldSet, sortedElements } from './field-set.ts';

const parsed = new WeakMap<FieldsV1, FieldSet>();
const written = new WeakMap<FieldSet, FieldsV1>();

/** The set in canonical order; `.` says that a field with members below it is a member itself. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  const known = written.get(set);
  if (known !== undefined) return known;
  const fields = writeLevel(set, false);
  written.set(set, fields);
  parsed.set(fields, set);
  return fields;
}

function writeLevel(set: FieldSet, self: boolean): FieldsV1 {
  const level: Record<string, unknown> = {};
  if (self) level['.'] = {};
  for (const element of sortedElements(set)) {
    const node = set.get(element);
    if (node !== undefined) level[element] = writeLevel(node.children, node.member && node.children.size > 0);
  }
  return level;
}

/** Throws where it is no FieldsV1. Elements of a kind that is not known are left out. */
export function parseFieldsV1(fields: FieldsV1): FieldSet {
  const known = parsed.get(fields);
  if (known !== undefined) return known;
  const set = readLevel(fields);
  parsed.set(fields, set);
  return set;
}

function readLevel(level: FieldsV1): FieldSet {
  const set = new Map<PathElement, FieldNode>();
  for (const [key, value] of Object.entries(level)) {
    if (key === '.') continue;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`fieldsV1: expected an object under ${JSON.stringify(key)}`);
    }
    const element = parseElement(key);
    if (element === undefined) continue;
    const below = value as FieldsV1;
    const children = readLevel(below);
    set.set(element, { member: children.size === 0 || Object.hasOwn(below, '.'), children });
  }
  return set.size === 0 ? emptySet : set;
}
