/**
 * Versions and groups of one stored kind. Each such kind has one hub, the form that is stored; every other form is
 * read and written through it. Kinds that have one form only are their own hub.
 */
import { apiVersionOf, type KindInfo, kindByGvk } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { autoscalerFromHub, autoscalerToHub } from './autoscaler.ts';
import { eventFromHub, eventToHub } from './event.ts';

interface Spoke {
  readonly hub: KindInfo;
  readonly toHub: (object: KubeObject) => KubeObject;
  readonly fromHub: (object: KubeObject) => KubeObject;
}

function hubKind(apiVersion: string, kind: string): KindInfo {
  const info = kindByGvk(apiVersion, kind);
  if (info === undefined) throw new Error(`no kind ${kind} in ${apiVersion}`);
  return info;
}

/** The forms that are not stored, by apiVersion and kind. */
const spokes: ReadonlyMap<string, Spoke> = new Map([
  [
    'autoscaling/v1 HorizontalPodAutoscaler',
    {
      hub: hubKind('autoscaling/v2', 'HorizontalPodAutoscaler'),
      toHub: autoscalerToHub,
      fromHub: autoscalerFromHub,
    },
  ],
  ['events.k8s.io/v1 Event', { hub: hubKind('v1', 'Event'), toHub: eventToHub, fromHub: eventFromHub }],
]);

/** The kind that objects of `info` are stored as; `info` itself where that is so. */
export function hubOf(info: KindInfo): KindInfo {
  return spokes.get(`${apiVersionOf(info)} ${info.kind}`)?.hub ?? info;
}

/** The object as it is stored. Gives it back where it is in that form. */
export function toHub(object: KubeObject): KubeObject {
  return spokes.get(`${object.apiVersion} ${object.kind}`)?.toHub(object) ?? object;
}

/** A stored object in the form of `info`; custom kinds differ in nothing but their apiVersion. */
export function fromHub(object: KubeObject, info: KindInfo): KubeObject {
  const apiVersion = apiVersionOf(info);
  if (object.apiVersion === apiVersion) return object;
  const spoke = spokes.get(`${apiVersion} ${info.kind}`);
  return spoke === undefined ? { ...object, apiVersion } : spoke.fromHub(object);
}
