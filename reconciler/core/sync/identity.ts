/** What tells one object from another: in all versions of its kind it is the same one. */
import { groupOf } from '../../../schemas/kinds.ts';
import type { ObjectRef } from '../model/object.ts';

/** `group/kind/namespace/name` */
export function identityOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}
