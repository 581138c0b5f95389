/**
 * One SPDY/3.1 connection with its streams, in either role, over any byte stream.
 *
 * Kubernetes' own implementation (moby/spdystream) has no flow control: it neither sends WINDOW_UPDATE nor waits for
 * it. So windows are not kept here either; a stream whose data nobody reads stops the reading of the connection.
 */
import { Duplex } from 'node:stream';
import {
  dataFrame,
  dataFrameBytesMax,
  goawayFrame,
  pingFrame,
  rstStatus,
  rstStreamFrame,
  type SpdyFrame,
  SpdyFrameReader,
  type SpdyHeadersFrame,
  synReplyFrame,
  synStreamFrame,
} from './spdy-frames.ts';
import { SpdyHeaderReader, type SpdyHeaders, SpdyHeaderWriter } from './spdy-headers.ts';

/** Streams that one connection may have open: a port-forward takes two per connection. */
const streamsMax = 1000;

export type SpdyRole = 'client' | 'server';

/** What a stream asks of its session. */
interface StreamOwner {
  send(frame: Buffer, sent: (error?: Error | null) => void): void;
  forget(id: number): void;
}

/** One stream: both directions end on their own. A stream that the other side reset reads as ended. */
export class SpdyStream extends Duplex {
  readonly id: number;
  /** Of the side that opened it. */
  readonly headers: SpdyHeaders;
  readonly #owner: StreamOwner;
  #onRoom: () => void = () => undefined;
  #reset = false;

  constructor(id: number, headers: SpdyHeaders, owner: StreamOwner) {
    super();
    this.id = id;
    this.headers = headers;
    this.#owner = owner;
    this.on('error', () => undefined); // Told to whoever reads or writes.
  }

  /** Takes what came in; resolves when there is room for more. */
  async receive(payload: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || payload.length === 0) return;
    if (this.push(payload)) return;
    await new Promise<void>((resolve) => (this.#onRoom = resolve));
  }

  /** The other side sends no more. */
  finish(): void {
    if (!this.destroyed) this.push(null);
  }

  /** The other side neither sends nor reads any more. */
  reset(): void {
    this.#reset = true;
    this.finish();
  }

  /** The connection is gone. */
  lose(error: Error): void {
    this.destroy(this.#reset ? undefined : error);
  }

  override _read(): void {
    this.#onRoom();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#reset) return callback();
    const frames: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += dataFrameBytesMax)
      frames.push(dataFrame(this.id, chunk.subarray(at, at + dataFrameBytesMax), false));
    this.#owner.send(Buffer.concat(frames), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.#reset) return callback();
    this.#owner.send(dataFrame(this.id, Buffer.alloc(0), true), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const complete = this.#reset || (this.readableEnded && this.writableFinished);
    this.#owner.forget(this.id);
    this.#onRoom();
    if (!complete) this.#owner.send(rstStreamFrame(this.id, rstStatus.cancel), () => undefined);
    callback(error);
  }
}

interface Opening {
  readonly stream: SpdyStream;
  readonly resolve: (stream: SpdyStream) => void;
  readonly reject: (error: Error) => void;
}

export class SpdySession {
  readonly #socket: Duplex;
  readonly #onStream: ((stream: SpdyStream) => void) | undefined;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #opening = new Map<number, Opening>();
  readonly #headersOut = new SpdyHeaderWriter();
  readonly #headersIn = new SpdyHeaderReader();
  readonly #owner: StreamOwner;
  /** Resolves when the connection is over and every stream was told. */
  readonly ended: Promise<void>;
  #nextId: number;
  #lastIncomingId = 0;
  #goodbye = false;

  /** Takes the socket over. `onStream` is told of streams that the other side opens; without it they are refused. */
  constructor(socket: Duplex, role: SpdyRole, onStream?: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
    this.#nextId = role === 'client' ? 1 : 2;
    this.#owner = {
      send: (frame, sent) => this.#send(frame, sent),
      forget: (id) => void this.#streams.delete(id),
    };
    socket.on('error', () => undefined); // Told by the loop that reads.
    this.ended = this.#run();
  }

