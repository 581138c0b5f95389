/** One event of a watch as it goes over the wire: a line of JSON, or a message of protobuf after its length. */
import { type Encoding, mediaTypes } from '../accept.ts';
import { encodeWatchEvent } from '../codec/protobuf-envelope.ts';
import { jsonOf } from '../serialized.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** An event's bytes, or its text in UTF-8. */
export type Frame = string | Uint8Array;

export interface WatchFormat {
  readonly contentType: string;
  /** `object` has `apiVersion` and `kind`. */
  readonly frame: (type: EventType, object: object) => Frame;
}

/** Kubernetes' framer: four bytes, the highest first, then so many bytes of the message. */
const lengthBytes = 4;

/** The encodings that watches know; YAML has no frames. */
export const watchEncodings: readonly Encoding[] = ['json', 'protobuf'];

export const jsonWatch: WatchFormat = {
  contentType: mediaTypes.json,
  frame: (type, object) => `{"type":"${type}","object":${jsonOf(object)}}\n`,
};

export const protobufWatch: WatchFormat = {
  contentType: `${mediaTypes.protobuf};stream=watch`,
  frame: (type, object) => {
    const message = encodeWatchEvent(type, { ...object });
    const frame = Buffer.allocUnsafe(lengthBytes + message.length);
    frame.writeUInt32BE(message.length);
    frame.set(message, lengthBytes);
    return frame;
  },
};
