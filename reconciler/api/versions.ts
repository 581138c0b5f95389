/** Objects in the version that a request names, and in the one that they are stored in. */
import { apiVersionOf, type KindInfo } from '../../schemas/kinds.ts';
import { fromHub, hubOf, toHub } from '../core/conversion/conversion.ts';
import { asServed } from '../core/custom/versions.ts';
import type { KubeObject, ObjectRef } from '../core/model/object.ts';
import type { ClusterView } from '../core/model/view.ts';
import { isCustom } from '../core/registry/halves.ts';

/** Names the stored object behind a request for `info`. */
export function storedRef(info: KindInfo, namespace: string, name: string): ObjectRef {
  const hub = hubOf(info);
  return { apiVersion: apiVersionOf(hub), kind: hub.kind, namespace, name };
}

/** The stored objects of a kind, of one namespace unless it is empty. */
export function storedObjects(view: ClusterView, info: KindInfo, namespace: string): readonly KubeObject[] {
  const hub = hubOf(info);
  return view.list<KubeObject>(apiVersionOf(hub), hub.kind, namespace === '' ? undefined : namespace);
}

/** Whether every stored object of the kind is served as it is. */
export function servedAsStored(info: KindInfo): boolean {
  return !isCustom(info) && hubOf(info) === info;
}

const converted = new WeakMap<KubeObject, Map<string, KubeObject>>();

/** A stored object as a request for `info` sees it; itself where it is stored that way, else always the same one. */
export function shownAs(object: KubeObject, info: KindInfo, view: ClusterView): KubeObject {
  if (isCustom(info)) return asServed(object, info, view);
  const apiVersion = apiVersionOf(info);
  if (object.apiVersion === apiVersion) return object;
  const versions = converted.get(object) ?? new Map<string, KubeObject>();
  converted.set(object, versions);
  const known = versions.get(apiVersion) ?? fromHub(object, info);
  versions.set(apiVersion, known);
  return known;
}

/** An object as it is given to the registry: built-in kinds as they are stored, custom ones in their own version. */
export function asStored(object: KubeObject, info: KindInfo): KubeObject {
  return servedAsStored(info) || isCustom(info) ? object : toHub(object);
}
