/** What tells one object from another: in all versions of its kind it is the same one. */
import { kindKey } from '../model/kind-key.ts';
import type { ObjectRef } from '../model/object.ts';

/** `group/kind/namespace/name` */
export function identityOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${kindKey(apiVersion, kind)}/${namespace}/${name}`;
}
