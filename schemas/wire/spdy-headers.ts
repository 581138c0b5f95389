/**
 * Header blocks of SPDY/3.1 (draft 3, section 2.6.10): name and value pairs, compressed by one zlib stream per
 * direction that begins with a dictionary known to both sides.
 */
import { constants, createInflate, type Inflate } from 'node:zlib';

export type SpdyHeaders = Readonly<Record<string, string>>;

/** A header block never unfolds to more: streams of Kubernetes carry three short headers. */
const unfoldedBytesMax = 64 * 1024;

/** Each word stands in the dictionary behind its length, as it would in a header block. */
const dictionaryWords =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age ' +
  'allow authorization cache-control connection content-base content-encoding content-language content-length ' +
  'content-location content-md5 content-range content-type date etag expect expires from host if-match ' +
  'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma ' +
  'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade ' +
  'user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie ' +
  'keep-alive origin';

const dictionaryTail =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505' +
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized' +
  '403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable' +
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT' +
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,' +
  'text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

/** The dictionary of the draft; its Adler-32 is e3c6a7c2. */
export const spdyDictionary: Buffer = Buffer.concat([
  ...dictionaryWords.split(' ').map((word) => counted(word.replace('_', ' '))),
  Buffer.from(dictionaryTail, 'latin1'),
]);

/** A zlib stream that uses the dictionary begins so: deflate, 32 KiB window, the dictionary's Adler-32. */
const zlibHead = Buffer.from('78bbe3c6a7c2', 'hex');
/** An empty stored block: what a flush to a byte border leaves, and what readers wait for. */
const syncFlush = Buffer.from('000000ffff', 'hex');

/** Writes header blocks of one direction, in order. Blocks are stored, not deflated: they are few and short. */
export class SpdyHeaderWriter {
  #begun = false;

  write(headers: SpdyHeaders): Buffer {
    const entries = Object.entries(headers);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries.length);
    const pairs = entries.flatMap(([name, value]) => [counted(name.toLowerCase()), counted(value)]);
    const plain = Buffer.concat([count, ...pairs]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(plain.length, 1);
    stored.writeUInt16LE(~plain.length & 0xffff, 3);
    const head = this.#begun ? Buffer.alloc(0) : zlibHead;
    this.#begun = true;
    return Buffer.concat([head, stored, plain, syncFlush]);
  }
}

/** Reads header blocks of one direction; they have to come in order, one after the other. */
export class SpdyHeaderReader {
  readonly #inflate: Inflate = createInflate({
    dictionary: spdyDictionary,
    flush: constants.Z_SYNC_FLUSH,
  });
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor() {
    this.#inflate.on('error', () => undefined); // Told to the write that failed.
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes > unfoldedBytesMax)
        this.#inflate.destroy(new Error(`a header block is larger than ${unfoldedBytesMax} bytes`));
    });
  }

  /** Rejects where the block is none. */
  async read(block: Buffer): Promise<SpdyHeaders> {
    await new Promise<void>((resolve, reject) => {
      this.#inflate.once('close', () => reject(this.#inflate.errored ?? new Error('the session is closed')));
      // What was unfolded is handed out in this turn of the event loop.
      this.#inflate.write(block, (error) => (error ? reject(error) : setImmediate(resolve)));
    });
    this.#inflate.removeAllListeners('close');
    const plain = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return pairsOf(plain);
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function pairsOf(plain: Buffer): SpdyHeaders {
  let at = 0;
  const number = (): number => {
    if (at + 4 > plain.length) throw new Error('a header block is too short');
    at += 4;
    return plain.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > plain.length) throw new Error('a header block is too short');
    at += length;
    return plain.toString('utf8', at - length, at);
  };
  const headers: Record<string, string> = {};
  for (let left = number(); left > 0; left -= 1) {
    const name = text();
    headers[name] = text();
  }
  return headers;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
