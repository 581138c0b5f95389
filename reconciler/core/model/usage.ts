/** What pods and nodes use, as their agents measured it: kept in memory alone, and gone with the leader that heard it. */

export interface Usage {
  /** CPU in thousandths of a core, averaged over the window. */
  readonly cpuMilli: number;
  /** Working set: what cannot be taken back without killing anyone. */
  readonly memoryBytes: number;
}

export interface Measured {
  /** End of the window, in milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly windowMs: number;
}

export interface ContainerUsage extends Usage {
  readonly name: string;
}

export interface PodUsage extends Measured {
  readonly containers: readonly ContainerUsage[];
}

export interface NodeUsage extends Measured, Usage {}

/** The newest of what was measured; undefined for what was not, or not lately. */
export interface UsageSource {
  pod(uid: string): PodUsage | undefined;
  node(name: string): NodeUsage | undefined;
}

export const nothingMeasured: UsageSource = { pod: () => undefined, node: () => undefined };
