/**
 * The generation of a DaemonSet's template, which only the server counts: an annotation, as apps/v1 shows the field that
 * it no longer has. Pods made of the template bear the number as a label.
 */
import type { DaemonSet } from '../../../schemas/kubernetes/types/apps-v1.ts';
import { sameJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';

export const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

/** A DaemonSet with its template's generation, one more than `before` where the template is another; others as they are. */
export function withTemplateGeneration<T extends KubeObject>(object: T, before: KubeObject | undefined): T {
  if (object.apiVersion !== 'apps/v1' || object.kind !== 'DaemonSet') return object;
  const generation = nextGeneration(object as KubeObject as DaemonSet, before as DaemonSet | undefined);
  const { annotations } = object.metadata;
  if (annotations?.[templateGenerationAnnotation] === String(generation)) return object;
  const marked = { ...annotations, [templateGenerationAnnotation]: String(generation) };
  return { ...object, metadata: { ...object.metadata, annotations: marked } };
}

function nextGeneration(after: DaemonSet, before: DaemonSet | undefined): number {
  if (before === undefined) return Math.max(1, generationOf(after));
  const same = sameJson(after.spec?.template, before.spec?.template);
  return same ? Math.max(1, generationOf(before)) : generationOf(before) + 1;
}

/** 0 where there is none. */
function generationOf({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[templateGenerationAnnotation] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
