/** What an autoscaler scales: anything with a scale subresource, read and written as that subresource would. */
import type { HorizontalPodAutoscaler } from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { apiVersionOf, groupOf, type KindInfo } from '../../../../schemas/kinds.ts';
import { customScale, withCustomScale } from '../../custom/scale.ts';
import type { KubeObject } from '../../model/object.ts';
import { parseSelectorText } from '../../model/selector-text.ts';
import type { ClusterView } from '../../model/view.ts';
import { isCustom } from '../../registry/halves.ts';

export interface Target {
  readonly object: KubeObject;
  readonly info: KindInfo;
  readonly replicas: number;
  readonly statusReplicas: number;
  /** Of its pods; undefined where it names none, or none that can be read. */
  readonly selector: LabelSelector | undefined;
}

interface Scalable extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
  };
  readonly status?: { readonly replicas?: number };
}

/** The target, or why there is none, in the API's words. */
export function targetOf({ metadata, spec }: HorizontalPodAutoscaler, view: ClusterView): Target | string {
  const { apiVersion = 'v1', kind, name } = spec.scaleTargetRef;
  const info = view.kinds.byGvk(apiVersion, kind);
  if (info === undefined) return `no matches for kind "${kind}" in group "${groupOf(apiVersion)}"`;
  const resource = info.group === '' ? info.plural : `${info.plural}.${info.group}`;
  const object = view.get<KubeObject>(apiVersionOf(info), kind, metadata.namespace ?? '', name);
  if (object === undefined) return `${resource} "${name}" not found`;
  if (!info.subresources.some((subresource) => subresource.name === 'scale'))
    return `the server could not find the requested resource`;
  if (isCustom(info)) {
    const scale = customScale(object, info, view);
    const { specReplicas, statusReplicas, selector } = scale;
    const parsed = selector === undefined ? undefined : parseSelectorText(selector);
    return { object, info, replicas: specReplicas, statusReplicas, selector: parsed };
  }
  const { spec: wanted, status } = object as Scalable;
  return {
    object,
    info,
    replicas: wanted?.replicas ?? 0,
    statusReplicas: status?.replicas ?? 0,
    selector: selectorOf(wanted?.selector),
  };
}

/** A plain map is what a ReplicationController selects by. */
function selectorOf(
  selector: LabelSelector | Readonly<Record<string, string>> | undefined,
): LabelSelector | undefined {
  if (selector === undefined || Object.keys(selector).length === 0) return undefined;
  if ('matchLabels' in selector || 'matchExpressions' in selector) return selector;
  return { matchLabels: selector as Readonly<Record<string, string>> };
}

/** The target's object with another size. */
export function resized({ object, info }: Target, replicas: number, view: ClusterView): KubeObject {
  if (isCustom(info)) return withCustomScale(object, replicas, info, view);
  return { ...object, spec: { ...(object as Scalable).spec, replicas } } as KubeObject;
}
