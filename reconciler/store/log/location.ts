/** Where an entry lies in the log: its segment, the offset of its first byte there, and its length in bytes. */
export interface Location {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/** The store as a whole. Each segment begins with what it was when the segment was made. */
export interface StoreState {
  /** The last revision. */
  readonly revision: number;
  /** The oldest revision that can be read; 0 when nothing was compacted. */
  readonly compacted: number;
}
