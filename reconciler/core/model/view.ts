/** The cluster as planners see it: every object at one revision, with the indexes that they ask for. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { builtInKinds, type KindTable, kindTable } from '../../../schemas/kinds.ts';
import { customKinds } from '../custom/custom-kinds.ts';
import { isCustomResourceDefinition } from '../custom/definition.ts';
import { kindKey } from './kind-key.ts';
import { hasLabels } from './label-selector.ts';
import { type KubeObject, type ObjectRef, refOf } from './object.ts';
import { type BucketEntry, SortedBucket } from './sorted-bucket.ts';

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
  /** What the cluster serves: the built-in kinds and those of its CustomResourceDefinitions. */
  readonly kinds: KindTable;
  /**
   * The object, in the version that it is stored in: the versions of one kind are one object. `T` is the caller's promise that `apiVersion` and `kind` name that type. */
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
  /** Pods of a namespace that bear all of `labels`, sorted; every one of it where there are no labels. */
  podsLabelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Pod[];
  /** Pods of a namespace that no controller owns, sorted: those that a controller may adopt. */
  podsWithoutController(namespace: string): readonly Pod[];
}

/** The view that the loop keeps current. Not for planners: they get it as a ClusterView. */
export class MutableView implements ClusterView {
  revision = 0;
  readonly #kinds = new Map<string, SortedBucket>();
  readonly #namespaces = new Map<string, SortedBucket>();
  /** By kind, namespace and name. */
  readonly #names = new Map<string, Map<string, Map<string, Standing>>>();
  readonly #uids = new Map<string, Standing>();
  readonly #owners = new Map<string, SortedBucket>();
  readonly #nodes = new Map<string, SortedBucket>();
  readonly #labels = new Map<string, SortedBucket>();
  readonly #orphans = new Map<string, SortedBucket>();
  #table: KindTable | undefined = builtInKinds;

