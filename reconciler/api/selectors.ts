/** Label and field selectors in the form of query parameters. */
import type { KubeObject } from '../core/model/object.ts';
import { badRequest } from './answer.ts';

export type Predicate = (object: KubeObject) => boolean;

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; everything matches an empty one. */
export function labelSelector(text: string): Predicate {
  const tests = splitOutsideParens(text).map(labelRequirement);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** `metadata.name=web,status.phase!=Running` over plain fields. */
export function fieldSelector(text: string): Predicate {
  const tests = splitOutsideParens(text).map((term) => {
    const match = /^([A-Za-z0-9.]+)(==|=|!=)(.*)$/.exec(term);
    if (match === null)
      throw badRequest(`invalid field selector "${term}": expected FIELD=VALUE or FIELD!=VALUE`);
    const [, path = '', operator, value = ''] = match;
    return (object: KubeObject): boolean => (fieldText(object, path) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function labelRequirement(term: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    return (labels) => values.has(labels[key] ?? '\0') === (operator === 'in');
  }
  const match = /^(!?)([A-Za-z0-9._/-]+)\s*(?:(==|=|!=)\s*([A-Za-z0-9._-]*))?$/.exec(term);
  if (match === null)
    throw badRequest(
      `unable to parse requirement "${term}": expected KEY=VALUE, KEY!=VALUE, KEY in (…), KEY or !KEY`,
    );
  const [, not, key = '', operator, value = ''] = match;
  if (operator === undefined) return (labels) => key in labels !== (not === '!');
  if (not === '!') throw badRequest(`unable to parse requirement "${term}": "!" stands before a key alone`);
  return (labels) => (labels[key] === value) === (operator !== '!=');
}

function splitOutsideParens(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function fieldText(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.'))
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
