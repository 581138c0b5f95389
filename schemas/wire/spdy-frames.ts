/** Frames of SPDY/3.1 as bytes: what Kubernetes' exec, attach and port-forward are carried in. */

/** A frame as it is read. A long data frame comes in pieces; its FIN comes with the last. */
export type SpdyFrame =
  | { readonly type: 'data'; readonly streamId: number; readonly fin: boolean; readonly payload: Buffer }
  | SpdyHeadersFrame
  | { readonly type: 'rst-stream'; readonly streamId: number; readonly status: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goaway'; readonly lastStreamId: number; readonly status: number }
  /** SETTINGS, WINDOW_UPDATE and whatever else needs no answer. */
  | { readonly type: 'other' };

export interface SpdyHeadersFrame {
  readonly type: 'syn-stream' | 'syn-reply' | 'headers';
  readonly streamId: number;
  readonly fin: boolean;
  /** The other side sends no data on this stream. */
  readonly unidirectional: boolean;
  readonly block: Buffer;
}

const spdyVersion = 3;
const headBytes = 8;
/** Control frames are read as a whole; the largest are header blocks. */
const controlBytesMax = 64 * 1024;

const typeNumbers = {
  'syn-stream': 1,
  'syn-reply': 2,
  'rst-stream': 3,
  ping: 6,
  goaway: 7,
  headers: 8,
} as const;

const finFlag = 0x01;
const unidirectionalFlag = 0x02;

/** Largest payload that one data frame is written with: long ones would hold up the other streams. */
export const dataFrameBytesMax = 64 * 1024;

export const rstStatus = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5 } as const;

export function dataFrame(streamId: number, payload: Uint8Array, fin: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(streamId);
  head.writeUInt32BE(((fin ? finFlag : 0) * 0x1000000 + payload.length) >>> 0, 4);
  return Buffer.concat([head, payload]);
}

export function synStreamFrame(streamId: number, block: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt32BE(streamId);
  return controlFrame('syn-stream', Buffer.concat([fixed, block]));
}

export function synReplyFrame(streamId: number, block: Buffer): Buffer {
  return controlFrame('syn-reply', Buffer.concat([numbers(streamId), block]));
}

export function rstStreamFrame(streamId: number, status: number): Buffer {
  return controlFrame('rst-stream', numbers(streamId, status));
}

export function pingFrame(id: number): Buffer {
  return controlFrame('ping', numbers(id));
}

export function goawayFrame(lastStreamId: number): Buffer {
  return controlFrame('goaway', numbers(lastStreamId, 0));
}

function controlFrame(type: keyof typeof typeNumbers, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | spdyVersion);
  head.writeUInt16BE(typeNumbers[type], 2);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}

/** Cuts a byte stream into frames, however it was fragmented. */
export class SpdyFrameReader {
  #rest: Buffer = Buffer.alloc(0);
  /** A data frame that has begun, and what is missing of it. */
  #data: { readonly streamId: number; readonly fin: boolean; missing: number } | undefined;

  /** The frames that are complete with this chunk. Throws where the bytes are no SPDY/3. */
  *read(chunk: Uint8Array): Generator<SpdyFrame, void, undefined> {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  #next(): SpdyFrame | undefined {
    if (this.#data !== undefined) return this.#piece(this.#data);
    if (this.#rest.length < headBytes) return undefined;
    const first = this.#rest.readUInt32BE(0);
    const second = this.#rest.readUInt32BE(4);
    const flags = second >>> 24;
    const length = second & 0xffffff;
    if ((first & 0x80000000) === 0) {
      this.#take(headBytes);
      this.#data = { streamId: first, fin: (flags & finFlag) !== 0, missing: length };
      return this.#piece(this.#data);
    }
    const version = (first >>> 16) & 0x7fff;
    if (version !== spdyVersion) throw new Error(`not SPDY/3.1: a frame of version ${version}`);
    if (length > controlBytesMax) throw new Error(`a control frame of ${length} bytes`);
    if (this.#rest.length < headBytes + length) return undefined;
    this.#take(headBytes);
    return control(first & 0xffff, flags, this.#take(length));
  }

  #piece(data: { readonly streamId: number; readonly fin: boolean; missing: number }): SpdyFrame | undefined {
    if (data.missing > 0 && this.#rest.length === 0) return undefined;
    const payload = this.#take(Math.min(data.missing, this.#rest.length));
    data.missing -= payload.length;
    const last = data.missing === 0;
    if (last) this.#data = undefined;
    return { type: 'data', streamId: data.streamId, fin: last && data.fin, payload };
  }
}

function control(type: number, flags: number, payload: Buffer): SpdyFrame {
  const number = (at: number): number => {
    if (payload.length < at + 4) throw new Error(`a control frame of type ${type} is too short`);
    return payload.readUInt32BE(at) & 0x7fffffff;
  };
  const withHeaders = (name: SpdyHeadersFrame['type'], fixedBytes: number): SpdyHeadersFrame => ({
    type: name,
    streamId: number(0),
    fin: (flags & finFlag) !== 0,
    unidirectional: (flags & unidirectionalFlag) !== 0,
    block: payload.subarray(fixedBytes),
  });
  switch (type) {
    case typeNumbers['syn-stream']:
      return withHeaders('syn-stream', 10);
    case typeNumbers['syn-reply']:
      return withHeaders('syn-reply', 4);
    case typeNumbers.headers:
      return withHeaders('headers', 4);
    case typeNumbers['rst-stream']:
      return { type: 'rst-stream', streamId: number(0), status: number(4) };
    case typeNumbers.ping:
      number(0);
      return { type: 'ping', id: payload.readUInt32BE(0) };
    case typeNumbers.goaway:
      return { type: 'goaway', lastStreamId: number(0), status: number(4) };
    default:
      return { type: 'other' };
  }
}
