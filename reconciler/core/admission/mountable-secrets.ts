/** Accounts that are annotated so let their pods use no secrets but those that the account lists. */
import type {
  Container,
  EphemeralContainer,
  Pod,
  ServiceAccount,
} from '../../../schemas/kubernetes/types/core-v1.ts';

const annotation = 'kubernetes.io/enforce-mountable-secrets';
/** What Go reads as true. */
const affirmative: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Why the account forbids the pod; nothing where it does not. */
export function mountableSecretReason(pod: Pod, account: ServiceAccount): string | undefined {
  if (!affirmative.has(account.metadata.annotations?.[annotation] ?? '')) return undefined;
  const name = account.metadata.name ?? '';
  const listed = new Set((account.secrets ?? []).map((secret) => secret.name ?? ''));
  const { volumes = [], initContainers = [], containers = [], imagePullSecrets = [] } = pod.spec ?? {};
  const ephemeral = pod.spec?.ephemeralContainers ?? [];
  const because = `is not allowed because service account ${name} does not reference that`;
  const mounted = volumes
    .map(({ secret }) => secret?.secretName)
    .find((secret) => secret !== undefined && !listed.has(secret));
  if (mounted !== undefined) return `volume with secret.secretName="${mounted}" ${because} secret`;
  const used = [
    ...initContainers.flatMap((one) => secretUses('init container', one)),
    ...containers.flatMap((one) => secretUses('container', one)),
    ...ephemeral.flatMap((one) => secretUses('ephemeral container', one)),
  ].find(({ secret }) => !listed.has(secret));
  if (used !== undefined)
    return `${used.who} referencing secret.secretName="${used.secret}" ${because} secret`;
  const pulls = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name ?? ''));
  const index = imagePullSecrets.findIndex((secret) => !pulls.has(secret.name ?? ''));
  return index < 0
    ? undefined
    : `imagePullSecrets[${index}].name="${imagePullSecrets[index]?.name ?? ''}" ${because} imagePullSecret`;
}

interface SecretUse {
  readonly who: string;
  readonly secret: string;
}

function secretUses(
  what: string,
  { name, env, envFrom }: Container | EphemeralContainer,
): readonly SecretUse[] {
  return [
    ...(env ?? []).flatMap((variable) => {
      const reference = variable.valueFrom?.secretKeyRef;
      if (reference === undefined) return [];
      return [{ who: `${what} ${name} with envVar ${variable.name}`, secret: reference.name ?? '' }];
    }),
    ...(envFrom ?? []).flatMap(({ secretRef }) =>
      secretRef === undefined ? [] : [{ who: `${what} ${name} with envFrom`, secret: secretRef.name ?? '' }],
    ),
  ];
}
