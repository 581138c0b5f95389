/** The protobuf messages of Kubernetes' API: their fields with numbers and types, read from the generated descriptor. */
import kubernetes from '../../../schemas/kubernetes/protobuf.json' with { type: 'json' };
import aggregator from './protobuf-aggregator.json' with { type: 'json' };

export type ScalarType = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes';

export interface ProtoField {
  readonly name: string;
  readonly id: number;
  /** A scalar, or a message by its full name (`k8s.io.api.core.v1.PodSpec`). */
  readonly type: { readonly scalar: ScalarType } | { readonly message: string };
  /** Keys of maps are strings. */
  readonly shape: 'one' | 'list' | 'map';
}

/** The parts of protobuf.js' JSON form that the descriptors use. */
interface Namespace {
  readonly nested?: Readonly<Record<string, Namespace>>;
  readonly fields?: Readonly<Record<string, RawField>>;
}

interface RawField {
  readonly type: string;
  readonly id: number;
  readonly rule?: string;
  readonly keyType?: string;
}

const scalars: ReadonlySet<string> = new Set<ScalarType>([
  'string',
  'bool',
  'int32',
  'int64',
  'double',
  'bytes',
]);

const messages = new Map<string, readonly ProtoField[]>();
for (const descriptor of [kubernetes, aggregator]) collect(descriptor as unknown as Namespace, '');

/** The fields of a message by its full name, in the order of their numbers; undefined when there is no such message. */
export function protoFields(message: string): readonly ProtoField[] | undefined {
  return messages.get(message);
}

/** Full names of all messages. */
export function protoMessages(): readonly string[] {
  return [...messages.keys()];
}

function collect(namespace: Namespace, name: string): void {
  const { fields, nested = {} } = namespace;
  if (fields !== undefined) messages.set(name, fieldsOf(fields, name.slice(0, name.lastIndexOf('.'))));
  for (const [inner, value] of Object.entries(nested))
    collect(value, name === '' ? inner : `${name}.${inner}`);
}

function fieldsOf(fields: Readonly<Record<string, RawField>>, scope: string): readonly ProtoField[] {
  return Object.entries(fields)
    .map(([name, raw]) => ({ name, id: raw.id, type: typeOf(raw.type, scope), shape: shapeOf(raw) }))
    .sort((a, b) => a.id - b.id);
}

/** Types of other packages begin with a dot; all others are of the same package. */
function typeOf(type: string, scope: string): ProtoField['type'] {
  if (scalars.has(type)) return { scalar: type as ScalarType };
  return { message: type.startsWith('.') ? type.slice(1) : `${scope}.${type}` };
}

function shapeOf(raw: RawField): ProtoField['shape'] {
  if (raw.keyType !== undefined) return 'map';
  return raw.rule === 'repeated' ? 'list' : 'one';
}
