/** Terms of node affinity. */
import type {
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { NodeState } from '../node-snapshot.ts';

/** Whether every requirement of a term holds; an empty term matches nothing. */
export function matchesNodeTerm(term: NodeSelectorTerm, node: NodeState): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((requirement) => holds(requirement, node.labels[requirement.key])) &&
    fields.every((requirement) =>
      holds(requirement, requirement.key === 'metadata.name' ? node.name : undefined),
    )
  );
}

function holds(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
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
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      // Validation refuses other operators; one that came through matches nothing.
      return false;
  }
}
