import { apiVersionOf, kinds } from '../../../schemas/kinds.ts';
import type { KubeObject } from './object.ts';
import type { ClusterView } from './view.ts';

/** Every object of the view, in the order of the table of kinds. */
export function allObjects(view: ClusterView): readonly KubeObject[] {
  return kinds.flatMap((info) => view.list<KubeObject>(apiVersionOf(info), info.kind));
}
