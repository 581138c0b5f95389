/** The numbers of the scale subresource of custom objects, in the fields that the definition names. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import { pathSteps, type ScalePaths, valueAtPath } from '../../../schemas/structural/scale-paths.ts';
import { isFields } from '../../../schemas/validation/loose.ts';
import type { KubeObject } from '../model/object.ts';
import { definitionOf, type ObjectSource, versionOf } from './definition.ts';

/** What autoscaling/v1's Scale says of a custom object. */
export interface CustomScale {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** Labels of the pods as text; absent where the definition names no field or the field is empty. */
  readonly selector?: string;
}

/** The scale of an object, by the paths of the version of `info`. Numbers that are missing are zero. */
export function customScale(object: KubeObject, info: KindInfo, view: ObjectSource): CustomScale {
  const paths = scalePathsOf(info, view);
  const { labelSelectorPath } = paths;
  const selector = labelSelectorPath === undefined ? undefined : valueAtPath(object, labelSelectorPath);
  return {
    specReplicas: countAt(object, paths.specReplicasPath),
    statusReplicas: countAt(object, paths.statusReplicasPath),
    ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
  };
}

/** The object with the replicas that a scale asks for; maps on the way are made. */
export function withCustomScale<T extends KubeObject>(
  object: T,
  replicas: number,
  info: KindInfo,
  view: ObjectSource,
): T {
  return setAt(object, pathSteps(scalePathsOf(info, view).specReplicasPath), replicas) as T;
}

/** Throws for a version without the subresource: the table of kinds does not offer it there. */
function scalePathsOf(info: KindInfo, view: ObjectSource): ScalePaths {
  const paths = versionOf(definitionOf(info, view), info.version)?.subresources?.scale;
  if (paths === undefined) throw new Error(`${info.plural}.${info.group} has no scale in ${info.version}`);
  return paths;
}

function countAt(object: object, path: string): number {
  const value = valueAtPath(object, path);
  return typeof value === 'number' ? value : 0;
}

function setAt(value: unknown, [step, ...more]: readonly string[], leaf: number): unknown {
  if (step === undefined) return leaf;
  const fields = isFields(value) ? value : {};
  return { ...fields, [step]: setAt(fields[step], more, leaf) };
}
