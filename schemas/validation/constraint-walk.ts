/**
 * Walks an object along its schema and applies the constraints of every definition that it meets. Which fields lead
 * to constraints at all is worked out once per definition, so that most of an object is never visited.
 */
import { constraints } from './constraints.ts';
import type { FieldProblem } from './field-problem.ts';
import type { PathSegment } from './field-path.ts';
import { type JsonSchema, definitions, refName } from './json-schema-documents.ts';
import { type Fields, isFields } from './loose.ts';
import { type DefinitionConstraints, Reporter, type Rule, applyExactlyOne, applyRule } from './rule.ts';

/** How to get from a value to those inside it: directly, as items of a list, or as values of a map. */
interface Step {
  readonly field: string;
  readonly through: 'value' | 'items' | 'values';
  readonly definition: string;
}

interface Plan {
  readonly own: DefinitionConstraints | undefined;
  readonly rules: readonly { readonly field: string; readonly rule: Rule }[];
  readonly steps: readonly Step[];
}

const plans = new Map<string, Plan>();
const leads = new Map<string, boolean>();

/** Applies every constraint at and below `value`, which is of the given definition. */
export function walkConstraints(definition: string, value: unknown, problems: FieldProblem[]): void {
  walk(definition, value, { path: [], ancestors: [], problems });
}

/** Where the walk is and what it found. One for a whole walk: paths are copied by what reports, not by what passes. */
interface Walk {
  readonly path: PathSegment[];
  readonly ancestors: Fields[];
  readonly problems: FieldProblem[];
}

function walk(definition: string, value: unknown, at: Walk): void {
  if (!isFields(value)) return;
  const { path, problems } = at;
  const { own, rules, steps } = planFor(definition);
  for (const { field, rule } of rules) {
    path.push(field);
    applyRule(rule, value[field], path, problems);
    path.pop();
  }
  if (own?.exactlyOne !== undefined) applyExactlyOne(own.exactlyOne, value, path, problems);
  if (own?.checks !== undefined) {
    const report = new Reporter(problems, path);
    for (const check of own.checks) check(value, report, at.ancestors);
  }
  if (steps.length === 0) return;
  at.ancestors.push(value);
  for (const step of steps) {
    const child = value[step.field];
    if (child === undefined || child === null) continue;
    path.push(step.field);
    walkStep(step, child, at);
    path.pop();
  }
  at.ancestors.pop();
}

function walkStep({ through, definition }: Step, child: unknown, at: Walk): void {
  if (through === 'value') return walk(definition, child, at);
  if (Array.isArray(child)) {
    for (let index = 0; index < child.length; index++) walkInside(definition, child[index], index, at);
  } else if (isFields(child)) {
    for (const key of Object.keys(child)) walkInside(definition, child[key], { key }, at);
  }
}

function walkInside(definition: string, value: unknown, segment: PathSegment, at: Walk): void {
  at.path.push(segment);
  walk(definition, value, at);
  at.path.pop();
}

function planFor(definition: string): Plan {
  const known = plans.get(definition);
  if (known !== undefined) return known;
  const own = constraints[definition];
  const plan: Plan = {
    own,
    rules: Object.entries(own?.fields ?? {}).map(([field, rule]) => ({ field, rule })),
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
