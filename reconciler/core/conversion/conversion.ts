/** Built-in kinds that are one object in several versions or groups: in which one it is stored, and the way there and back. */
import { apiVersionOf, builtInKinds, type KindInfo } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';

/** The stored form by the `apiVersion kind` of each other one. */
const hubs: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  'autoscaling/v1 HorizontalPodAutoscaler': ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  'events.k8s.io/v1 Event': ['v1', 'Event'],
};

/** The kind, in the version that its objects are stored in; itself for most. */
export function hubOf(info: KindInfo): KindInfo {
  const hub = hubs[`${apiVersionOf(info)} ${info.kind}`];
  return hub === undefined ? info : (builtInKinds.byGvk(...hub) ?? info);
}

/** An object in the form that it is stored in. */
export function toHub(object: KubeObject): KubeObject {
  const hub = hubs[`${object.apiVersion} ${object.kind}`];
  return hub === undefined ? object : { ...object, apiVersion: hub[0] };
}

/** A stored object in the form of `info`. */
export function fromHub(object: KubeObject, info: KindInfo): KubeObject {
  const apiVersion = apiVersionOf(info);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
