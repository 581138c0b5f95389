/** Messages between protobuf and JSON objects, field by field along compiled plans. */
import protobuf, { type Reader, type Writer } from 'protobufjs';
import { nestingMax } from './limits.ts';
import type { ProtoField } from './protobuf-descriptor.ts';
import { ProtobufFault, faultWithin } from './protobuf-fault.ts';
import { endOf } from './protobuf-parts.ts';
import { type FieldPlan, type MessagePlan, type ValueCodec, compilePlan } from './protobuf-plan.ts';
import { listOf, scalarCodecs } from './protobuf-scalars.ts';
import { type SpecialLinks, specialCodec } from './protobuf-special.ts';

type JsonObject = Record<string, unknown>;

/** Tags inside an entry of a map: its key, and its value by the value's wire type. */
const keyTag = (1 << 3) | 2;
const valueId = 2;

/** Reads and writes messages; `readRaw` gives the JSON of free-form fields. */
export class MessageCodecs {
  readonly #plans = new Map<string, MessagePlan>();
  readonly #codecs = new Map<string, ValueCodec>();
  readonly #links: SpecialLinks;

  constructor(readRaw: SpecialLinks['readRaw']) {
    this.#links = { readRaw, messageCodec: (message) => this.#messageCodec(message) };
  }

  /** The fields of a message that goes to the end of the reader, into `target`. Throws ProtobufFault. */
  read(message: string, reader: Reader, depth: number, target: JsonObject): void {
    readFields(this.#planOf(message), reader, reader.len, depth, target);
  }

  /** The fields of an object. Those that the message does not have are left out. Throws ProtobufFault. */
  write(message: string, object: Readonly<JsonObject>, writer: Writer): void {
    writeFields(this.#planOf(message), object, writer);
  }

  #planOf(message: string): MessagePlan {
    let plan = this.#plans.get(message);
    if (plan === undefined) {
      plan = compilePlan(message, {
        codecOf: (type) => this.#codecOf(type),
        planOf: (inner) => this.#planOf(inner),
      });
      this.#plans.set(message, plan);
    }
    return plan;
  }

  #codecOf(type: ProtoField['type']): ValueCodec {
    if ('scalar' in type) return scalarCodecs[type.scalar];
    let codec = this.#codecs.get(type.message);
    if (codec === undefined) {
      codec = specialCodec(type.message, this.#links) ?? this.#messageCodec(type.message);
      this.#codecs.set(type.message, codec);
    }
    return codec;
  }

  /** The plan is looked up at the first value: messages hold each other in circles. */
  #messageCodec(message: string): ValueCodec {
    let plan: MessagePlan | undefined;
    return {
      wire: 2,
      read: (reader, depth) => {
        plan ??= this.#planOf(message);
        const target: JsonObject = {};
        readFields(plan, reader, endOf(reader), depth + 1, target);
        return target;
      },
      write: (value, writer) => {
        plan ??= this.#planOf(message);
        writer.fork();
        writeFields(plan, objectOf(value), writer);
        writer.ldelim();
      },
    };
  }
}

/** Sets a key that a client chose; `__proto__` is one like any other. */
function setKey(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else target[key] = value;
}

function readFields(plan: MessagePlan, reader: Reader, end: number, depth: number, target: JsonObject): void {
  if (depth > nestingMax) throw new ProtobufFault(`nested more than ${nestingMax} deep`);
  let name = '';
  try {
    while (reader.pos < end) {
      name = '';
      const tag = reader.uint32();
      const field = plan.byId[tag >>> 3];
      if (field === undefined) {
        if (tag >>> 3 === 0) throw new ProtobufFault(`illegal tag ${tag}`);
        reader.skipType(tag & 7);
        continue;
      }
      name = field.name;
      if (tag === field.tag) readField(field, reader, depth, target);
      else readPacked(field, tag & 7, reader, depth, target);
    }
    name = '';
    if (reader.pos !== end) throw new ProtobufFault('unexpected EOF');
  } catch (error) {
    throw faultWithin(error, name === '' ? '' : `.${name}`);
  }
}

function readField(field: FieldPlan, reader: Reader, depth: number, target: JsonObject): void {
  const { name, shape } = field;
  if (shape === 'embedded') {
    readFields(field.inner(), reader, endOf(reader), depth + 1, target);
    return;
  }
  if (shape === 'map') {
    readEntry(field, reader, depth, (target[name] ??= {}) as JsonObject);
    return;
  }
  const value = field.codec.read(reader, depth);
  if (value === undefined) return;
  if (shape === 'list') ((target[name] ??= []) as unknown[]).push(value);
  else if (!field.omitsZero || (value !== '' && value !== 0 && value !== false)) target[name] = value;
  // What comes last counts: a zero undoes what stood before it.
  else if (target[name] !== undefined) Reflect.deleteProperty(target, name);
}

/** Numbers of a list may also come as one run of bytes. */
function readPacked(field: FieldPlan, wire: number, reader: Reader, depth: number, target: JsonObject): void {
  if (field.shape !== 'list' || wire !== 2 || field.codec.wire === 2)
    throw new ProtobufFault(`wrong wireType = ${wire}`);
  const end = endOf(reader);
  const list = (target[field.name] ??= []) as unknown[];
  while (reader.pos < end) list.push(field.codec.read(reader, depth));
}

function readEntry(field: FieldPlan, reader: Reader, depth: number, map: JsonObject): void {
  const end = endOf(reader);
  const { codec } = field;
  let key = '';
  let value: unknown;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === keyTag) key = scalarCodecs.string.read(reader, depth) as string;
    else if (tag === ((valueId << 3) | codec.wire)) value = codec.read(reader, depth);
    else reader.skipType(tag & 7);
  }
  // Maps hold text, bytes, lists and messages; an entry without a value has the empty one.
  setKey(map, key, value ?? codec.read(emptyValue(), depth));
}

/** Where a value begins that is a message, a text or bytes without anything in it. */
function emptyValue(): Reader {
  return protobuf.Reader.create(Buffer.from([0]));
}

function writeFields(plan: MessagePlan, object: Readonly<JsonObject>, writer: Writer): void {
  for (const field of plan.fields) {
    if (field.shape === 'embedded') {
      writeEmbedded(field, object, writer);
      continue;
    }
    const value = object[field.name];
    if (value === undefined || value === null) continue;
    try {
      writeField(field, value, writer);
    } catch (error) {
      throw faultWithin(error, `.${field.name}`);
    }
  }
}

/** An embedded struct has no field of its own in JSON: it is there when one of its fields is. */
function writeEmbedded(field: FieldPlan, object: Readonly<JsonObject>, writer: Writer): void {
  writer.uint32(field.tag).fork();
  writeFields(field.inner(), object, writer);
  writer.ldelim();
}

function writeField(field: FieldPlan, value: unknown, writer: Writer): void {
  const { tag, codec } = field;
  if (field.shape === 'one') codec.write(value, writer.uint32(tag));
  else if (field.shape === 'list') {
    for (const item of listOf(value)) codec.write(item, writer.uint32(tag));
  } else {
    const map = objectOf(value);
    for (const key of Object.keys(map).sort()) {
      writer.uint32(tag).fork().uint32(keyTag).string(key);
      codec.write(map[key], writer.uint32((valueId << 3) | codec.wire));
      writer.ldelim();
    }
  }
}

function objectOf(value: unknown): Readonly<JsonObject> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ProtobufFault('must be an object');
}
