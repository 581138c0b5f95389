import { apiVersionOf } from '../../../schemas/kinds.ts';
import type { KubeObject } from './object.ts';
import type { ClusterView } from './view.ts';

/** Every object of the view once, in the order of the table of kinds. */
export function allObjects(view: ClusterView): readonly KubeObject[] {
  const first = new Map(view.kinds.all.toReversed().map((info) => [`${info.group}/${info.kind}`, info]));
  return view.kinds.all
    .filter((info) => first.get(`${info.group}/${info.kind}`) === info)
    .flatMap((info) => view.list<KubeObject>(apiVersionOf(info), info.kind));
}
