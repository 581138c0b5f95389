/**
 * From client-side to server-side apply: `kubectl apply --server-side` takes over what `kubectl apply` wrote down in
 * its annotation without a conflict, and keeps the annotation current, so that the way back is open too.
 */
import { canonicalJson } from '../model/canonical-json.ts';
import type { KubeObject } from '../model/object.ts';
import { compareValues } from './compare.ts';
import type { ApplyConflict } from './conflict.ts';
import { extractFields } from './extract.ts';
import { formatPath } from './field-path.ts';
import { difference, pathsOf } from './field-set.ts';
import type { MapShape } from './merge-shape.ts';
import { withoutManagedFields } from './update.ts';

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** The one manager for which Kubernetes does this. */
const kubectlManager = 'kubectl';
/** All annotations of an object together may take so much. */
const annotationsBytesMax = 256 * 1024;

/** None where all conflicts are about fields that the annotation holds and that nobody changed since; else the others. */
export function conflictsSinceClientApply(
  conflicts: readonly ApplyConflict[],
  live: KubeObject | undefined,
  manager: string,
  shape: MapShape,
): readonly ApplyConflict[] {
  const text = live?.metadata.annotations?.[lastAppliedAnnotation];
  if (manager !== kubectlManager || live === undefined || text === undefined) return conflicts;
  const lastApplied = parseObject(text);
  if (lastApplied?.apiVersion !== live.apiVersion) return conflicts;
  const { added, modified, removed } = compareValues(lastApplied, withoutManagedFields(live), shape);
  const unchanged = [added, modified, removed].reduce(difference, extractFields(lastApplied, shape));
  const allowed = new Set(pathsOf(unchanged).map(formatPath));
  return conflicts.filter(({ field }) => !allowed.has(field));
}

/** The annotation brought up to date, where there is one. */
export function withLastApplied(object: KubeObject, config: KubeObject, manager: string): KubeObject {
  if (manager !== kubectlManager || object.metadata.annotations?.[lastAppliedAnnotation] === undefined)
    return object;
  const { [lastAppliedAnnotation]: _, ...annotations } = object.metadata.annotations;
  const { [lastAppliedAnnotation]: __, ...ownAnnotations } = config.metadata.annotations ?? {};
  const ownMetadata = { ...config.metadata, annotations: ownAnnotations };
  const text = `${canonicalJson({ ...config, metadata: ownMetadata })}\n`;
  const kept =
    text.length > annotationsBytesMax ? annotations : { ...annotations, [lastAppliedAnnotation]: text };
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}

function parseObject(text: string): KubeObject | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null && 'metadata' in parsed
      ? (parsed as KubeObject)
      : undefined;
  } catch {
    // People edit annotations: one that is no JSON says nothing about who owned what.
    return undefined;
  }
}
