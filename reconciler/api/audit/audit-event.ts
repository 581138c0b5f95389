/** One line of the audit log: an audit.k8s.io/v1 Event. */
import type { AuditAnnotations } from '../../core/model/audit-annotations.ts';
import type { UserInfo } from '../../core/model/user.ts';
import type { AuditDecision, AuditedRequest, Level, Stage } from './policy.ts';

/** What is known when a request begins. */
export interface RequestInfo extends AuditedRequest {
  /** The client's `Audit-ID`, where it sent one; a fresh uuid otherwise. */
  readonly auditId?: string;
  /** Path and query as they came. */
  readonly requestUri: string;
  readonly impersonatedUser?: UserInfo;
  readonly sourceIps: readonly string[];
  readonly userAgent?: string;
}

/** What is known when the answer is given. */
export interface ResponseInfo {
  readonly code: number;
  /** Of a refusal's Status. */
  readonly reason?: string;
  readonly message?: string;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  /** `pod-security.kubernetes.io/enforce-policy` and its like. */
  readonly annotations?: AuditAnnotations;
}

interface EventTimes {
  readonly receivedMs: number;
  readonly stageMs: number;
}

/** The event of one stage, of what the decision lets out. */
export function auditEvent(
  auditId: string,
  stage: Stage,
  info: RequestInfo,
  response: ResponseInfo | undefined,
  decision: AuditDecision,
  times: EventTimes,
): object {
  const { level } = decision;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: auditId,
    stage,
    requestURI: info.requestUri,
    verb: info.verb,
    user: userOf(info.user),
    ...(info.impersonatedUser === undefined ? {} : { impersonatedUser: userOf(info.impersonatedUser) }),
    sourceIPs: info.sourceIps,
    ...(info.userAgent === undefined ? {} : { userAgent: info.userAgent }),
    ...objectRef(info),
    ...(response === undefined ? {} : { responseStatus: responseStatus(response) }),
    ...bodies(level, response, decision.omitManagedFields),
    requestReceivedTimestamp: microTime(times.receivedMs),
    stageTimestamp: microTime(times.stageMs),
    ...(response?.annotations === undefined ? {} : { annotations: response.annotations }),
  };
}

function userOf(user: UserInfo | undefined): object {
  if (user === undefined) return {};
  const { name, uid, groups, extra } = user;
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

function objectRef({ resource: asked }: RequestInfo): object {
  if (asked === undefined) return {};
  const { group, version, resource, subresource, namespace, name } = asked;
  return {
    objectRef: {
      resource,
      ...(namespace === '' ? {} : { namespace }),
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { apiGroup: group }),
      apiVersion: version,
      ...(subresource === '' ? {} : { subresource }),
    },
  };
}

function responseStatus({ code, reason, message }: ResponseInfo): object {
  return {
    metadata: {},
    ...(code < 400 ? {} : { status: 'Failure' }),
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    code,
  };
}

function bodies(level: Level, response: ResponseInfo | undefined, omitManagedFields: boolean): object {
  if (response === undefined || level === 'None' || level === 'Metadata') return {};
  const shown = (body: unknown): unknown => (omitManagedFields ? withoutManagedFields(body) : body);
  const { requestObject, responseObject } = response;
  return {
    ...(requestObject === undefined ? {} : { requestObject: shown(requestObject) }),
    ...(responseObject === undefined || level !== 'RequestResponse'
      ? {}
      : { responseObject: shown(responseObject) }),
  };
}

/** An object, or each of a list, without the record of who owns which field. */
function withoutManagedFields(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { metadata, items, ...rest } = body as { readonly metadata?: unknown; readonly items?: unknown };
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: withoutOwnFields(metadata) }),
    ...(items === undefined ? {} : { items: Array.isArray(items) ? items.map(withoutManagedFields) : items }),
  };
}

function withoutOwnFields(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata;
  const { managedFields: _, ...rest } = metadata as { readonly managedFields?: unknown };
  return rest;
}

/** metav1.MicroTime. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
