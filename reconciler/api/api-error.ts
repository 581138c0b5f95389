/** A refusal that a verb throws and the server answers as a metav1.Status. */
import type { StatusProblem } from '../core/registry/status-error.ts';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: StatusProblem;
  constructor(problem: StatusProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}

export function notBuilt(what: string): ApiError {
  return new ApiError({ code: 501, reason: 'NotImplemented', message: `${what} is not built yet` });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** What a path that names nothing is answered with. */
export function resourceNotFound(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError({ code: 404, reason: 'NotFound', message, details: {} });
}
