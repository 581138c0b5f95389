/** Kubeconfigs: a server, the authority that it is verified by, and a client certificate made for this file. */
import { mastersGroup, type UserInfo } from '../../core/model/user.ts';
import { isMaster } from '../../core/authorization/authorize.ts';
import type { StatusProblem } from '../../core/registry/status-error.ts';
import type { Authority } from './authority.ts';
import { issueClientCertificate } from './client-certificates.ts';

const dayMs = 86_400_000;
const defaultDays = 365;
const daysMax = 3650;

/** What a kubeconfig is asked for. */
export interface KubeconfigRequest {
  /** Whom it speaks for; the administrator unless given. */
  readonly user?: string;
  readonly groups?: readonly string[];
  /** Where the API is reached; the reconciler's own address unless given. */
  readonly server?: string;
  /** Name of cluster, user and context; `berth` unless given. */
  readonly context?: string;
  readonly namespace?: string;
  readonly days?: number;
}

/** A kubeconfig as clientcmd reads it (v1 Config). */
export interface Kubeconfig {
  readonly apiVersion: 'v1';
  readonly kind: 'Config';
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly name: string;
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string; readonly namespace?: string };
  }[];
  readonly 'current-context': string;
}

export interface KubeconfigContext {
  readonly serverAuthority: Authority;
  readonly clientAuthority: Authority;
  /** Used where the request names no server: `https://127.0.0.1:6443`. */
  readonly defaultServer: string;
  readonly nowMs: number;
}

export type KubeconfigResult =
  | { readonly ok: true; readonly kubeconfig: Kubeconfig }
  | { readonly ok: false; readonly problem: StatusProblem };

const adminName = 'berth:admin';

/** The request in the query of `GET /apis/berth.dev/v1alpha1/kubeconfig`; a problem where it cannot be read. */
export function kubeconfigRequest(query: URLSearchParams): KubeconfigRequest | StatusProblem {
  const text = <K extends string>(name: K): { readonly [P in K]?: string } => {
    const value = query.get(name);
    return value === null || value === '' ? {} : ({ [name]: value } as { readonly [P in K]?: string });
  };
  const days = query.get('days');
  if (days !== null && !/^\d{1,4}$/.test(days)) return badRequest('days: must be a whole number');
  const groups = query.getAll('group').filter((group) => group !== '');
  return {
    ...text('user'),
    ...text('server'),
    ...text('context'),
    ...text('namespace'),
    ...(groups.length === 0 ? {} : { groups }),
    ...(days === null ? {} : { days: Number(days) }),
  };
}

/** Makes a kubeconfig with a new certificate. Only who may do everything anyway may have one made. */
export async function kubeconfigFor(
  request: KubeconfigRequest,
  requester: UserInfo,
  context: KubeconfigContext,
): Promise<KubeconfigResult> {
  if (!isMaster(requester)) {
    const message = `kubeconfigs are made for members of ${mastersGroup}: User ${JSON.stringify(requester.name)} is none`;
    return { ok: false, problem: { code: 403, reason: 'Forbidden', message } };
  }
  const { server = context.defaultServer, days = defaultDays, context: name = 'berth' } = request;
  const problem = problemOf(request, server, days);
  if (problem !== undefined) return { ok: false, problem: badRequest(problem) };
  const user =
    request.user === undefined
      ? { name: adminName, groups: request.groups ?? [mastersGroup] }
      : { name: request.user, groups: request.groups ?? [] };
  const { certificate, privateKey } = await issueClientCertificate(
    context.clientAuthority,
    user,
    context.nowMs,
    days * dayMs,
  );
  const userName = request.user === undefined ? `${name}-admin` : `${name}-${request.user}`;
  const { namespace } = request;
  return {
    ok: true,
    kubeconfig: {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name, cluster: { server, 'certificate-authority-data': base64(context.serverAuthority.pem) } },
      ],
      users: [
        {
          name: userName,
          user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(privateKey) },
        },
      ],
      contexts: [
        {
          name,
          context: { cluster: name, user: userName, ...(namespace === undefined ? {} : { namespace }) },
        },
      ],
      'current-context': name,
    },
  };
}

function problemOf(request: KubeconfigRequest, server: string, days: number): string | undefined {
  if (days < 1 || days > daysMax) return `days: must be between 1 and ${daysMax}`;
  if (request.user === undefined && request.groups !== undefined) return 'group: needs a user';
  if (!URL.canParse(server) || new URL(server).protocol !== 'https:')
    return `server: ${JSON.stringify(server)} is no https URL`;
  return undefined;
}

function badRequest(message: string): StatusProblem {
  return { code: 400, reason: 'BadRequest', message };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
