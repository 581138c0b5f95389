/** TokenReview: whose token is this? */
import type { TokenReview, TokenReviewStatus } from '../../../schemas/kubernetes/types/authentication-v1.ts';
import type { StatusProblem } from '../../core/registry/status-error.ts';
import type { Authenticator } from './authenticate.ts';

export type TokenReviewResult =
  | { readonly ok: true; readonly object: TokenReview }
  | { readonly ok: false; readonly problem: StatusProblem };

/** Answers a review in its status; a token that is nobody's is no error of the request. */
export async function reviewToken(
  review: TokenReview,
  authenticator: Authenticator,
  apiAudiences: readonly string[],
): Promise<TokenReviewResult> {
  const spec: Partial<TokenReview['spec']> | null | undefined = review.spec;
  const token = spec?.token ?? '';
  const audiences = spec?.audiences ?? [];
  if (token === '') {
    const message = 'token is required for TokenReview in authentication';
    return { ok: false, problem: { code: 400, reason: 'BadRequest', message } };
  }
  const verdict = await authenticator.tokenUser(token, audiences.length === 0 ? apiAudiences : audiences);
  return { ok: true, object: { ...review, status: statusOf(verdict) } };
}

function statusOf(verdict: Awaited<ReturnType<Authenticator['tokenUser']>>): TokenReviewStatus {
  if (!verdict.ok) return { user: {}, error: `invalid bearer token: ${verdict.reason}` };
  const { name, uid, groups, extra } = verdict.user;
  const user = {
    username: name,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
  return { authenticated: true, user, audiences: verdict.audiences };
}
