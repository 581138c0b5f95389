/** Bytes from and to etcd's messages. */
import protobuf from 'protobufjs';
import { etcdProto } from './etcd-proto.ts';

const root = protobuf.parse(etcdProto).root;

const options: protobuf.IConversionOptions = { longs: Number, defaults: true, arrays: true, objects: true };

export interface Codec {
  readonly encode: (message: object) => Buffer;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const codecs = new Map<string, Codec>();

/** The codec of a message by its name in etcd's package. */
export function codecOf(name: string): Codec {
  const known = codecs.get(name);
  if (known !== undefined) return known;
  const type = root.lookupType(`etcdserverpb.${name}`);
  const codec: Codec = {
    encode: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), options),
  };
  codecs.set(name, codec);
  return codec;
}
