/** Conflicts between managers, in the words of Kubernetes' API. */
import { compareText, formatPath } from './field-path.ts';
import { type FieldSet, pathsOf } from './field-set.ts';
import type { Manager, ManagerOperation, Managers } from './managers.ts';

export interface ApplyConflict {
  /** `.spec.replicas` */
  readonly field: string;
  /** The manager that owns it. */
  readonly manager: string;
  readonly operation: ManagerOperation;
  readonly apiVersion: string;
  readonly subresource: string;
  /** For a cause of type FieldManagerConflict: `conflict with "kubectl" using apps/v1`. */
  readonly message: string;
}

/** Sorted by manager, then in the order of the fields. */
export function conflictsOf(
  sets: ReadonlyMap<string, FieldSet>,
  managers: Managers,
): readonly ApplyConflict[] {
  const sorted = [...sets].sort(([a], [b]) => compareText(a, b));
  return sorted.flatMap(([id, set]) => {
    const manager = managers.get(id);
    if (manager === undefined) throw new Error(`a conflict with the unknown manager ${id}`);
    const { name, operation, apiVersion, subresource } = manager;
    const message = `conflict with ${formatManager(manager)}`;
    return pathsOf(set).map((path) => ({
      field: formatPath(path),
      manager: name,
      operation,
      apiVersion,
      subresource,
      message,
    }));
  });
}

/** The message of the 409 answer. */
export function conflictMessage(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined)
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  const byManager = Map.groupBy(conflicts, ({ message }) => message);
  const blocks = [...byManager].map(([message, several]) =>
    [
      `${message.replace('conflict with', 'conflicts with')}:`,
      ...several.map(({ field }) => `- ${field}`),
    ].join('\n'),
  );
  return `Apply failed with ${conflicts.length} conflicts: ${blocks.join('\n')}`;
}

function formatManager(manager: Manager): string {
  const { name, operation, apiVersion, subresource } = manager;
  const suffix = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(name)}${suffix}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
