/** Node selectors and node affinity: which nodes a pod asks for, by labels and by name. */
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { hasLabels } from '../model/label-selector.ts';

/** `spec.nodeSelector` and the required node affinity, both. */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  if (!hasLabels(pod.spec?.nodeSelector ?? {}, node.metadata.labels)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesSelector(required, node);
}

/** One term is enough. */
export function matchesSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** All requirements of a term; a term without any matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((one) => satisfies(one, node.metadata.labels?.[one.key])) &&
    fields.every((one) => satisfies(one, one.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function satisfies(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && isInteger(values[0]) && Number(value) > Number(values[0]);
    case 'Lt':
      return isInteger(value) && isInteger(values[0]) && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text);
}

/**
 * Names of the only nodes that a pod's own affinity leaves it, as DaemonSets ask for them; undefined where labels
 * decide. Kubernetes looks at no other node then.
 */
export function namedNodes(pod: Pod): readonly string[] | undefined {
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return undefined;
  const names = new Set<string>();
  for (const term of required.nodeSelectorTerms) {
    const fields = (term.matchFields ?? []).filter(
      ({ key, operator }) => key === 'metadata.name' && operator === 'In',
    );
    const [first, ...rest] = fields;
    if (first === undefined) return undefined;
    for (const name of first.values ?? [])
      if (rest.every(({ values }) => values?.includes(name) === true)) names.add(name);
  }
  return [...names].sort();
}
