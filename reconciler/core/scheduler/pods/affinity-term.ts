/** Terms of pod affinity and anti-affinity, read once: which pods they mean, and over which topology. */
import type { Pod, PodAffinityTerm } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { type LabelMatcher, labelMatcher, type Labels, withLabelKeys } from './label-matcher.ts';

/** Labels of a namespace by its name; undefined where there is none. */
export type NamespaceLabels = (namespace: string) => Labels | undefined;

/** Which pods are meant: by namespace and labels. */
export interface PodSelection {
  /** The same text for the same selection. */
  readonly key: string;
  readonly namespaces: ReadonlySet<string>;
  /** More namespaces, by their labels; undefined adds none. */
  readonly namespaceSelector: LabelMatcher | undefined;
  readonly labels: LabelMatcher;
}

export interface AffinityTerm extends PodSelection {
  readonly topologyKey: string;
}

export interface WeightedTerm extends AffinityTerm {
  /** Negative for anti-affinity. */
  readonly weight: number;
}

/** What a pod's affinity says about other pods. */
export interface PodTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly WeightedTerm[];
}

export const noTerms: PodTerms = { required: [], requiredAnti: [], preferred: [] };

export function podTerms(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return noTerms;
  const weighted = (terms: typeof podAffinity, sign: 1 | -1): readonly WeightedTerm[] =>
    (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm, weight }) => ({
      ...affinityTerm(podAffinityTerm, pod),
      weight: sign * weight,
    }));
  const hard = (terms: typeof podAffinity): readonly AffinityTerm[] =>
    (terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => affinityTerm(term, pod));
  return {
    required: hard(podAffinity),
    requiredAnti: hard(podAntiAffinity),
    preferred: [...weighted(podAffinity, 1), ...weighted(podAntiAffinity, -1)],
  };
}

function affinityTerm(term: PodAffinityTerm, pod: Pod): AffinityTerm {
  const selector = withLabelKeys(
    term.labelSelector,
    pod.metadata.labels ?? {},
    term.matchLabelKeys,
    term.mismatchLabelKeys,
  );
  const named = term.namespaces ?? [];
  // Neither a list nor a selector of namespaces means the pod's own.
  const own = named.length === 0 && term.namespaceSelector === undefined;
  return {
    ...selection(own ? [pod.metadata.namespace ?? ''] : named, term.namespaceSelector, selector),
    topologyKey: term.topologyKey,
  };
}

export function selection(
  namespaces: readonly string[],
  namespaceSelector: LabelSelector | undefined,
  selector: LabelSelector | undefined,
): PodSelection {
  return {
    key: canonicalJson([[...namespaces].sort(), namespaceSelector ?? null, selector ?? null]),
    namespaces: new Set(namespaces),
    namespaceSelector: namespaceSelector === undefined ? undefined : labelMatcher(namespaceSelector),
    labels: labelMatcher(selector),
  };
}

/** Whether the selection means pods of this namespace with these labels. */
export function means(
  chosen: PodSelection,
  namespace: string,
  labels: Labels,
  namespaceLabels: NamespaceLabels,
): boolean {
  if (!chosen.namespaces.has(namespace)) {
    const of = chosen.namespaceSelector === undefined ? undefined : namespaceLabels(namespace);
    if (of === undefined || chosen.namespaceSelector?.(of) !== true) return false;
  }
  return chosen.labels(labels);
}
