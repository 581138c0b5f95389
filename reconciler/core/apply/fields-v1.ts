/** Field sets as the JSON of managedFields (`fieldsType: FieldsV1`), both ways. What was read is remembered. */
import type { FieldsV1 } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { fieldsOfText } from '../model/shared-parts.ts';
import { parseElement, type PathElement } from './field-path.ts';
import { emptySet, type FieldNode, type FieldSet, sortedElements } from './field-set.ts';

const parsed = new WeakMap<FieldsV1, FieldSet>();

/**
 * The set in canonical order; `.` says that a field with members below it is a member itself. Equal sets are one
 * object.
 */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  return fieldsOfText(textOf(set, false));
}

function textOf(set: FieldSet, self: boolean): string {
  const parts = self ? ['".":{}'] : [];
  for (const element of sortedElements(set)) {
    const node = set.get(element);
    if (node === undefined) continue;
    const below = node.children.size === 0 ? '{}' : textOf(node.children, node.member);
    parts.push(`${JSON.stringify(element)}:${below}`);
  }
  return `{${parts.join(',')}}`;
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
