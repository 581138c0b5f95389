/** The reviews of authorization.k8s.io and SelfSubjectReview: a posted question, answered in its status. */
import type { SelfSubjectReview } from '../../../schemas/kubernetes/types/authentication-v1.ts';
import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../schemas/kubernetes/types/authorization-v1.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { FieldPath } from '../../../schemas/validation/field-path.ts';
import { type FieldProblem, invalid, problemText } from '../../../schemas/validation/field-problem.ts';
import type { KubeObject } from '../model/object.ts';
import { formatTime } from '../model/time.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import { invalid as invalidStatus, type StatusProblem } from '../registry/status-error.ts';
import { type Attributes, pathAttributes, resourceAttributes } from './attributes.ts';
import { authorize } from './authorize.ts';
import { rulesFor } from './rules-for.ts';

export type ReviewResult<T> =
  | { readonly ok: true; readonly object: T }
  | { readonly ok: false; readonly problem: StatusProblem };

/** Whether the asking user may. */
export function reviewSelfAccess(
  posted: SelfSubjectAccessReview,
  user: UserInfo,
  view: ClusterView,
): ReviewResult<SelfSubjectAccessReview> {
  const review = withSpec(posted);
  const problems = [...metadataProblems(review.metadata), ...attributeProblems(review.spec)];
  return decided(review, user, view, problems);
}

/** Whether somebody may. */
export function reviewAccess(
  posted: SubjectAccessReview,
  view: ClusterView,
): ReviewResult<SubjectAccessReview> {
  const review = withSpec(posted);
  const problems = [
    ...attributeProblems(review.spec),
    ...subjectProblems(review.spec),
    ...metadataProblems(review.metadata),
  ];
  return decided(review, subjectOf(review.spec), view, problems);
}

/** Whether somebody may in one namespace, that of the request. */
export function reviewLocalAccess(
  posted: LocalSubjectAccessReview,
  view: ClusterView,
): ReviewResult<LocalSubjectAccessReview> {
  const review = withSpec(posted);
  const { namespace = '', ...rest } = review.metadata;
  const problems = [
    ...attributeProblems(review.spec),
    ...subjectProblems(review.spec),
    ...metadataProblems(rest, 'must be empty except for namespace'),
  ];
  const { resourceAttributes: resource, nonResourceAttributes: path } = review.spec;
  if (resource !== undefined && (resource.namespace ?? '') !== namespace) {
    const field = ['spec', 'resourceAttributes', 'namespace'];
    problems.push(invalid(field, resource.namespace ?? '', 'must match metadata.namespace'));
  }
  if (path !== undefined)
    problems.push(invalid(['spec', 'nonResourceAttributes'], path, 'disallowed on this kind of request'));
  return decided(review, subjectOf(review.spec), view, problems);
}

/** What the asking user may do in a namespace. */
export function reviewSelfRules(
  posted: SelfSubjectRulesReview,
  user: UserInfo,
  view: ClusterView,
): ReviewResult<SelfSubjectRulesReview> {
  const review = withSpec(posted);
  const { namespace = '' } = review.spec;
  if (namespace === '') {
    const problem = { code: 400, reason: 'BadRequest', message: 'no namespace on request' };
    return { ok: false, problem };
  }
  return { ok: true, object: { ...review, status: rulesFor(user, namespace, view) } };
}

/** Who asks: what `kubectl auth whoami` shows. */
export function reviewSelf(review: SelfSubjectReview, user: UserInfo, nowMs: number): SelfSubjectReview {
  const { name, uid, groups, extra } = user;
  const userInfo = {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
  const metadata = { ...review.metadata, creationTimestamp: formatTime(nowMs) };
  return { ...review, metadata, status: { userInfo } };
}

/** The review with a spec, without what is null in it: bodies come as clients wrote them. */
function withSpec<T extends { readonly spec: object }>(posted: T): T {
  const given = (posted.spec as T['spec'] | null | undefined) ?? {};
  const spec = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { ...posted, spec };
}

interface Question {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

function decided<T extends KubeObject & { readonly spec: Question }>(
  review: T,
  user: UserInfo,
  view: ClusterView,
  problems: readonly FieldProblem[],
): ReviewResult<T> {
  if (problems.length > 0) {
    const { apiVersion, kind, metadata } = review;
    const ref = { apiVersion, kind, namespace: '', name: metadata.name ?? '' };
    const causes = problems.map((one) => ({
      reason: one.reason,
      field: one.path,
      message: problemText(one),
    }));
    const problem = invalidStatus(ref, causes);
    return { ok: false, problem: ref.name === '' ? unnamed(problem, review) : problem };
  }
  const { allowed, reason } = authorize(attributesOf(review.spec, user), view);
  const status = { allowed, ...(reason === '' ? {} : { reason }) };
  return { ok: true, object: { ...review, status } };
}

/** Reviews have no name; Kubernetes' message shows the empty one. */
function unnamed(problem: StatusProblem, { apiVersion, kind }: KubeObject): StatusProblem {
  const group = apiVersion.split('/')[0] ?? '';
  return { ...problem, details: { group, kind } };
}

function attributesOf(
  { resourceAttributes: asked, nonResourceAttributes: path }: Question,
  user: UserInfo,
): Attributes {
  if (asked === undefined) return pathAttributes(user, path?.verb ?? '', path?.path ?? '');
  const { verb = '', group, version, resource, subresource, namespace, name } = asked;
  return resourceAttributes(user, {
    verb,
    group: group ?? '',
    version: version ?? '',
    resource: resource ?? '',
    subresource: subresource ?? '',
    namespace: namespace ?? '',
    name: name ?? '',
    ...fieldSelectorOf(asked),
  });
}

function fieldSelectorOf({ fieldSelector }: ResourceAttributes): Pick<Attributes, 'fieldSelector'> {
  const exact = (fieldSelector?.requirements ?? []).filter(
    ({ operator, values = [] }) => operator === 'In' && values.length === 1,
  );
  if (exact.length === 0) return {};
  return { fieldSelector: Object.fromEntries(exact.map(({ key, values = [] }) => [key, values[0] ?? ''])) };
}

function subjectOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): UserInfo {
  return {
    name: user,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function attributeProblems({
  resourceAttributes: resource,
  nonResourceAttributes: path,
}: Question): FieldProblem[] {
  const at = (field: string): FieldPath => ['spec', field];
  if (resource !== undefined && path !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [invalid(at('nonResourceAttributes'), path, detail)];
  }
  if (resource === undefined && path === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalid(at('resourceAttributes'), 'null', detail)];
  }
  return [];
}

function subjectProblems({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldProblem[] {
  if (user !== '' || groups.length > 0) return [];
  return [invalid(['spec', 'user'], '', 'at least one of user or group must be specified')];
}

/** Clients write `creationTimestamp: null`, and servers keep who wrote which field: both say nothing. */
function metadataProblems(metadata: ObjectMeta, detail = 'must be empty'): FieldProblem[] {
  const { managedFields: _, ...rest } = metadata;
  const given = Object.entries(rest).filter(([, value]) => !saysNothing(value));
  return given.length === 0 ? [] : [invalid(['metadata'], Object.fromEntries(given), detail)];
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
