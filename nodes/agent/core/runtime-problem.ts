/** What a container runtime answers instead of a result. */
export type RuntimeProblemReason = 'NotFound' | 'Unavailable' | 'Cancelled' | 'Timeout' | 'Internal';

export class RuntimeProblem extends Error {
  readonly reason: RuntimeProblemReason;

  constructor(reason: RuntimeProblemReason, message: string) {
    super(message);
    this.name = 'RuntimeProblem';
    this.reason = reason;
  }
}
