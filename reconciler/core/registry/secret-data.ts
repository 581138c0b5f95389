/** Secrets as they are written and as they are stored. */
import type { KubeObject } from '../model/object.ts';

/** `stringData` is how Secrets are written, `data` how they are stored; it wins over an equal key of `data`. */
export function foldStringData(object: KubeObject): KubeObject {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret' || !('stringData' in object)) return object;
  const { stringData, ...secret } = object as KubeObject & {
    readonly data?: Readonly<Record<string, string>> | null;
    readonly stringData?: Readonly<Record<string, string>> | null;
  };
  if (stringData === undefined || stringData === null) return secret;
  const encoder = new TextEncoder();
  const data: Record<string, string> = { ...secret.data };
  for (const [key, text] of Object.entries(stringData)) data[key] = encoder.encode(text).toBase64();
  return Object.keys(data).length === 0 ? secret : ({ ...secret, data } as KubeObject);
}
