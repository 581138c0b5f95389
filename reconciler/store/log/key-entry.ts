import type { StoreRecord } from '../../core/ports.ts';
import type { Location } from './location.ts';

/**
 * What is kept in memory of a key: where its last put or deletion lies. Changed in place by KeyIndex alone, since
 * there is one for each key of the store.
 */
export class KeyEntry {
  readonly key: string;
  segment: number;
  offset: number;
  length: number;
  modRevision: number;
  /** The last event was a deletion; the entry goes when that is compacted. */
  deleted: boolean;
  /** The record itself, while it is in the cache. */
  record: StoreRecord | undefined;
  /** Read since the cache last looked at it. */
  read = false;

  constructor(key: string, location: Location, modRevision: number) {
    this.key = key;
    this.segment = location.segment;
    this.offset = location.offset;
    this.length = location.length;
    this.modRevision = modRevision;
    this.deleted = false;
  }
}

export function locationOf({ segment, offset, length }: KeyEntry): Location {
  return { segment, offset, length };
}