  get kinds(): KindTable {
    this.#table ??= kindTable([
      ...builtInKinds.all,
      ...this.list('apiextensions.k8s.io/v1', 'CustomResourceDefinition').flatMap((object) =>
        isCustomResourceDefinition(object) ? customKinds(object) : [],
      ),
    ]);
    return this.#table;
  }

  get<T extends KubeObject>(
    apiVersion: T['apiVersion'],
    kind: T['kind'],
    namespace: string,
    name: string,
  ): T | undefined {
    return this.#names.get(kindKey(apiVersion, kind))?.get(namespace)?.get(name)?.object as T | undefined;
  }

  list<T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind'], namespace?: string): readonly T[] {
    const key = kindKey(apiVersion, kind);
    const bucket =
      namespace === undefined ? this.#kinds.get(key) : this.#namespaces.get(`${key}/${namespace}`);
    return (bucket?.list() ?? []) as readonly T[];
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#uids.get(uid)?.object;
  }

  ownedBy(uid: string): readonly KubeObject[] {
    return this.#owners.get(uid)?.list() ?? [];
  }

  podsOnNode(nodeName: string): readonly Pod[] {
    return (this.#nodes.get(nodeName)?.list() ?? []) as readonly Pod[];
  }

  podsLabelled(namespace: string, labels: Readonly<Record<string, string>>): readonly Pod[] {
    const names = Object.keys(labels);
    if (names.length === 0) return this.list<Pod>('v1', 'Pod', namespace);
    let fewest: SortedBucket | undefined;
    for (const name of names) {
      const bucket = this.#labels.get(labelBucket(namespace, name, labels[name] ?? ''));
      if (bucket === undefined) return [];
      if (fewest === undefined || bucket.size < fewest.size) fewest = bucket;
    }
    const pods = (fewest?.list() ?? []) as readonly Pod[];
    return names.length === 1 ? pods : pods.filter((pod) => hasLabels(labels, pod.metadata.labels));
  }

  podsWithoutController(namespace: string): readonly Pod[] {
    return (this.#orphans.get(namespace)?.list() ?? []) as readonly Pod[];
  }

  /** Puts `after` (or removes, where undefined) under `ref`, and says what changed. */
  apply(ref: ObjectRef, after: KubeObject | undefined, revision: number): ViewChange {
    const standing = this.#names.get(kindKey(ref.apiVersion, ref.kind))?.get(ref.namespace)?.get(ref.name);
    const before = standing?.object;
    if (standing !== undefined && after !== undefined && standsWhereItStood(standing.object, after)) {
      standing.object = after;
      for (const place of standing.places) SortedBucket.replace(place, after);
    } else this.#move(ref, before, after);
    if (ref.kind === 'CustomResourceDefinition') this.#table = undefined;
    this.revision = revision;
    return { ref, before, after };
  }

  #move(ref: ObjectRef, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const places = after === undefined ? [] : this.#placesOf(after);
    for (const { index, bucket, key } of before === undefined ? [] : this.#placesOf(before)) {
      const stays = places.some((place) => place.index === index && place.bucket === bucket);
      if (!stays) dropFrom(index, bucket, key);
    }
    if (before?.metadata.uid !== undefined) this.#uids.delete(before.metadata.uid);
    if (after === undefined) return this.#forget(ref);
    const taken = places.map(({ index, bucket, key }) => addTo(index, bucket, key, after));
    const standing = { object: after, places: taken };
    const kind = kindKey(ref.apiVersion, ref.kind);
    const namespaces = this.#names.get(kind) ?? new Map<string, Map<string, Standing>>();
    const names = namespaces.get(ref.namespace) ?? new Map<string, Standing>();
    this.#names.set(kind, namespaces.set(ref.namespace, names.set(ref.name, standing)));
    if (after.metadata.uid !== undefined) this.#uids.set(after.metadata.uid, standing);
  }

  #forget(ref: ObjectRef): void {
    const namespaces = this.#names.get(kindKey(ref.apiVersion, ref.kind));
    const names = namespaces?.get(ref.namespace);
    names?.delete(ref.name);
    if (names?.size === 0) namespaces?.delete(ref.namespace);
  }

  #placesOf(object: KubeObject): Place[] {
    const ref = refOf(object);
    const kind = kindKey(ref.apiVersion, ref.kind);
    const key = `${ref.namespace}/${ref.name}`;
    const places: Place[] = [{ index: this.#kinds, bucket: kind, key }];
    if (ref.namespace !== '')
      places.push({ index: this.#namespaces, bucket: `${kind}/${ref.namespace}`, key });
    for (const owner of object.metadata.ownerReferences ?? [])
      places.push({ index: this.#owners, bucket: owner.uid, key: `${kind}/${key}` });
    if (isPod(object)) {
      places.push({ index: this.#nodes, bucket: object.spec?.nodeName ?? '', key });
      for (const [name, value] of Object.entries(object.metadata.labels ?? {}))
        places.push({ index: this.#labels, bucket: labelBucket(ref.namespace, name, value), key });
      if (!isControlled(object)) places.push({ index: this.#orphans, bucket: ref.namespace, key });
    }
    return places;
  }
}

/** Whether no index tells the two apart; most writes change a status and nothing that is looked up. */
function standsWhereItStood(before: KubeObject, after: KubeObject): boolean {
  if (before.metadata.uid !== after.metadata.uid) return false;
  if (before.metadata.ownerReferences !== after.metadata.ownerReferences) return false;
  if (!isPod(before) || !isPod(after)) return true;
  return before.metadata.labels === after.metadata.labels && before.spec?.nodeName === after.spec?.nodeName;
}

/** An object with the places at which the indexes have it. */
interface Standing {
  object: KubeObject;
  readonly places: readonly BucketEntry[];
}

/** One entry of one index. */
interface Place {
  readonly index: Map<string, SortedBucket>;
  readonly bucket: string;
  readonly key: string;
}

function labelBucket(namespace: string, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}

function addTo(index: Map<string, SortedBucket>, name: string, key: string, object: KubeObject): BucketEntry {
  let bucket = index.get(name);
  if (bucket === undefined) {
    bucket = new SortedBucket();
    index.set(name, bucket);
  }
  return bucket.set(key, object);
}

function dropFrom(index: Map<string, SortedBucket>, name: string, key: string): void {
  const bucket = index.get(name);
  if (bucket === undefined) return;
  bucket.delete(key);
  if (bucket.size === 0) index.delete(name);
}

function isPod(object: KubeObject): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}

function isControlled({ metadata }: KubeObject): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller === true) ?? false;
}
