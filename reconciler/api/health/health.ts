/** `/livez`, `/readyz` and `/healthz`, as kube-apiserver answers them. */

export interface HealthCheck {
  /** A path segment: `ping`, `store`. */
  readonly name: string;
  /** Why the check fails; undefined where it passes. Must not wait: it reads what is known. */
  readonly check: () => string | undefined;
}

/** The checks behind each endpoint, in the order in which they are told. */
export interface HealthChecks {
  readonly livez: readonly HealthCheck[];
  readonly readyz: readonly HealthCheck[];
  /** Deprecated, but still asked for. */
  readonly healthz: readonly HealthCheck[];
}

export interface HealthAnswer {
  readonly code: 200 | 500;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Checks that failed and why: for the server's log, as clients are not told the reasons. */
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

/** The check that every server has: it answers at all. */
export const ping: HealthCheck = { name: 'ping', check: () => undefined };

/**
 * What a health path answers; undefined where the path is none, or names no check. `verbose` tells each check,
 * `exclude` (any number of times) leaves one out.
 */
export function healthAnswer(
  path: string,
  query: URLSearchParams,
  checks: HealthChecks,
): HealthAnswer | undefined {
  const [, endpoint = '', name, ...more] = path.split('/');
  if (!isEndpoint(endpoint) || more.length > 0) return undefined;
  if (name === undefined || name === '') return wholeAnswer(endpoint, query, checks[endpoint]);
  const check = checks[endpoint].find((one) => one.name === name);
  return check === undefined ? undefined : oneAnswer(check);
}

function wholeAnswer(
  endpoint: keyof HealthChecks,
  query: URLSearchParams,
  checks: readonly HealthCheck[],
): HealthAnswer {
  const excluded = new Set(query.getAll('exclude').flatMap((names) => names.split(',')));
  excluded.delete('');
  const failures: { name: string; reason: string }[] = [];
  let lines = '';
  for (const { name, check } of checks) {
    if (excluded.delete(name)) {
      lines += `[+]${name} excluded: ok\n`;
      continue;
    }
    const reason = check();
    if (reason !== undefined) failures.push({ name, reason });
    lines += reason === undefined ? `[+]${name} ok\n` : `[-]${name} failed: reason withheld\n`;
  }
  if (excluded.size > 0) {
    const names = [...excluded].sort().map((name) => JSON.stringify(name));
    lines += `warn: some health checks cannot be excluded: no matches for ${names.join(', ')}\n`;
  }
  if (failures.length > 0) return answer(500, `${lines}${endpoint} check failed\n`, failures);
  return answer(200, query.has('verbose') ? `${lines}${endpoint} check passed\n` : 'ok', []);
}

function oneAnswer({ name, check }: HealthCheck): HealthAnswer {
  const reason = check();
  return reason === undefined
    ? answer(200, 'ok', [])
    : answer(500, 'internal server error: reason withheld\n', [{ name, reason }]);
}

function answer(code: 200 | 500, body: string, failures: HealthAnswer['failures']): HealthAnswer {
  const headers = { 'x-content-type-options': 'nosniff' };
  return { code, contentType: 'text/plain; charset=utf-8', body, headers, failures };
}

function isEndpoint(name: string): name is keyof HealthChecks {
  return name === 'livez' || name === 'readyz' || name === 'healthz';
}
