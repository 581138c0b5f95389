/** Which state of the cluster a read may show: resourceVersion and resourceVersionMatch, as the API concepts define. */
import type { ClusterAccess } from '../core/model/access.ts';
import type { Clock } from '../core/ports.ts';
import { ApiError, badRequest } from './api-error.ts';

/** How long a read waits for a revision that this reconciler has not seen yet; kube-apiserver waits as long. */
const freshWaitMs = 3000;

/** `any` takes what is at hand, `recent` everything committed before, `least` at least and `exact` just a revision. */
export type Freshness =
  | { readonly type: 'any' }
  | { readonly type: 'recent' }
  | { readonly type: 'least'; readonly revision: number }
  | { readonly type: 'exact'; readonly revision: number };

/** Reads and checks the parameters of a list; those of a get know no match. */
export function freshnessOf(query: URLSearchParams, list: boolean): Freshness {
  const text = query.get('resourceVersion') ?? '';
  const match = list ? (query.get('resourceVersionMatch') ?? '') : '';
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan')
    throw invalidOption(
      'resourceVersionMatch',
      `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
    );
  if (match !== '' && text === '')
    throw invalidOption(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match !== '' && (query.get('continue') ?? '') !== '')
    throw invalidOption(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden when continue is provided',
    );
  if (match === 'Exact' && text === '0')
    throw invalidOption(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"',
    );
  if (text === '') return { type: 'recent' };
  const revision = revisionOf(text);
  if (revision === 0) return { type: 'any' };
  const limited = list && Number(query.get('limit') ?? '0') > 0;
  return { type: match === 'Exact' || (match === '' && limited) ? 'exact' : 'least', revision };
}

/** A resource version as a number; 400 where it is none. */
export function revisionOf(text: string): number {
  const revision = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(revision)) return revision;
  throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
}

/** Waits until the view shows what `freshness` demands. 504 where it does not come in time. */
export async function awaitFreshness(
  freshness: Freshness,
  cluster: ClusterAccess,
  clock: Clock,
): Promise<void> {
  if (freshness.type === 'recent') return cluster.current();
  if (freshness.type !== 'least') return;
  const { revision } = freshness;
  if (cluster.view.revision >= revision) return;
  const caughtUp = await new Promise<boolean>((resolve) => {
    const cancel = clock.after(freshWaitMs, () => resolve(false));
    void cluster.until(revision).then(() => {
      cancel();
      resolve(true);
    });
  });
  if (!caughtUp) throw tooLarge(revision, cluster.view.revision);
}

function tooLarge(asked: number, current: number): ApiError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new ApiError({ code: 504, reason: 'Timeout', message, causes, details: { retryAfterSeconds: 1 } });
}

function invalidOption(field: string, problem: string): ApiError {
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `ListOptions.meta.k8s.io "" is invalid: ${field}: ${problem}`,
    causes: [
      {
        reason: problem.startsWith('Forbidden') ? 'FieldValueForbidden' : 'FieldValueNotSupported',
        field,
        message: problem,
      },
    ],
    details: { group: 'meta.k8s.io', kind: 'ListOptions' },
  });
}
