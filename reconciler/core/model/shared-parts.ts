/** What many objects hold, held once: ten thousand pods of one namespace and one manager. */
import type { FieldsV1, ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';

/** Sets of fields kept to be shared; a cluster has some dozens, and beyond this they are gathered anew. */
const fieldSetsMax = 2_000;
const fieldSets = new Map<string, FieldsV1>();
const shared = new WeakSet<FieldsV1>();

/** Texts kept to be shared; a large cluster has some thousands of namespaces and managers. */
const textsMax = 10_000;
const texts = new Map<string, string>();

/**
 * Objects of one namespace share its name, and those of one kind that one manager wrote own the same fields, which
 * are a third of a pod's memory.
 */
export function shareParts(metadata: {
  namespace?: string;
  managedFields?: ObjectMeta['managedFields'];
}): void {
  if (metadata.namespace !== undefined) metadata.namespace = sharedText(metadata.namespace);
  if (metadata.managedFields === undefined) return;
  metadata.managedFields = metadata.managedFields.map((entry) => ({
    ...entry,
    ...(entry.manager === undefined ? {} : { manager: sharedText(entry.manager) }),
    ...(entry.fieldsV1 === undefined ? {} : { fieldsV1: sharedFields(entry.fieldsV1) }),
  }));
}

/** The fields that `text` is the JSON of, as one object for all that have the same; nobody changes it. */
export function fieldsOfText(text: string): FieldsV1 {
  const known = fieldSets.get(text);
  if (known !== undefined) return known;
  return keep(text, JSON.parse(text) as FieldsV1);
}

function sharedFields(fields: FieldsV1): FieldsV1 {
  if (shared.has(fields)) return fields;
  const text = JSON.stringify(fields);
  return fieldSets.get(text) ?? keep(text, fields);
}

function keep(text: string, fields: FieldsV1): FieldsV1 {
  if (fieldSets.size >= fieldSetsMax) fieldSets.clear();
  fieldSets.set(text, fields);
  shared.add(fields);
  return fields;
}

/**
 * The same text as one string. Besides its memory, a copy may hold more than itself alive: a part of a request's path
 * or header is a view into the whole.
 */
function sharedText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= textsMax) texts.clear();
  texts.set(text, text);
  return text;
}
