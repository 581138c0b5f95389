/** What is recorded of every request: the audit log and the metrics. */
import { type AuditEntry, type Auditor } from './audit/auditor.ts';
import type { Exchange, RequestObserver, RequestRecord } from './handler.ts';
import { headerOf } from './answer.ts';
import type { ApiRecorder, RequestLabels } from './metrics/api-metrics.ts';
import type { RequestAttributes } from './request.ts';
import type { Clock } from '../core/ports.ts';
import type { KindTable } from '../../schemas/kinds.ts';
import type { AuditAnnotations } from '../core/model/audit-annotations.ts';
import type { UserInfo } from '../core/model/user.ts';

/** Writes an audit event when the user is known and one when the answer is out. */
export function auditObserver(auditor: Auditor): RequestObserver {
  return {
    begin: (exchange, attributes) => {
      let entry: AuditEntry | undefined;
      let requestObject: unknown;
      let responseObject: unknown;
      let annotations: AuditAnnotations | undefined;
      const entered = (user: UserInfo | undefined, actsAs?: UserInfo): AuditEntry => {
        entry ??= auditor.begin(requestInfo(exchange, attributes, user, actsAs));
        return entry;
      };
      const wantsBodies = (): boolean => entry?.level === 'Request' || entry?.level === 'RequestResponse';
      return {
        known: (user, actsAs) => {
          const { auditId } = entered(user, actsAs);
          if (!exchange.response.headersSent) exchange.response.setHeader('audit-id', auditId);
        },
        body: (bytes, contentType) => {
          if (wantsBodies() && contentType.includes('json')) requestObject = parsed(bytes);
        },
        answered: (body) => {
          if (entry?.level === 'RequestResponse') responseObject = body;
        },
        annotated: (more) => {
          annotations = { ...annotations, ...more };
        },
        longRunning: () => entered(undefined).started({ code: 200 }),
        end: (code) =>
          entered(undefined).end({
            code,
            ...(requestObject === undefined ? {} : { requestObject }),
            ...(responseObject === undefined ? {} : { responseObject }),
            ...(annotations === undefined ? {} : { annotations }),
          }),
      };
    },
  };
}

function requestInfo(
  { request, local }: Exchange,
  { verb, path, resource }: RequestAttributes,
  user: UserInfo | undefined,
  actsAs: UserInfo | undefined,
): Parameters<Auditor['begin']>[0] {
  const auditId = headerOf(request.headers, 'audit-id');
  const userAgent = request.headers['user-agent'];
  return {
    user,
    verb,
    path,
    requestUri: request.url ?? path,
    sourceIps: local ? [] : [request.socket.remoteAddress ?? ''],
    ...(auditId === undefined ? {} : { auditId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(actsAs === undefined ? {} : { impersonatedUser: actsAs }),
    ...(resource === undefined ? {} : { resource: { ...resource, resource: resource.plural } }),
  };
}

/** What a body that is no JSON says is told by the answer. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

const verbNames: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
};

/** Counts and times requests. `kinds` tells what is served: strangers make no new series. */
export function metricsObserver(
  recorder: ApiRecorder,
  clock: Clock,
  kinds: () => KindTable,
): RequestObserver {
  return {
    begin: ({ request }, attributes): RequestRecord => {
      const kind = request.method === 'GET' || request.method === 'HEAD' ? 'readOnly' : 'mutating';
      const startedMs = clock.now();
      const labels = labelsOf(attributes, request.headers['content-type'] ?? '', kinds());
      let long = false;
      recorder.requestStarted(kind);
      return {
        known: () => undefined,
        body: () => undefined,
        answered: () => undefined,
        annotated: () => undefined,
        longRunning: () => {
          long = true;
          recorder.longRunningStarted(labels);
        },
        end: (code) => {
          if (long) recorder.longRunningEnded(labels);
          recorder.requestEnded(kind, labels, code, long ? 0 : clock.now() - startedMs);
        },
      };
    },
  };
}

function labelsOf(
  { verb, resource, query }: RequestAttributes,
  contentType: string,
  kinds: KindTable,
): RequestLabels {
  const info =
    resource === undefined ? undefined : kinds.byPlural(resource.group, resource.plural, resource.version);
  const name = contentType.startsWith('application/apply-patch')
    ? 'APPLY'
    : (verbNames[verb] ?? verb.toUpperCase());
  const dryRun = query.has('dryRun');
  if (info === undefined || resource === undefined)
    return { verb: name, group: '', version: '', resource: '', subresource: '', scope: '', dryRun };
  const known = info.subresources.some((one) => one.name === resource.subresource);
  return {
    verb: name,
    group: info.group,
    version: info.version,
    resource: info.plural,
    subresource: known ? resource.subresource : '',
    scope: resource.name !== '' ? 'resource' : resource.namespace !== '' ? 'namespace' : 'cluster',
    dryRun,
  };
}
