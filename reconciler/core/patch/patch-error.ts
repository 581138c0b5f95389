/** A patch that cannot be applied, as the API answers it. */
import type { StatusProblem } from '../registry/status-error.ts';

export class PatchError extends Error {
  override readonly name = 'PatchError';
  /** The answer; `message` of the error itself says more, for the log. */
  readonly problem: StatusProblem;

  constructor(problem: StatusProblem, detail = problem.message) {
    super(detail);
    this.problem = problem;
  }
}

/** 400: what was sent is no patch. */
export function malformedPatch(message: string): PatchError {
  return new PatchError({ code: 400, reason: 'BadRequest', message });
}

/** 422: a good patch that does not fit this object. Kubernetes does not tell why; `detail` does. */
export function inapplicablePatch(detail: string): PatchError {
  const message = 'the server rejected our request due to an error in our request';
  return new PatchError({ code: 422, reason: 'Invalid', message, details: {} }, detail);
}

/** 413: more than a patch may hold. */
export function oversizedPatch(detail: string): PatchError {
  const message = `Request entity is too large: ${detail}`;
  return new PatchError({ code: 413, reason: 'RequestEntityTooLarge', message, details: {} });
}
