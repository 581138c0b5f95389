/** Fills Secrets of type kubernetes.io/service-account-token, and removes those whose account is gone. */
import type { Secret, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { AsyncController } from '../../core/model/controller.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../core/model/object.ts';
import { emptyPlan, type Plan } from '../../core/model/plan.ts';
import type { ClusterView, ViewChange } from '../../core/model/view.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

const tokenType = 'kubernetes.io/service-account-token';
const nameKey = 'kubernetes.io/service-account.name';
const uidKey = 'kubernetes.io/service-account.uid';

/** `caPem`: by which the token's holder verifies the API. */
export function tokenSecretController(tokens: ServiceAccountTokens, caPem: string): AsyncController {
  return {
    name: 'serviceaccount-token-controller',
    keysFor,
    plan: async (key, view) => {
      const secret = view.get<Secret>('v1', 'Secret', key.namespace, key.name);
      if (secret === undefined || !isTokenSecret(secret) || secret.metadata.deletionTimestamp !== undefined)
        return emptyPlan;
      const account = accountOf(secret, view);
      if (account === undefined)
        return { changes: [{ type: 'delete', ref: key, uid: secret.metadata.uid ?? '' }], events: [] };
      return filled(secret, account, tokens, caPem);
    },
  };
}

function keysFor({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (ref.apiVersion !== 'v1') return [];
  if (ref.kind === 'Secret') return isTokenSecret(after ?? before) ? [ref] : [];
  if (ref.kind !== 'ServiceAccount') return [];
  return view
    .list<Secret>('v1', 'Secret', ref.namespace)
    .filter((secret) => isTokenSecret(secret) && secret.metadata.annotations?.[nameKey] === ref.name)
    .map(refOf);
}

function isTokenSecret(object: KubeObject | undefined): boolean {
  return (object as Secret | undefined)?.type === tokenType;
}

/** The account that the Secret names; one of the same name with another uid is another account. */
function accountOf({ metadata }: Secret, view: ClusterView): ServiceAccount | undefined {
  const name = metadata.annotations?.[nameKey] ?? '';
  const account = view.get<ServiceAccount>('v1', 'ServiceAccount', metadata.namespace ?? '', name);
  const uid = metadata.annotations?.[uidKey] ?? '';
  return uid === '' || uid === account?.metadata.uid ? account : undefined;
}

async function filled(
  secret: Secret,
  account: ServiceAccount,
  tokens: ServiceAccountTokens,
  caPem: string,
): Promise<Plan> {
  const { namespace = '', name = '', annotations = {} } = secret.metadata;
  const uid = account.metadata.uid ?? '';
  const data = secret.data ?? {};
  const wanted = {
    'ca.crt': base64(caPem),
    namespace: base64(namespace),
    token:
      data.token !== undefined && data.token !== ''
        ? data.token
        : base64(await tokens.signLegacy(namespace, { name: account.metadata.name ?? '', uid }, name)),
  };
  const complete = Object.entries(wanted).every(([field, value]) => data[field] === value);
  if (complete && annotations[uidKey] === uid) return emptyPlan;
  const metadata = { ...secret.metadata, annotations: { ...annotations, [uidKey]: uid } };
  const object = { ...secret, metadata, data: { ...data, ...wanted } };
  return { changes: [{ type: 'update', scope: 'spec', object }], events: [] };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
