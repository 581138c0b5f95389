/** Config maps and secrets of the desired state, as pods see them. */
import type { ConfigMapEntry, SecretEntry } from '../../../schemas/wire/messages.ts';

export interface PodSources {
  configMap(namespace: string, name: string): ConfigMapEntry | undefined;
  secret(namespace: string, name: string): SecretEntry | undefined;
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
