/** A request that has to be refused. */
import type { RawRequest } from './raw-request.ts';

export interface Malformed {
  readonly name: string;
  /** The status of the answer, and the code in its Status. */
  readonly code: number;
  readonly request: RawRequest;
}
