/**
 * Kubernetes' protobuf form of an object (`application/vnd.kubernetes.protobuf`): the bytes `k8s` and zero, then a
 * runtime.Unknown with apiVersion, kind and the message of the object itself.
 */
import protobuf, { type Reader } from 'protobufjs';
import { parseJson } from './json-body.ts';
import { nestingMax } from './limits.ts';
import { ProtobufFault, faultWithin } from './protobuf-fault.ts';
import { messageOfKind } from './protobuf-kinds.ts';
import { MessageCodecs } from './protobuf-message.ts';
import { delimited, endOf, readParts, tag } from './protobuf-parts.ts';
import { readText } from './protobuf-scalars.ts';

interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** An object in its JSON form, `apiVersion` and `kind` included. */
export interface DecodedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

const magic = Buffer.from('k8s\0');

const codecs = new MessageCodecs(readRaw);

/** Whether bytes begin as the protobuf form does. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
}

/**
 * The object of an envelope. `defaults` are its apiVersion and kind where the envelope does not tell them. Throws
 * ProtobufFault for what is no such object, or has an integer that JSON could not keep.
 */
export function decodeProtobuf(
  bytes: Uint8Array,
  defaults: TypeMeta = { apiVersion: '', kind: '' },
): DecodedObject {
  return decodeAt(bytes, defaults, 0);
}

/**
 * The envelope of an object with `apiVersion` and `kind`. Fields that its kind does not have are left out; those
 * whose value does not fit throw ProtobufFault.
 */
export function encodeProtobuf(object: Readonly<Record<string, unknown>>): Uint8Array {
  const { apiVersion, kind } = { apiVersion: '', kind: '', ...object } as TypeMeta;
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, delimited)).fork();
  writer.uint32(tag(1, delimited)).string(apiVersion).uint32(tag(2, delimited)).string(kind).ldelim();
  writer.uint32(tag(2, delimited)).fork();
  codecs.write(knownMessage(apiVersion, kind), object, writer);
  writer.ldelim();
  // Content encoding and type are empty; Go writes them out all the same.
  writer.uint32(tag(3, delimited)).string('').uint32(tag(4, delimited)).string('');
  return Buffer.concat([magic, writer.finish()]);
}

/**
 * One event of a watch in protobuf: a WatchEvent without an envelope, the object in one. In the stream each event
 * follows its length in four bytes, the highest first.
 */
export function encodeWatchEvent(type: string, object: Readonly<Record<string, unknown>>): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1, delimited)).string(type);
  writer.uint32(tag(2, delimited)).fork().uint32(tag(1, delimited)).bytes(encodeProtobuf(object)).ldelim();
  return writer.finish();
}

function decodeAt(bytes: Uint8Array, defaults: TypeMeta, depth: number): DecodedObject {
  if (!isProtobuf(bytes)) {
    throw new ProtobufFault(
      `provided data does not appear to be a protobuf message, expected prefix [${magic.join(' ')}]`,
    );
  }
  const envelope = readEnvelope(readerOf(bytes.subarray(magic.length)));
  const apiVersion = envelope.apiVersion || defaults.apiVersion;
  const kind = envelope.kind || defaults.kind;
  const object = { apiVersion, kind };
  codecs.read(knownMessage(apiVersion, kind), readerOf(envelope.raw), depth, object);
  return { apiVersion, kind, object };
}

function readEnvelope(reader: Reader): Envelope {
  let [apiVersion, kind, contentEncoding] = ['', '', ''];
  let raw: Uint8Array = new Uint8Array();
  const typeMeta = {
    [tag(1, delimited)]: (): void => {
      apiVersion = readText(reader);
    },
    [tag(2, delimited)]: (): void => {
      kind = readText(reader);
    },
  };
  try {
    readParts(reader, reader.len, {
      [tag(1, delimited)]: () => readParts(reader, endOf(reader), typeMeta),
      [tag(2, delimited)]: () => {
        raw = reader.bytes();
      },
      [tag(3, delimited)]: () => {
        contentEncoding = readText(reader);
      },
    });
  } catch (error) {
    throw faultWithin(error, '');
  }
  if (contentEncoding !== '') throw new ProtobufFault(`unsupported content encoding "${contentEncoding}"`);
  return { apiVersion, kind, raw };
}

/** A free-form field holds JSON; where a typed client put an object into it, that may be in protobuf again. */
function readRaw(bytes: Uint8Array, depth: number): unknown {
  if (isProtobuf(bytes)) return decodeAt(bytes, { apiVersion: '', kind: '' }, depth + 1).object;
  return parseJson(bytes, nestingMax - depth);
}

function knownMessage(apiVersion: string, kind: string): string {
  const message = messageOfKind(apiVersion, kind);
  if (message !== undefined) return message;
  throw new ProtobufFault(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`);
}

/** Of a Buffer: protobuf.js reads text from those fastest. */
function readerOf(bytes: Uint8Array): Reader {
  return protobuf.Reader.create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
