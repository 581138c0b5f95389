/** The cluster as planners see it: every object at one revision, with the indexes that they ask for. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, type ObjectId, type ObjectRef, objectId, refOf } from './object.ts';

/** What changed, as told to whoever maps changes to work. */
export interface ViewChange {
  readonly ref: ObjectRef;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

/** Read access for planners. Objects are immutable; lists come in creation-independent, sorted order. */
export interface ClusterView {
  /** The revision that the view shows. */
  readonly revision: number;
  /** `T` is the caller's promise that `apiVersion` and `kind` name that type. */
  get<T extends KubeObject>(
    apiVersion: T['apiVersion'],
    kind: T['kind'],
    namespace: string,
    name: string,
  ): T | undefined;
  /** All objects of a kind, of one namespace if given, sorted by namespace and name. */
  list<T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind'], namespace?: string): readonly T[];
  byUid(uid: string): KubeObject | undefined;
  /** Objects with an owner reference to `uid`, sorted by id. */
  ownedBy(uid: string): readonly KubeObject[];
  /** Pods whose `spec.nodeName` is `nodeName`; the empty name gives those not bound yet. */
  podsOnNode(nodeName: string): readonly Pod[];
}

type Bucket = Map<ObjectId, KubeObject>;

/** The view that the loop keeps current. Not for planners: they get it as a ClusterView. */
export class MutableView implements ClusterView {
  revision = 0;
  readonly #kinds = new Map<string, Bucket>();
  readonly #namespaces = new Map<string, Bucket>();
  readonly #uids = new Map<string, KubeObject>();
  readonly #owners = new Map<string, Bucket>();
  readonly #nodes = new Map<string, Bucket>();
  /** Sorted lists by bucket, dropped when the bucket changes. */
  readonly #sorted = new WeakMap<Bucket, readonly KubeObject[]>();

  get<T extends KubeObject>(
    apiVersion: T['apiVersion'],
    kind: T['kind'],
    namespace: string,
    name: string,
  ): T | undefined {
    const bucket = this.#kinds.get(`${apiVersion}/${kind}`);
    return bucket?.get(objectId({ apiVersion, kind, namespace, name })) as T | undefined;
  }

  list<T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind'], namespace?: string): readonly T[] {
    const bucket =
      namespace === undefined
        ? this.#kinds.get(`${apiVersion}/${kind}`)
        : this.#namespaces.get(`${apiVersion}/${kind}/${namespace}`);
    return this.#list(bucket) as readonly T[];
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#uids.get(uid);
  }

  ownedBy(uid: string): readonly KubeObject[] {
    return this.#list(this.#owners.get(uid));
  }

  podsOnNode(nodeName: string): readonly Pod[] {
    return this.#list(this.#nodes.get(nodeName)) as readonly Pod[];
  }

  /** Puts `after` (or removes, where undefined) under `ref`, and says what changed. */
  apply(ref: ObjectRef, after: KubeObject | undefined, revision: number): ViewChange {
    const id = objectId(ref);
    const before = this.#kinds.get(`${ref.apiVersion}/${ref.kind}`)?.get(id);
    if (before !== undefined) for (const [index, key] of this.#indexKeys(before)) this.#drop(index, key, id);
    if (before?.metadata.uid !== undefined) this.#uids.delete(before.metadata.uid);
    if (after !== undefined)
      for (const [index, key] of this.#indexKeys(after)) this.#add(index, key, id, after);
    if (after?.metadata.uid !== undefined) this.#uids.set(after.metadata.uid, after);
    this.revision = revision;
    return { ref, before, after };
  }

  #indexKeys(object: KubeObject): [Map<string, Bucket>, string][] {
    const ref = refOf(object);
    const kind = `${ref.apiVersion}/${ref.kind}`;
    const keys: [Map<string, Bucket>, string][] = [[this.#kinds, kind]];
    if (ref.namespace !== '') keys.push([this.#namespaces, `${kind}/${ref.namespace}`]);
    for (const owner of object.metadata.ownerReferences ?? []) keys.push([this.#owners, owner.uid]);
    if (isPod(object)) keys.push([this.#nodes, object.spec?.nodeName ?? '']);
    return keys;
  }

  #add(index: Map<string, Bucket>, key: string, id: ObjectId, object: KubeObject): void {
    const bucket = index.get(key) ?? new Map<ObjectId, KubeObject>();
    bucket.set(id, object);
    this.#sorted.delete(bucket);
    index.set(key, bucket);
  }

  #drop(index: Map<string, Bucket>, key: string, id: ObjectId): void {
    const bucket = index.get(key);
    if (bucket === undefined) return;
    bucket.delete(id);
    this.#sorted.delete(bucket);
    if (bucket.size === 0) index.delete(key);
  }

  #list(bucket: Bucket | undefined): readonly KubeObject[] {
    if (bucket === undefined) return [];
    const known = this.#sorted.get(bucket);
    if (known !== undefined) return known;
    const sorted = [...bucket.keys()].sort().map((id) => bucket.get(id) as KubeObject);
    this.#sorted.set(bucket, sorted);
    return sorted;
  }
}

function isPod(object: KubeObject): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}
