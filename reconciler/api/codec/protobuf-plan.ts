/** What the codec knows of a message, looked up once: fields by number, their JSON names, how values are read. */
import type { Reader, Writer } from 'protobufjs';
import { isEmbedded, jsonName } from './protobuf-names.ts';
import { isOmittedWhenEmpty } from './omitted-fields.ts';
import { type ProtoField, protoFields } from './protobuf-descriptor.ts';

/** Wire types of protobuf: varint, eight bytes, bytes with their length before them. */
export type WireType = 0 | 1 | 2;

/** How values of one type stand on the wire, without the tag before them. */
export interface ValueCodec {
  readonly wire: WireType;
  /** Undefined where the value counts as absent. `depth` is how deep the value lies. */
  readonly read: (reader: Reader, depth: number) => unknown;
  readonly write: (value: unknown, writer: Writer) => void;
}

export interface FieldPlan {
  /** In JSON. */
  readonly name: string;
  /** Number and wire type, as it stands before a value. */
  readonly tag: number;
  /** `embedded`: the fields of the value stand in the object itself. */
  readonly shape: ProtoField['shape'] | 'embedded';
  /**
   * Whether empty text, zero and false mean that the field is not set. Go's typed clients send them for every field
   * that is no pointer, and Go's JSON leaves them out again (`omitempty`); of pointers they are values like others.
   */
  readonly omitsZero: boolean;
  readonly codec: ValueCodec;
  /** Of the inner message; for `embedded` alone. */
  readonly inner: () => MessagePlan;
}

export interface MessagePlan {
  readonly fields: readonly FieldPlan[];
  /** By number; with holes. */
  readonly byId: readonly (FieldPlan | undefined)[];
}

/** Where a plan gets what it refers to: messages refer to each other in circles. */
interface PlanLinks {
  readonly codecOf: (type: ProtoField['type']) => ValueCodec;
  readonly planOf: (message: string) => MessagePlan;
}

/** The plan of a message by its full name. */
export function compilePlan(message: string, links: PlanLinks): MessagePlan {
  const fields = protoFields(message)?.map((field) => fieldPlan(message, field, links));
  if (fields === undefined) throw new Error(`no protobuf message ${message}`);
  const byId: (FieldPlan | undefined)[] = [];
  for (const field of fields) byId[field.tag >>> 3] = field;
  return { fields, byId };
}

function fieldPlan(message: string, field: ProtoField, { codecOf, planOf }: PlanLinks): FieldPlan {
  const { id, type } = field;
  const codec = codecOf(type);
  return {
    name: jsonName(message, field),
    tag: (id << 3) | (field.shape === 'map' ? 2 : codec.wire),
    shape: isEmbedded(message, field) ? 'embedded' : field.shape,
    omitsZero: isOmittedWhenEmpty(message, field.name),
    codec,
    inner: () => {
      if ('scalar' in type) throw new Error(`${message}.${field.name} is no message`);
      return planOf(type.message);
    },
  };
}
