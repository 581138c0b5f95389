/** The name of a kind among all kinds, the same for all of its versions. */
import { groupOf } from '../../../schemas/kinds.ts';

/** A cluster has some hundred kinds; beyond this they are put together anew. */
const knownMax = 10_000;
const known = new Map<string, Map<string, string>>();
let count = 0;

/** `GROUP/KIND`; the same text each time, so that looking something up by it costs little. */
export function kindKey(apiVersion: string, kind: string): string {
  const key = known.get(apiVersion)?.get(kind);
  return key ?? made(apiVersion, kind);
}

function made(apiVersion: string, kind: string): string {
  const key = `${groupOf(apiVersion)}/${kind}`;
  if (++count > knownMax) {
    known.clear();
    count = 1;
  }
  const kinds = known.get(apiVersion) ?? new Map<string, string>();
  known.set(apiVersion, kinds.set(kind, key));
  return key;
}
