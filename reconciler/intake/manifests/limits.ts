/** Bounds on what a repository may hand in. Each is far above honest use and far below what could hurt. */
export interface ManifestLimits {
  /** Bundles of custom resource definitions reach a few megabytes. */
  readonly fileBytesMax: number;
  /** Documents of one file. */
  readonly documentsMax: number;
  /** Nested collections of one document; aliases count where they stand. */
  readonly depthMax: number;
  /** Aliases (`*name`) of one document. */
  readonly aliasesMax: number;
  /** Values of one document once its aliases are written out: what an alias bomb multiplies. */
  readonly nodesMax: number;
}

export const defaultLimits: ManifestLimits = {
  fileBytesMax: 16 * 1024 * 1024,
  documentsMax: 10_000,
  depthMax: 100,
  aliasesMax: 100,
  nodesMax: 500_000,
};
