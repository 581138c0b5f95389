/** A plan as text for people, and as data for programs. Neither holds a Secret's values: the diffs have none. */
import { canonicalJson } from '../model/canonical-json.ts';
import type { FieldDiff } from './field-diff.ts';
import type { SyncPlan } from './plan.ts';
import { nameOf, type SyncAction, type SyncNote, type SyncStep } from './plan-object.ts';

const signs: Readonly<Record<SyncAction, string>> = { create: '+', change: '~', replace: '±', prune: '-' };
/** SGR codes: green, yellow, magenta, red. */
const colors: Readonly<Record<SyncAction, number>> = { create: 32, change: 33, replace: 35, prune: 31 };
const faint = 2;
/** Values longer than this are cut in text; the data has them whole. */
const valueLengthMax = 160;

/** The plan like `kubectl diff` or a terraform plan; ends with a newline. */
export function renderPlan(plan: SyncPlan, options: { readonly color: boolean }): string {
  const paint = (text: string, code: number): string =>
    options.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const lines = plan.steps.flatMap((step) => [
    `${paint(`${signs[step.action]} ${nameOf(step.ref)}`, colors[step.action])}${paint(originOf(step), faint)}`,
    ...(step.action === 'create' ? [] : step.fields.map((field) => `    ${renderField(field)}`)),
    ...(step.action === 'change' && step.fields.length === 0
      ? ['    takes the ownership of its fields']
      : []),
  ]);
  for (const note of plan.waiting) lines.push(paint(`… ${nameOf(note.ref)} waits: ${note.reason}`, faint));
  for (const note of plan.kept) lines.push(paint(`  ${nameOf(note.ref)} is kept: ${note.reason}`, faint));
  for (const { text } of plan.problems) lines.push(paint(`! ${text}`, colors.prune));
  if (lines.length > 0) lines.push('');
  return `${[...lines, summaryOf(plan)].join('\n')}\n`;
}

function originOf({ source }: SyncStep): string {
  return source === undefined ? '' : `  ${source.path}:${source.line}`;
}

function renderField(field: FieldDiff): string {
  const before = 'before' in field ? renderValue(field.before) : undefined;
  const after = 'after' in field ? renderValue(field.after) : undefined;
  if (before === undefined) return `+ ${field.path}: ${after ?? ''}`;
  return after === undefined ? `- ${field.path}: ${before}` : `${field.path}: ${before} -> ${after}`;
}

/** Plain words as they are; everything else as JSON, on one line. */
function renderValue(value: unknown): string {
  const plain = typeof value === 'string' && /^[\w./:@%+<-][\w ./:@%+,<>-]*$/.test(value);
  const text = plain ? value : canonicalJson(value);
  return text.length <= valueLengthMax
    ? text
    : `${text.slice(0, valueLengthMax)}… (${text.length} characters)`;
}

function summaryOf(plan: SyncPlan): string {
  const count = (action: SyncAction): number => plan.steps.filter((step) => step.action === action).length;
  const replaced = count('replace');
  const parts = [
    `${count('create')} to create`,
    `${count('change')} to change`,
    ...(replaced === 0 ? [] : [`${replaced} to replace`]),
    `${count('prune')} to prune`,
  ];
  const waiting = plan.waiting.length === 0 ? '' : ` ${plan.waiting.length} waiting.`;
  const problemCount = plan.problems.length;
  const problems =
    problemCount === 0
      ? ''
      : ` ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}: nothing will be changed.`;
  return `Plan: ${parts.join(', ')}.${waiting}${problems}`;
}

/** What `-o json` and `-o yaml` show. */
interface SyncPlanData {
  readonly application: string;
  readonly steps: readonly Pick<SyncStep, 'action' | 'ref' | 'source' | 'fields'>[];
  readonly waves: readonly { readonly name: string; readonly steps: number }[];
  readonly unchanged: number;
  readonly waiting: readonly SyncNote[];
  readonly kept: readonly SyncNote[];
  readonly problems: SyncPlan['problems'];
}

/** The plan without the objects that it would write: those hold Secrets in the clear. */
export function planAsData(plan: SyncPlan): SyncPlanData {
  const { application, unchanged, waiting, kept, problems } = plan;
  const steps = plan.steps.map(({ action, ref, source, fields }) => ({
    action,
    ref,
    ...(source === undefined ? {} : { source }),
    fields,
  }));
  const waves = plan.waves.map((wave) => ({ name: wave.name, steps: wave.steps.length }));
  return { application, steps, waves, unchanged, waiting, kept, problems };
}
