/** A view with some objects put over it: what the later changes of one commit see of the earlier ones. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KindTable } from '../../../schemas/kinds.ts';
import { kindKey } from './kind-key.ts';
import { type KubeObject, refOf } from './object.ts';
import type { ClusterView } from './view.ts';

export class OverlayView implements ClusterView {
  readonly #base: ClusterView;
  readonly #over = new Map<string, Map<string, KubeObject>>();

  constructor(base: ClusterView) {
    this.#base = base;
  }

  get revision(): number {
    return this.#base.revision;
  }

  get kinds(): KindTable {
    return this.#base.kinds;
  }

  /** Shows `object` in place of what the view below has under its name. */
  put(object: KubeObject): void {
    const ref = refOf(object);
    const key = kindKey(ref.apiVersion, ref.kind);
    const objects = this.#over.get(key) ?? new Map<string, KubeObject>();
    this.#over.set(key, objects.set(`${ref.namespace}/${ref.name}`, object));
  }

  get<T extends KubeObject>(
    apiVersion: T['apiVersion'],
    kind: T['kind'],
    namespace: string,
    name: string,
  ): T | undefined {
    const over = this.#over.get(kindKey(apiVersion, kind))?.get(`${namespace}/${name}`);
    return (over as T | undefined) ?? this.#base.get<T>(apiVersion, kind, namespace, name);
  }

  list<T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind'], namespace?: string): readonly T[] {
    const below = this.#base.list<T>(apiVersion, kind, namespace);
    const over = this.#over.get(kindKey(apiVersion, kind));
    if (over === undefined) return below;
    const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    const merged = new Map<string, KubeObject>(below.map((object) => [keyOf(object), object]));
    for (const [key, object] of over)
      if (namespace === undefined || object.metadata.namespace === namespace) merged.set(key, object);
    return [...merged.keys()].sort().map((key) => merged.get(key) as T);
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#base.byUid(uid);
  }

  ownedBy(uid: string): readonly KubeObject[] {
    return this.#base.ownedBy(uid);
  }

  podsOnNode(nodeName: string): readonly Pod[] {
    const below = this.#base.podsOnNode(nodeName);
    const over = this.#over.get('/Pod') as ReadonlyMap<string, Pod> | undefined;
    if (over === undefined) return below;
    const keyOf = ({ metadata }: Pod): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    const merged = new Map(below.filter((pod) => !over.has(keyOf(pod))).map((pod) => [keyOf(pod), pod]));
    for (const [key, pod] of over) if ((pod.spec?.nodeName ?? '') === nodeName) merged.set(key, pod);
    return [...merged.keys()].sort().map((key) => merged.get(key) as Pod);
  }

  podsLabelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Pod[] {
    return this.#base.podsLabelled(namespace, labels);
  }

  podsWithoutController(namespace: string): readonly Pod[] {
    return this.#base.podsWithoutController(namespace);
  }
}
