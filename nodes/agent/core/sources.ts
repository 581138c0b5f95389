/** What the desired state holds for pods: config maps, secrets, claims, tokens and services. */
import type {
  ClaimEntry,
  ConfigMapEntry,
  SecretEntry,
  ServiceEntry,
  TokenEntry,
} from '../../../schemas/wire/messages.ts';

export interface PodSources {
  configMap(namespace: string, name: string): ConfigMapEntry | undefined;
  secret(namespace: string, name: string): SecretEntry | undefined;
  claim(namespace: string, name: string): ClaimEntry | undefined;
  /** Whether another pod than the one with this uid runs with the claim on this host, and came before it. */
  isClaimTaken(namespace: string, name: string, uid: string): boolean;
  /** The tokens of the pod with this uid. */
  token(uid: string): TokenEntry | undefined;
  /** Services with an address, by name. */
  services(namespace: string): ReadonlyMap<string, ServiceEntry>;
}

/** Bytes of one file or value, as they came. */
export interface Content {
  readonly encoding: 'utf8' | 'base64';
  readonly text: string;
}

export type SourceKind = 'configmap' | 'secret';

/** Every key of a config map or secret with its content; undefined where it is not in the desired state. */
export function sourceData(
  sources: PodSources,
  kind: SourceKind,
  namespace: string,
  name: string,
): ReadonlyMap<string, Content> | undefined {
  switch (kind) {
    case 'configmap': {
      const entry = sources.configMap(namespace, name);
      if (entry === undefined) return undefined;
      return new Map([...contents(entry.data, 'utf8'), ...contents(entry.binaryData, 'base64')]);
    }
    case 'secret': {
      const entry = sources.secret(namespace, name);
      return entry === undefined ? undefined : new Map(contents(entry.data, 'base64'));
    }
  }
}

function contents(
  data: Readonly<Record<string, string>>,
  encoding: Content['encoding'],
): [string, Content][] {
  return Object.keys(data)
    .sort()
    .map((key) => [key, { encoding, text: data[key] ?? '' }]);
}

/** The text of a value; bytes that are not UTF-8 become replacement characters, as in the kubelet's environment. */
export function contentText(content: Content): string {
  if (content.encoding === 'utf8') return content.text;
  const binary = atob(content.text);
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}
