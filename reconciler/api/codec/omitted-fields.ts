/**
 * Which fields hold nothing when they hold empty text, zero, false, an empty list or an empty map. In Go's types of
 * the API those are the fields that are no pointers and are left out of JSON when empty (`omitempty`): typed clients
 * send their zeros in protobuf, and what the API answers never has them. Of all other fields the zero is a value: the
 * table, and nothing else, tells `nodeName: ""` from `storageClassName: ""`, and a Probe's 0 from a Deployment's.
 * It was read off the types of k8s.io/api 1.36.
 */
import omittedWhenEmpty from './omitted-when-empty.json' with { type: 'json' };
import { protoFields } from './protobuf-descriptor.ts';
import { isEmbedded, jsonName } from './protobuf-names.ts';

/** By the full name of a protobuf message, the protobuf names of fields. */
const table: Readonly<Record<string, readonly string[]>> = omittedWhenEmpty;

/** Whether this field of a message, by its protobuf name, is one of them. */
export function isOmittedWhenEmpty(message: string, field: string): boolean {
  return table[message]?.includes(field) === true;
}

/** The JSON names of those fields of a message, with what is embedded in it. None where there is no such message. */
export function omittedFields(message: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const field of protoFields(message) ?? []) {
    if (isEmbedded(message, field) && 'message' in field.type)
      for (const name of omittedFields(field.type.message)) names.add(name);
    else if (isOmittedWhenEmpty(message, field.name)) names.add(jsonName(message, field));
  }
  return names;
}

/** Go's names of the embedded structs around those fields of a message that are embedded (`ProbeHandler` of `exec`). */
export function embeddedStructs(message: string): ReadonlyMap<string, readonly string[]> {
  const structs = new Map<string, readonly string[]>();
  for (const field of protoFields(message) ?? []) {
    if (!isEmbedded(message, field) || !('message' in field.type)) continue;
    const inner = field.type.message;
    const name = inner.slice(inner.lastIndexOf('.') + 1);
    const deeper = embeddedStructs(inner);
    for (const one of protoFields(inner) ?? []) {
      if (!isEmbedded(inner, one)) structs.set(jsonName(inner, one), [name]);
    }
    for (const [key, names] of deeper) structs.set(key, [name, ...names]);
  }
  return structs;
}
