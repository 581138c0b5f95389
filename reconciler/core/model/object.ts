/** Any Kubernetes object, and how objects are named in the store. */
import { parseExactJson } from './exact-json.ts';
import { shareParts } from './shared-parts.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { builtInKinds, groupOf, type KindInfo, type KindTable } from '../../../schemas/kinds.ts';

/** An object of any kind. Narrow it by its `apiVersion` and `kind`. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Names one object: what a work queue holds and what every controller reconciles from. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
}

/** `apiVersion/kind/namespace/name`, unique over the cluster and sortable. */
export type ObjectId = string;

/** The unique id of what `ref` names. */
export function objectId(ref: ObjectRef): ObjectId {
  return `${ref.apiVersion}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** The reference of an object; throws where it has no name. */
export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  if (name === undefined || name === '')
    throw new Error(`a ${object.kind} without metadata.name has no reference`);
  return { apiVersion: object.apiVersion, kind: object.kind, namespace: namespace ?? '', name };
}

/**
 * The table row of an object's kind; throws for a kind that Berth does not know. A custom object may be stored in a
 * version that is served no more: its row is that of the newest one.
 */
export function kindOf(
  object: { readonly apiVersion: string; readonly kind: string },
  table: KindTable = builtInKinds,
): KindInfo {
  const info = table.byGvk(object.apiVersion, object.kind) ?? customKindOf(object, table);
  if (info === undefined) throw new Error(`no kind ${object.kind} in ${object.apiVersion}`);
  return info;
}

function customKindOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  table: KindTable,
): KindInfo | undefined {
  const group = groupOf(apiVersion);
  const isIt = (info: KindInfo): boolean =>
    info.kind === kind && info.group === group && info.definition.startsWith('custom:');
  return table.all.findLast(isIt);
}

/** Prefix of all objects in the store. */
export const registryPrefix = '/registry/';

/** Store prefix of a kind: `/registry/GROUP/PLURAL/`, group `core` for the empty one. */
export function storePrefix(info: KindInfo): string {
  return `${registryPrefix}${info.group === '' ? 'core' : info.group}/${info.plural}/`;
}

/** Store key of an object: `/registry/GROUP/PLURAL/NAMESPACE/NAME`, or without a namespace. */
export function storeKey(ref: ObjectRef, table: KindTable = builtInKinds): string {
  const prefix = storePrefix(kindOf(ref, table));
  return ref.namespace === '' ? `${prefix}${ref.name}` : `${prefix}${ref.namespace}/${ref.name}`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What bytes were made from, for as long as somebody holds them: what this process wrote it need not read again. */
const encodedFrom = new WeakMap<Uint8Array, KubeObject>();

/** The bytes that the store keeps: JSON without the resource version, which the store's revision is. */
export function encodeObject(object: KubeObject): Uint8Array {
  const { resourceVersion: _, ...metadata } = object.metadata;
  const bare = { ...object, metadata };
  const value = encoder.encode(JSON.stringify(bare));
  encodedFrom.set(value, bare);
  return value;
}

/** The object in a stored record, its resource version set from the record's revision. */
export function decodeObject(value: Uint8Array, modRevision: number): KubeObject {
  const known = encodedFrom.get(value);
  if (known !== undefined) {
    encodedFrom.delete(value);
    const metadata = { ...known.metadata, resourceVersion: String(modRevision) };
    shareParts(metadata);
    return { ...known, metadata };
  }
  const object = parseExactJson(decoder.decode(value)) as KubeObject & {
    metadata: { resourceVersion?: string; namespace?: string; managedFields?: ObjectMeta['managedFields'] };
  };
  object.metadata.resourceVersion = String(modRevision);
  shareParts(object.metadata);
  return object;
}
