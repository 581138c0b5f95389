/** The keywords that are about lists: their items, how many, and which of them may repeat. */
import { addDuplicate, addInvalid, addTooMany, type BodyRun } from './body-problem.ts';
import { itemSchemaOf, type StructuralSchema } from './structural-schema.ts';
import { valueKey } from './value-key.ts';

type ListCheck = (list: readonly unknown[], run: BodyRun) => void;

/** minItems, maxItems, the items themselves, and the uniqueness that `x-kubernetes-list-type` demands. */
export function listChecks(
  schema: StructuralSchema,
  ofItem: ((value: unknown, run: BodyRun) => void) | undefined,
): readonly ListCheck[] {
  const checks: ListCheck[] = [];
  const { minItems, maxItems } = schema;
  if (ofItem !== undefined)
    checks.push((list, run) => {
      for (const [index, item] of list.entries()) {
        run.path.push(index);
        ofItem(item, run);
        run.path.pop();
      }
    });
  if (minItems !== undefined)
    checks.push((list, run) => {
      if (list.length >= minItems) run.matches++;
      else addInvalid(run, list.length, `should have at least ${minItems} items`);
    });
  if (maxItems !== undefined)
    checks.push((list, run) => {
      if (list.length <= maxItems) run.matches++;
      else addTooMany(run, list.length, maxItems);
    });
  const identity = identityOf(schema);
  if (identity !== undefined) checks.push((list, run) => reportDuplicates(list, identity, run));
  return checks;
}

/** What of an item may not repeat: itself in a set, its keys in a map; in an atomic list everything may. */
function identityOf(schema: StructuralSchema): ((item: unknown) => unknown) | undefined {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return (item) => item;
  if (type !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const properties = itemSchemaOf(schema)?.properties ?? {};
  return (item) => {
    if (typeof item !== 'object' || item === null) return undefined;
    const fields = item as Readonly<Record<string, unknown>>;
    const entries = keys.flatMap((key): [string, unknown][] => {
      const value = fields[key] ?? properties[key]?.default;
      return value === undefined ? [] : [[key, value]];
    });
    return Object.fromEntries(entries);
  };
}

function reportDuplicates(
  list: readonly unknown[],
  identity: (item: unknown) => unknown,
  run: BodyRun,
): void {
  if (list.length < 2) return;
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const value = identity(item);
    if (value === undefined) continue;
    const key = valueKey(value);
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    run.path.push(index);
    addDuplicate(run, value);
    run.path.pop();
  }
}