  /** Opens a stream; resolves when the other side took it. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    if (this.#socket.destroyed) throw new Error('the connection is closed');
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream(id, headers, this.#owner);
    this.#streams.set(id, stream);
    return new Promise((resolve, reject) => {
      this.#opening.set(id, { stream, resolve, reject });
      this.#send(synStreamFrame(id, this.#headersOut.write(headers)), () => undefined);
    });
  }

  /** Says goodbye and ends the connection once all that was written is sent. */
  close(): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(goawayFrame(this.#lastIncomingId));
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #run(): Promise<void> {
    let why: Error | undefined;
    try {
      const reader = new SpdyFrameReader();
      const chunks = this.#socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      for await (const chunk of chunks) for (const frame of reader.read(chunk)) await this.#take(frame);
    } catch (error) {
      why = error instanceof Error ? error : new Error(String(error));
    }
    this.#headersIn.close();
    const closed = new Error('the connection was closed');
    for (const { reject } of this.#opening.values()) reject(why ?? closed);
    for (const stream of [...this.#streams.values()]) {
      // A goodbye ends what is still open; without one nobody knows what is missing.
      if (why === undefined && this.#goodbye) stream.reset();
      else stream.lose(why ?? closed);
    }
    this.#socket.destroy();
  }

  #send(frame: Buffer, sent: (error?: Error | null) => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded)
      return sent(new Error('the connection is closed'));
    if (this.#socket.write(frame)) sent();
    else this.#socket.once('drain', () => sent());
  }

  async #take(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case 'data': {
        const stream = this.#streams.get(frame.streamId);
        await stream?.receive(frame.payload);
        if (frame.fin) stream?.finish();
        return;
      }
      case 'syn-stream':
      case 'syn-reply':
      case 'headers':
        return this.#takeHeaders(frame);
      case 'rst-stream':
        this.#opening.get(frame.streamId)?.reject(new Error(`the stream was refused (${frame.status})`));
        this.#opening.delete(frame.streamId);
        return this.#streams.get(frame.streamId)?.reset();
      case 'ping':
        // Each side counts its pings in its own parity: one of the other side's is sent back.
        if (frame.id % 2 !== this.#nextId % 2) this.#send(pingFrame(frame.id), () => undefined);
        return;
      case 'goaway': // Streams that are open go on.
        this.#goodbye = true;
        return;
      case 'other':
        return;
    }
  }

  /** Every block is read, also where nobody wants it: the next one builds upon it. */
  async #takeHeaders({ type, streamId, fin, block }: SpdyHeadersFrame): Promise<void> {
    const headers = await this.#headersIn.read(block);
    if (type === 'syn-stream') this.#accept(streamId, headers);
    const opening = type === 'syn-reply' ? this.#opening.get(streamId) : undefined;
    this.#opening.delete(streamId);
    opening?.resolve(opening.stream);
    if (fin) this.#streams.get(streamId)?.finish();
  }

  #accept(id: number, headers: SpdyHeaders): void {
    const onStream = this.#onStream;
    const refused = onStream === undefined || this.#streams.size >= streamsMax;
    const invalid = id <= this.#lastIncomingId || id % 2 === this.#nextId % 2;
    if (onStream === undefined || refused || invalid) {
      const status = invalid ? rstStatus.protocolError : rstStatus.refusedStream;
      return this.#send(rstStreamFrame(id, status), () => undefined);
    }
    this.#lastIncomingId = id;
    const stream = new SpdyStream(id, headers, this.#owner);
    this.#streams.set(id, stream);
    this.#send(synReplyFrame(id, this.#headersOut.write({})), () => undefined);
    onStream(stream);
  }
}
