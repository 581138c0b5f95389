/** The kinds that a commit knows besides the built-in ones: those that its own CustomResourceDefinitions serve. */
import { customKindOf } from '../../core/custom/definition.ts';
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { groupOf, kindByGvk, kinds } from '../../../schemas/kinds.ts';
import type { CustomKind } from '../../../schemas/structural/custom-object.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import type { Candidate } from './manifest-candidates.ts';

/** By `stable.example.com/v1 CronTab`. */
export type CommitKinds = ReadonlyMap<string, CustomKind>;

/** The kinds of the sound definitions among the candidates; what is wrong with the others is told at them. */
export function commitKinds(candidates: readonly Candidate[]): CommitKinds {
  const found = new Map<string, CustomKind>();
  for (const { object } of candidates) {
    const { apiVersion, kind } = object;
    if (apiVersion !== 'apiextensions.k8s.io/v1' || kind !== 'CustomResourceDefinition') continue;
    if (validateObject(object).length > 0) continue;
    const definition = object as unknown as CustomResourceDefinition;
    const { group, names, versions } = definition.spec;
    for (const version of versions)
      if (version.served)
        found.set(kindKey(`${group}/${version.name}`, names.kind), customKindOf(definition, version));
  }
  return found;
}

export function kindKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

const builtInGroups: ReadonlySet<string> = new Set(kinds.map(({ group }) => group));

/**
 * Whether only the cluster can tell what this is: a kind of a group that is neither built in nor without a domain. The
 * planner refuses it where no CustomResourceDefinition serves it.
 */
export function isForeign(apiVersion: unknown, kind: unknown): boolean {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return false;
  const group = groupOf(apiVersion);
  const [, version, ...more] = apiVersion.split('/');
  if (version === undefined || version === '' || more.length > 0) return false;
  return group.includes('.') && !builtInGroups.has(group) && kindByGvk(apiVersion, kind) === undefined;
}
