/**
 * Names of custom resources are unique in their group. A definition keeps a name that it has once been granted, and
 * takes another one only where nobody else uses it.
 */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindTable } from '../../../../schemas/kinds.ts';
import { isCustom } from '../../registry/halves.ts';

interface AcceptedNames {
  readonly names: CustomResourceDefinitionNames;
  /** NamesAccepted. */
  readonly condition: CustomResourceDefinitionCondition;
}

/** What others of the group are called; the built-in kinds are there before every definition. */
interface UsedNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

interface Conflict {
  readonly reason: string;
  readonly message: string;
}

/** The names that a definition may use, each of which is the one it asks for or the one that it had. */
export function acceptNames(
  { spec, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  table: KindTable,
): AcceptedNames {
  const used = usedNames(spec.group, others, table);
  const wanted = spec.names;
  const granted = status?.acceptedNames;
  const conflicts: Conflict[] = [];
  const take = (
    field: 'plural' | 'singular' | 'kind' | 'listKind',
    reason: string,
    taken: ReadonlySet<string>,
  ): string => {
    const [name, had] = [wanted[field] ?? '', granted?.[field] ?? ''];
    if (name === had || !taken.has(name)) return name;
    conflicts.push({ reason, message: inUse(name) });
    return had;
  };
  const plural = take('plural', 'PluralConflict', used.resources);
  const singular = take('singular', 'SingularConflict', used.resources);
  const shortNames = takeShortNames(wanted.shortNames ?? [], granted, used.resources, conflicts);
  const kind = take('kind', 'KindConflict', used.kinds);
  const listKind = take('listKind', 'ListKindConflict', used.kinds);
  const { categories = [] } = wanted;
  const names = {
    ...(categories.length > 0 ? { categories } : {}),
    kind,
    listKind,
    plural,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    singular,
  };
  return { names, condition: conditionOf(conflicts) };
}

/** Short names are granted together or not at all. */
function takeShortNames(
  wanted: readonly string[],
  granted: CustomResourceDefinitionNames | undefined,
  taken: ReadonlySet<string>,
  conflicts: Conflict[],
): readonly string[] {
  const had = granted?.shortNames ?? [];
  const refused = wanted.filter((name) => !had.includes(name) && taken.has(name));
  if (refused.length === 0) return wanted;
  const texts = refused.map(inUse);
  const message = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  conflicts.push({ reason: 'ShortNamesConflict', message });
  return had;
}

function usedNames(group: string, others: readonly CustomResourceDefinition[], table: KindTable): UsedNames {
  const builtIn = table.all.filter((info) => info.group === group && !isCustom(info));
  const accepted = others.flatMap(({ status }) =>
    status?.acceptedNames === undefined ? [] : [status.acceptedNames],
  );
  const names = [...builtIn, ...accepted];
  const resources = names.flatMap(({ plural, singular, shortNames = [] }) => [
    plural,
    singular ?? '',
    ...shortNames,
  ]);
  const kinds = names.flatMap(({ kind, listKind }) => [kind, listKind ?? '']);
  return { resources: withoutEmpty(resources), kinds: withoutEmpty(kinds) };
}

function withoutEmpty(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name) => name !== ''));
}

function inUse(name: string): string {
  return `${JSON.stringify(name)} is already in use`;
}

/** Of several conflicts the last one is told, as Kubernetes does. */
function conditionOf(conflicts: readonly Conflict[]): CustomResourceDefinitionCondition {
  const last = conflicts.at(-1);
  return last === undefined
    ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
    : { type: 'NamesAccepted', status: 'False', ...last };
}
