/** Scalars between protobuf and JSON. */
import { isUtf8 } from 'node:buffer';
import type { Reader, Writer } from 'protobufjs';
import { formats } from '../../../schemas/validation/formats.ts';
import type { ScalarType } from './protobuf-descriptor.ts';
import { ProtobufFault } from './protobuf-fault.ts';
import type { ValueCodec } from './protobuf-plan.ts';

const replacement = '�';
const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

export const scalarCodecs: Readonly<Record<ScalarType, ValueCodec>> = {
  string: { wire: 2, read: readText, write: (value, writer) => writer.string(textOf(value)) },
  bool: { wire: 0, read: (reader) => reader.bool(), write: writeBool },
  int32: {
    wire: 0,
    read: (reader) => reader.int32(),
    write: (value, writer) => writer.int32(int32Of(value)),
  },
  int64: { wire: 0, read: readInt64, write: writeInt64 },
  double: { wire: 1, read: readDouble, write: writeDouble },
  bytes: { wire: 2, read: readBase64, write: (value, writer) => writer.bytes(bytesOf(value)) },
};

/** Text; bytes that are no UTF-8 are refused rather than replaced. */
export function readText(reader: Reader): string {
  const start = reader.pos;
  const text = reader.string();
  if (text.includes(replacement)) refuseBadUtf8(reader, start);
  return text;
}

/** Whether the bytes said U+FFFD themselves, or the decoder put it in the place of something else. */
function refuseBadUtf8(reader: Reader, start: number): void {
  const end = reader.pos;
  reader.pos = start;
  const length = reader.uint32();
  reader.pos = end;
  if (!isUtf8(reader.buf.subarray(end - length, end))) throw new ProtobufFault('invalid UTF-8');
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ProtobufFault('must be text');
}

/** A 64-bit integer; above 2^53 JSON numbers are not exact here, so those are refused. */
export function readInt64(reader: Reader): number {
  // The library's own types do not resolve here.
  const value = reader.int64() as unknown as { toNumber: () => number; toString: () => string };
  const number = value.toNumber();
  if (Number.isSafeInteger(number)) return number;
  throw new ProtobufFault(`the integer ${value.toString()} is too large to be kept exactly`);
}

function writeBool(value: unknown, writer: Writer): void {
  if (typeof value !== 'boolean') throw new ProtobufFault('must be true or false');
  writer.bool(value);
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new ProtobufFault('must be a list');
}

export function int32Of(value: unknown): number {
  const whole = typeof value === 'number' && Number.isInteger(value);
  if (whole && value >= int32.min && value <= int32.max) return value;
  throw new ProtobufFault('must be an integer of 32 bits');
}

function writeInt64(value: unknown, writer: Writer): void {
  if (!Number.isSafeInteger(value)) throw new ProtobufFault('must be an integer of at most 53 bits');
  writer.int64(value as number);
}

function readDouble(reader: Reader): number {
  const value = reader.double();
  if (Number.isFinite(value)) return value;
  throw new ProtobufFault(`${value} is not a JSON number`);
}

function writeDouble(value: unknown, writer: Writer): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ProtobufFault('must be a finite number');
  writer.double(value);
}

function readBase64(reader: Reader): string {
  const bytes = reader.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function bytesOf(value: unknown): Uint8Array {
  const text = textOf(value);
  const wrong = formats.base64(text);
  if (wrong !== undefined) throw new ProtobufFault(wrong);
  return Buffer.from(text, 'base64');
}
