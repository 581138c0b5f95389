/**
 * Berth's keys in etcd's key space: a store's keys under its prefix, and beside them, out of sight of lists and
 * watches, what the store itself needs. A NUL divides the two: no key of the port holds one.
 */
import type { StoreRecord } from '../../core/ports.ts';
import type { KeyValue } from './etcd-messages.ts';

const decoder = new TextDecoder();
const firstKeyByte = 1;

export class EtcdKeys {
  readonly #prefix: Buffer;

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix);
  }

  /** A key of the port as etcd's. */
  key(key: string): Buffer {
    return Buffer.concat([this.#prefix, Buffer.from(key)]);
  }

  /** A key that the port does not know of. */
  hidden(name: string): Buffer {
    return Buffer.concat([this.#prefix, Buffer.of(0), Buffer.from(name)]);
  }

  /** From the first key under `prefix`, or after the key `after`, to the first that is no longer under it. */
  range(prefix: string, after?: string): { readonly key: Buffer; readonly rangeEnd: Buffer } {
    const start = prefix === '' ? Buffer.concat([this.#prefix, Buffer.of(firstKeyByte)]) : this.key(prefix);
    const next = after === undefined ? start : Buffer.concat([this.key(after), Buffer.of(0)]);
    return { key: Buffer.compare(next, start) < 0 ? start : next, rangeEnd: endOf(this.key(prefix)) };
  }

  /** As `range`, with the hidden keys where it is all: so that a watch of everything misses no revision of Berth's. */
  watched(prefix: string): { readonly key: Buffer; readonly rangeEnd: Buffer } {
    const range = this.range(prefix);
    return prefix === '' ? { ...range, key: this.hidden('') } : range;
  }

  isHidden(key: Uint8Array): boolean {
    return key[this.#prefix.length] === 0;
  }

  name(key: Uint8Array): string {
    return decoder.decode(key.subarray(this.#prefix.length));
  }

  record(kv: KeyValue): StoreRecord {
    const { value, createRevision, modRevision, version } = kv;
    return { key: this.name(kv.key), value, createRevision, modRevision, version };
  }
}

/** The first key after all that begin with `prefix`: its last byte counted up. UTF-8 holds no 0xff, so it can be. */
function endOf(prefix: Buffer): Buffer {
  if (prefix.length === 0) return Buffer.of(0);
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}
