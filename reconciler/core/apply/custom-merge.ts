/** How a kind merges that is in no table of this program: what the caller knows of it from its definition. */
import type { MapShape } from './merge-shape.ts';

export interface CustomMerge {
  /** The same object each time for the same schema: what is prepared from it is remembered by its identity. */
  readonly shape: MapShape;
  /** Whether the status is written through a subresource of its own. */
  readonly hasStatus: boolean;
  /** Versions in which managers may have written; those of others are forgotten. */
  readonly apiVersions: ReadonlySet<string>;
}
