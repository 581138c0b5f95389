/** The files of config maps, secrets, downward API and projected volumes. */
import type {
  KeyToPath,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { fieldValue, resourceFieldValue } from './downward.ts';
import { type SourceKind, sourceData } from './sources.ts';
import type { VolumeContext, VolumeFile } from './volume-spec.ts';

export type Files = { readonly files: readonly VolumeFile[] } | { readonly problem: string };

/** Kubernetes' defaultMode. */
const fileMode = 0o644;
/** Of a token where somebody else than root is to read it: the kubelet's. */
const ownedTokenMode = 0o600;
/** Kubernetes' default of a token's `expirationSeconds`. */
const tokenSeconds = 3600;

/** What the volume holds; undefined where it is of a type that holds no such files. */
export function filesOf(context: VolumeContext, volume: Volume): Files | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined)
    return sourceFiles(context, 'configmap', configMap, configMap.defaultMode ?? fileMode);
  if (secret !== undefined) {
    const { secretName, ...rest } = secret;
    return sourceFiles(
      context,
      'secret',
      secretName === undefined ? rest : { ...rest, name: secretName },
      secret.defaultMode ?? fileMode,
    );
  }
  if (downwardAPI !== undefined)
    return projectionFiles(context, { downwardAPI }, downwardAPI.defaultMode ?? fileMode);
  if (projected === undefined) return undefined;
  const files = new Map<string, VolumeFile>();
  for (const source of projected.sources ?? []) {
    const found = projectionFiles(context, source, projected.defaultMode ?? fileMode);
    if ('problem' in found) return found;
    for (const file of found.files) files.set(file.path, file);
  }
  return { files: [...files.values()] };
}

function projectionFiles(context: VolumeContext, source: VolumeProjection, mode: number): Files {
  const { configMap, secret, serviceAccountToken, downwardAPI } = source;
  if (configMap !== undefined) return sourceFiles(context, 'configmap', configMap, mode);
  if (secret !== undefined) return sourceFiles(context, 'secret', secret, mode);
  if (serviceAccountToken !== undefined) return tokenFiles(context, serviceAccountToken, mode);
  if (downwardAPI !== undefined) return downwardFiles(context, downwardAPI.items ?? [], mode);
  return { problem: `projected ${Object.keys(source).join()} is not built yet` };
}

type DownwardItems = NonNullable<NonNullable<VolumeProjection['downwardAPI']>['items']>;

function downwardFiles(context: VolumeContext, items: DownwardItems, mode: number): Files {
  const containers = [...(context.pod.spec?.containers ?? []), ...(context.pod.spec?.initContainers ?? [])];
  const files: VolumeFile[] = [];
  for (const item of items) {
    const text =
      item.fieldRef !== undefined
        ? fieldValue(context.pod, item.fieldRef, context.addresses)
        : item.resourceFieldRef &&
          resourceFieldValue(containers, undefined, item.resourceFieldRef, context.capacity);
    if (text === undefined || !isInside(item.path))
      return { problem: `downward API item ${item.path} cannot be resolved` };
    files.push({ path: item.path, mode: item.mode ?? mode, encoding: 'utf8', text });
  }
  return { files };
}

/** The token belongs to the pod's user where all its containers have the same; others read it through fsGroup. */
function tokenFiles(context: VolumeContext, source: ServiceAccountTokenProjection, mode: number): Files {
  const { pod, sources } = context;
  const { audience = '', expirationSeconds = tokenSeconds, path } = source;
  const entry = sources.token(pod.metadata.uid ?? '');
  const held = entry?.tokens.find(
    (token) => token.audience === audience && token.expirationSeconds === expirationSeconds,
  );
  if (held?.token === undefined) return { problem: held?.problem ?? 'failed to fetch token: not there yet' };
  if (!isInside(path)) return { problem: `path ${JSON.stringify(path)} leads out of the volume` };
  const uid = commonUser(context);
  const isOwned = uid !== undefined || pod.spec?.securityContext?.fsGroup !== undefined;
  const file = { path, mode: isOwned ? ownedTokenMode : mode, encoding: 'utf8', text: held.token } as const;
  return { files: [uid === undefined ? file : { ...file, uid }] };
}

function commonUser({ pod }: VolumeContext): number | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [], securityContext } = pod.spec ?? {};
  const users = new Set(
    [...containers, ...initContainers, ...ephemeralContainers].map(
      (container) => container.securityContext?.runAsUser ?? securityContext?.runAsUser,
    ),
  );
  return users.size === 1 ? [...users][0] : undefined;
}

interface SourceReference {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function sourceFiles(context: VolumeContext, kind: SourceKind, source: SourceReference, mode: number): Files {
  const name = source.name ?? '';
  const data = sourceData(context.sources, kind, context.pod.metadata.namespace ?? '', name);
  if (data === undefined)
    return source.optional === true
      ? { files: [] }
      : { problem: `${kind} ${JSON.stringify(name)} not found` };
  if (source.items === undefined || source.items.length === 0)
    return { files: [...data].map(([key, content]) => ({ path: key, mode, ...content })) };
  const files: VolumeFile[] = [];
  for (const item of source.items) {
    const content = data.get(item.key);
    if (content === undefined && source.optional === true) continue;
    if (content === undefined)
      return {
        problem: `references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${item.key}`,
      };
    if (!isInside(item.path)) return { problem: `path ${JSON.stringify(item.path)} leads out of the volume` };
    files.push({ path: item.path, mode: item.mode ?? mode, ...content });
  }
  return { files };
}

/** A path that stays in its volume; names that begin with two dots belong to the atomic update. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.startsWith('..') && !path.split('/').includes('..');
}
