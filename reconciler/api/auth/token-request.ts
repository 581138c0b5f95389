/** TokenRequest: `POST serviceaccounts/NAME/token`. */
import type {
  BoundObjectReference,
  TokenRequest,
} from '../../../schemas/kubernetes/types/authentication-v1.ts';
import type { Node, Pod, Secret, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import { groupOf } from '../../../schemas/kinds.ts';
import { invalid, type FieldProblem } from '../../../schemas/validation/field-problem.ts';
import type { KubeObject, ObjectRef } from '../../core/model/object.ts';
import { formatTime } from '../../core/model/time.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { Clock } from '../../core/ports.ts';
import { conflict, invalidFields, notFound, type StatusProblem } from '../../core/registry/status-error.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { BoundClaims, NamedUid } from './token-claims.ts';

const defaultSeconds = 3600;
const secondsMin = 600;
const secondsMax = 2 ** 32;

export type TokenResult =
  | { readonly ok: true; readonly object: TokenRequest; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: StatusProblem };

export interface TokenRequestContext {
  readonly tokens: ServiceAccountTokens;
  readonly view: ClusterView;
  readonly clock: Clock;
  /** Longer tokens are cut to this, with a warning. */
  readonly expirationSecondsMax: number;
}

/** Answers a request for a token of `account`; the status of the result holds it. */
export async function issueToken(
  request: TokenRequest,
  account: ServiceAccount,
  context: TokenRequestContext,
): Promise<TokenResult> {
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const { audiences = [], expirationSeconds = defaultSeconds, boundObjectRef } = request.spec ?? {};
  const ref = {
    apiVersion: request.apiVersion,
    kind: 'TokenRequest',
    namespace,
    name: request.metadata.name ?? '',
  };
  const problems = secondsProblems(expirationSeconds);
  if (problems.length > 0) return { ok: false, problem: invalidFields(ref, problems) };
  const bound = boundObjectRef === undefined ? {} : bind(boundObjectRef, account, context.view);
  if ('code' in bound) return { ok: false, problem: bound };
  const seconds = Math.min(expirationSeconds, context.expirationSecondsMax);
  const nowMs = context.clock.now();
  const expiresMs = nowMs + seconds * 1000;
  const wanted = audiences.length === 0 ? context.tokens.settings.apiAudiences : audiences;
  const claims = { namespace, serviceaccount: { name, uid }, ...bound };
  const token = await context.tokens.sign(claims, wanted, expiresMs);
  const spec = {
    audiences: wanted,
    expirationSeconds: seconds,
    ...(boundObjectRef === undefined ? {} : { boundObjectRef }),
  };
  const metadata = { ...request.metadata, name, namespace, creationTimestamp: formatTime(nowMs) };
  const status = { token, expirationTimestamp: formatTime(expiresMs) };
  const shortened = `requested expiration of ${expirationSeconds} seconds shortened to ${seconds} seconds`;
  const warnings = seconds < expirationSeconds ? [shortened] : [];
  return { ok: true, object: { ...request, metadata, spec, status }, warnings };
}

function secondsProblems(seconds: number): FieldProblem[] {
  const at = ['spec', 'expirationSeconds'];
  if (seconds < secondsMin) return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > secondsMax)
    return [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

type Bound = Pick<BoundClaims, 'pod' | 'node' | 'secret'>;

/** What the token is bound to, which has to be there, with the uid that was named if any. */
function bind(
  reference: BoundObjectReference,
  account: ServiceAccount,
  view: ClusterView,
): Bound | StatusProblem {
  const { apiVersion = '', kind = '', name = '' } = reference;
  const namespace = account.metadata.namespace ?? '';
  switch (`${apiVersion} ${kind}`) {
    case 'v1 Pod': {
      const pod = view.get<Pod>('v1', 'Pod', namespace, name);
      const found = located(pod, reference, namespace);
      if ('code' in found || pod === undefined) return found as StatusProblem;
      if ((pod.spec?.serviceAccountName ?? 'default') !== account.metadata.name) {
        const message = `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`;
        return { code: 400, reason: 'BadRequest', message };
      }
      const node = view.get<Node>('v1', 'Node', '', pod.spec?.nodeName ?? '');
      const nodeClaim = { name: pod.spec?.nodeName ?? '', uid: node?.metadata.uid ?? '' };
      return { pod: found, ...(nodeClaim.name === '' ? {} : { node: nodeClaim }) };
    }
    case 'v1 Secret': {
      const found = located(view.get<Secret>('v1', 'Secret', namespace, name), reference, namespace);
      return 'code' in found ? found : { secret: found };
    }
    case 'v1 Node': {
      const found = located(view.get<Node>('v1', 'Node', '', name), reference, '');
      return 'code' in found ? found : { node: found };
    }
    default: {
      const group = groupOf(apiVersion);
      const version = apiVersion.split('/').at(-1) ?? '';
      const message = `cannot bind token to object of type ${group}/${version}, Kind=${kind}`;
      return { code: 400, reason: 'BadRequest', message };
    }
  }
}

function located(
  object: KubeObject | undefined,
  { apiVersion = '', kind = '', name = '', uid = '' }: BoundObjectReference,
  namespace: string,
): NamedUid | StatusProblem {
  const ref: ObjectRef = { apiVersion, kind, namespace, name };
  if (object === undefined) return notFound(ref);
  const live = object.metadata.uid ?? '';
  if (uid === '' || uid === live) return { name, uid: live };
  const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  return conflict(ref, why);
}
