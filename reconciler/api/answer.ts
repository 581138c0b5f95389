/** What the API sends back: JSON, and for every refusal a metav1.Status. */
import type { ServerResponse } from 'node:http';
import type { StatusProblem } from '../core/registry/status-error.ts';

/** Thrown by verbs, answered as its Status. */
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

export function sendJson(response: ServerResponse, code: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

/** The Status object of a problem. */
export function statusOf(problem: StatusProblem): object {
  const { code, reason, message, causes } = problem;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(causes === undefined ? {} : { details: { causes } }),
    code,
  };
}

export function sendProblem(response: ServerResponse, problem: StatusProblem): void {
  if (response.headersSent) response.end();
  else sendJson(response, problem.code, statusOf(problem));
}
