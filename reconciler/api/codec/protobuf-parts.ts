/** Messages of a handful of fields, read by what to do at each tag. */
import type { Reader } from 'protobufjs';
import { ProtobufFault } from './protobuf-fault.ts';

export const varint = 0;
export const delimited = 2;

/** A field's number and wire type, as they stand before its value. */
export function tag(id: number, wire: number): number {
  return (id << 3) | wire;
}

/** Where the bytes end that begin here with their length. */
export function endOf(reader: Reader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new ProtobufFault('unexpected EOF');
  return end;
}

/** Reads a message that goes to `end`; fields without a part are skipped. */
export function readParts(reader: Reader, end: number, parts: Readonly<Record<number, () => void>>): void {
  while (reader.pos < end) {
    const next = reader.uint32();
    const part = parts[next];
    if (part !== undefined) part();
    else if (next >>> 3 === 0) throw new ProtobufFault(`illegal tag ${next}`);
    else reader.skipType(next & 7);
  }
  if (reader.pos !== end) throw new ProtobufFault('unexpected EOF');
}
