/** Bounds on what a repository may hand in. Each is far above honest use and far below what could hurt. */
export interface GitLimits {
  /** A pack as it lies on disk or comes over the network; it is read into memory whole. */
  readonly packBytesMax: number;
  /** One object, unfolded: a few hundred bytes of a pack can unfold to gigabytes. */
  readonly objectBytesMax: number;
  /** All objects of a fetched pack, or all files of a tree, unfolded. */
  readonly totalBytesMax: number;
  /** Objects of a fetched pack. */
  readonly objectsMax: number;
  /** Deltas on deltas; git itself makes 50 at most unless told otherwise. */
  readonly deltaDepthMax: number;
  /** Manifests that one application may have. */
  readonly filesMax: number;
  /** Entries of all trees below the path: trees may share subtrees, and then a few unfold to billions. */
  readonly entriesMax: number;
  readonly treeDepthMax: number;
  /** The list of refs that a server sends. */
  readonly refsBytesMax: number;
  /** From the first byte of one HTTP request to the last of its response. */
  readonly requestMs: number;
}

export const gitLimitsDefault: GitLimits = {
  packBytesMax: 256 * 1024 * 1024,
  objectBytesMax: 16 * 1024 * 1024,
  totalBytesMax: 512 * 1024 * 1024,
  objectsMax: 200_000,
  deltaDepthMax: 250,
  filesMax: 20_000,
  entriesMax: 200_000,
  treeDepthMax: 64,
  refsBytesMax: 16 * 1024 * 1024,
  requestMs: 60_000,
};
