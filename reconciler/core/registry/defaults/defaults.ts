/**
 * Kubernetes' defaults for the fields that a manifest leaves out, as its API reference documents them: one table of
 * kinds, put together from the tables of each area.
 */
import { definitionDefaulters } from '../../custom/definition-defaults.ts';
import type { KubeObject } from '../../model/object.ts';
import { clusterObjectDefaulters } from './cluster-objects.ts';
import type { Defaulters } from './defaulter.ts';
import { workloadDefaulters } from './workloads.ts';

const defaulters: Defaulters = { ...workloadDefaulters, ...clusterObjectDefaulters, ...definitionDefaulters };

/** The object with every default filled in. */
export function applyDefaults(object: KubeObject): KubeObject {
  return defaulters[`${object.apiVersion}/${object.kind}`]?.(object) ?? object;
}
