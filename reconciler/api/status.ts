/** metav1.Status, the API's answer where no object is one. */
import type { StatusDetails, StatusProblem } from '../core/registry/status-error.ts';

/** The Status of a refusal. */
export function statusOf(problem: StatusProblem): object {
  const { code, reason, message, causes, details } = problem;
  const { name, group, kind, uid, retryAfterSeconds } = details ?? {};
  const all = {
    ...(name === undefined ? {} : { name }),
    ...(group === undefined ? {} : { group }),
    ...(kind === undefined ? {} : { kind }),
    ...(uid === undefined ? {} : { uid }),
    ...(causes === undefined ? {} : { causes }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: problem.continue === undefined ? {} : { continue: problem.continue },
    status: 'Failure',
    message,
    reason,
    ...(details === undefined && causes === undefined ? {} : { details: all }),
    code,
  };
}

/** What a deletion that left nothing is answered with. */
export function successStatus(details: StatusDetails): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
