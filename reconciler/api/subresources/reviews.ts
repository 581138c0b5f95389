/** Kinds that are only ever posted: questions whose answer is their status, and bindings. Nothing of them is kept. */
import type { SelfSubjectReview, TokenReview } from '../../../schemas/kubernetes/types/authentication-v1.ts';
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
} from '../../../schemas/kubernetes/types/authorization-v1.ts';
import {
  reviewAccess,
  type ReviewResult,
  reviewLocalAccess,
  reviewSelf,
  reviewSelfAccess,
  reviewSelfRules,
} from '../../core/authorization/access-reviews.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { Answer } from '../answer.ts';
import { ApiError, methodNotAllowed } from '../api-error.ts';
import type { ResourceRequest } from '../request.ts';
import { bodyAs, expectedBody, type WriteContext } from '../verbs/write-context.ts';
import { writeOptions } from '../verbs/write-options.ts';
import { bindPod } from './binding.ts';

/** Answers a TokenReview: who a token stands for. */
export type TokenReviewer = (review: TokenReview) => Promise<ReviewResult<TokenReview>>;

type Review = (
  object: KubeObject,
  context: WriteContext,
  reviewToken: TokenReviewer,
) => ReviewResult<KubeObject> | Promise<ReviewResult<KubeObject>>;

const reviews: Readonly<Record<string, Review>> = {
  'authentication.k8s.io/SelfSubjectReview': (object, { user, clock }) => ({
    ok: true,
    object: reviewSelf(object as SelfSubjectReview, user, clock.now()),
  }),
  'authentication.k8s.io/TokenReview': (object, _context, reviewToken) => reviewToken(object as TokenReview),
  'authorization.k8s.io/LocalSubjectAccessReview': (object, { cluster }) =>
    reviewLocalAccess(object as LocalSubjectAccessReview, cluster.view),
  'authorization.k8s.io/SelfSubjectAccessReview': (object, { user, cluster }) =>
    reviewSelfAccess(object as SelfSubjectAccessReview, user, cluster.view),
  'authorization.k8s.io/SelfSubjectRulesReview': (object, { user, cluster }) =>
    reviewSelfRules(object as SelfSubjectRulesReview, user, cluster.view),
  'authorization.k8s.io/SubjectAccessReview': (object, { cluster }) =>
    reviewAccess(object as SubjectAccessReview, cluster.view),
};

/** Whether a kind has no objects: it can be posted and nothing else. */
export function isOnlyPosted(request: ResourceRequest): boolean {
  return request.info.verbs.length === 1 && request.info.verbs[0] === 'create';
}

export async function answerPosted(
  request: ResourceRequest,
  context: WriteContext,
  reviewToken: TokenReviewer,
): Promise<Answer> {
  const { info, namespace } = request;
  if (info.kind === 'Binding') return bindPod(request, context);
  const review = reviews[`${info.group}/${info.kind}`];
  if (review === undefined) throw methodNotAllowed();
  const options = writeOptions(request.query, context.userAgent, 'CreateOptions');
  const body = bodyAs<KubeObject>(context, expectedBody(info), options);
  const metadata = { ...body.metadata, ...(namespace === '' ? {} : { namespace }) };
  const result = await review({ ...body, metadata }, context, reviewToken);
  if (!result.ok) throw new ApiError(result.problem);
  return { code: 201, body: result.object };
}
