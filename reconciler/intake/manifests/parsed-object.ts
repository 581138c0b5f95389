import type { KubeObject } from '../../core/model/object.ts';

/** An object of a known kind with a name, and where it came from. */
export interface ParsedObject {
  /** Plain JSON, with its namespace filled in. */
  readonly object: KubeObject;
  readonly path: string;
  /** Where the object begins. */
  readonly line: number;
  readonly column: number;
  /** The document of the file, from 0. */
  readonly document: number;
}
