/**
 * Walks an object along its schema and applies the constraints of every definition that it meets. Which fields lead
 * to constraints at all is worked out once per definition, so that most of an object is never visited.
 */
import { constraints } from './constraints.ts';
import type { FieldProblem } from './field-problem.ts';
import type { FieldPath, PathSegment } from './field-path.ts';
import { type JsonSchema, definitions, refName } from './json-schema-documents.ts';
import { type Fields, isFields } from './loose.ts';
import { type DefinitionConstraints, Reporter, applyExactlyOne, applyRule } from './rule.ts';

/** How to get from a value to those inside it: directly, as items of a list, or as values of a map. */
interface Step {
  readonly field: string;
  readonly through: 'value' | 'items' | 'values';
  readonly definition: string;
}

interface Plan {
  readonly own: DefinitionConstraints | undefined;
  readonly rules: readonly (readonly [string, NonNullable<DefinitionConstraints['fields']>[string]])[];
  readonly steps: readonly Step[];
}

const plans = new Map<string, Plan>();
const leads = new Map<string, boolean>();

/** Applies every constraint at and below `value`, which is of the given definition. */
export function walkConstraints(definition: string, value: unknown, problems: FieldProblem[]): void {
  walk({ definition, path: [], ancestors: [] }, value, problems);
}

/** Where the walk is. */
interface Place {
  readonly definition: string;
  readonly path: FieldPath;
  readonly ancestors: readonly Fields[];
}

function walk({ definition, path, ancestors }: Place, value: unknown, problems: FieldProblem[]): void {
  if (!isFields(value)) return;
  const { own, rules, steps } = planFor(definition);
  for (const [field, rule] of rules) applyRule(rule, value[field], [...path, field], problems);
  if (own?.exactlyOne !== undefined) applyExactlyOne(own.exactlyOne, value, path, problems);
  if (own?.checks !== undefined) {
    const report = new Reporter(problems, path);
    for (const check of own.checks) check(value, report, ancestors);
  }
  const inside = steps.length === 0 ? ancestors : [...ancestors, value];
  for (const { field, through, definition: inner } of steps) {
    const child = value[field];
    if (child === undefined || child === null) continue;
    const at = [...path, field];
    const into = (segment: PathSegment | undefined): Place => ({
      definition: inner,
      path: segment === undefined ? at : [...at, segment],
      ancestors: inside,
    });
    if (through === 'value') walk(into(undefined), child, problems);
    else if (Array.isArray(child)) child.forEach((item, index) => walk(into(index), item, problems));
    else if (isFields(child)) for (const key of Object.keys(child)) walk(into({ key }), child[key], problems);
  }
}

function planFor(definition: string): Plan {
  const known = plans.get(definition);
  if (known !== undefined) return known;
  const own = constraints[definition];
  const plan: Plan = {
    own,
    rules: Object.entries(own?.fields ?? {}),
    steps: stepsOf(definition).filter((step) => leadsToConstraints(step.definition)),
  };
  plans.set(definition, plan);
  return plan;
}

function stepsOf(definition: string): readonly Step[] {
  const properties = definitions()[definition]?.properties ?? {};
  return Object.entries(properties).flatMap(([field, schema]) => {
    const found = innerDefinition(schema);
    return found === undefined ? [] : [{ field, ...found }];
  });
}

function innerDefinition(schema: JsonSchema): Omit<Step, 'field'> | undefined {
  const direct = refName(schema);
  if (direct !== undefined) return { through: 'value', definition: direct };
  const item = schema.items === undefined ? undefined : refName(schema.items);
  if (item !== undefined) return { through: 'items', definition: item };
  const values = schema.additionalProperties;
  const value = values === undefined || values === false ? undefined : refName(values);
  return value === undefined ? undefined : { through: 'values', definition: value };
}

/** Whether constraints lie at or below a definition. Definitions that contain themselves end the search. */
function leadsToConstraints(definition: string): boolean {
  const known = leads.get(definition);
  if (known !== undefined) return known;
  const found = reaches(definition, new Set());
  leads.set(definition, found);
  return found;
}

function reaches(definition: string, visited: Set<string>): boolean {
  if (constraints[definition] !== undefined) return true;
  if (visited.has(definition)) return false;
  visited.add(definition);
  return stepsOf(definition).some((step) => reaches(step.definition, visited));
}
