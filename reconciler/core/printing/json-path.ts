/**
 * The simple JSONPath of printer columns: `.spec.replicas`, `.metadata.labels['app\.kubernetes\.io/name']`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.spec.ports[0].port`, `.spec.hosts[*]`. Keys that are missing
 * give no value, as kube-apiserver has it for columns.
 */

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'all' }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | {
      readonly type: 'filter';
      readonly path: readonly Step[];
      readonly operator: string;
      readonly value: unknown;
    };

/** A path ready to be followed. */
export type JsonPath = readonly Step[];

const patterns = {
  field: /\.?((?:[^.[\]\\\s'"]|\\.)+)/y,
  wildcard: /\.\*|\[\*\]/y,
  quoted: /\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y,
  index: /\[(-?\d+)\]/y,
  slice: /\[(-?\d+)?:(-?\d+)?\]/y,
  filter: /\[\?\(\s*@([^=!<>)\s]*)\s*(?:(==|!=|<=|>=|<|>)\s*([^)]+?))?\s*\)\]/y,
};

/** The steps of a path; undefined where it is none that this subset knows. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const path = text.startsWith('$') ? text.slice(1) : text;
  const steps: Step[] = [];
  let at = 0;
  while (at < path.length) {
    const found = stepAt(path, at);
    if (found === undefined) return undefined;
    steps.push(found.step);
    at = found.end;
  }
  return steps;
}

/** The first value at the path; undefined where there is none. */
export function firstAt(path: JsonPath, value: unknown): unknown {
  let values: readonly unknown[] = [value];
  for (const step of path) {
    values = values.flatMap((one) => follow(step, one));
    if (values.length === 0) return undefined;
  }
  return values[0];
}

function stepAt(path: string, at: number): { readonly step: Step; readonly end: number } | undefined {
  for (const [kind, pattern] of Object.entries(patterns)) {
    pattern.lastIndex = at;
    const match = pattern.exec(path);
    if (match === null || match[0].length === 0) continue;
    const step = stepOf(kind, match);
    // A name may begin a path without its dot, but not follow another step.
    if (kind === 'field' && at > 0 && !match[0].startsWith('.')) return undefined;
    return step === undefined ? undefined : { step, end: at + match[0].length };
  }
  return undefined;
}

function stepOf(kind: string, match: RegExpExecArray): Step | undefined {
  switch (kind) {
    case 'wildcard':
      return { type: 'all' };
    case 'index':
      return { type: 'index', index: Number(match[1]) };
    case 'slice':
      return { type: 'slice', from: numberOf(match[1]), to: numberOf(match[2]) };
    case 'filter':
      return filterOf(match);
    default: {
      const name = unescape(match[1] ?? match[2] ?? '');
      return name === '*' ? { type: 'all' } : { type: 'field', name };
    }
  }
}

function filterOf([, left = '', operator = '', right]: RegExpExecArray): Step | undefined {
  const path = parseJsonPath(left);
  const value = right === undefined ? undefined : literalOf(right);
  if (path === undefined || (right !== undefined && value === undefined)) return undefined;
  return { type: 'filter', path, operator, value };
}

function literalOf(text: string): string | number | boolean | undefined {
  const quoted = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(text);
  if (quoted !== null) return unescape(quoted[1] ?? quoted[2] ?? '');
  if (text === 'true' || text === 'false') return text === 'true';
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function follow(step: Step, value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.type) {
    case 'field': {
      const found = Array.isArray(value) ? undefined : fieldOf(value, step.name);
      return found === undefined ? [] : [found];
    }
    case 'all':
      return Array.isArray(value) ? (value as readonly unknown[]) : Object.values(value);
    case 'index': {
      const found: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'slice':
      return Array.isArray(value) ? (value as readonly unknown[]).slice(step.from, step.to) : [];
    case 'filter':
      return Array.isArray(value)
        ? (value as readonly unknown[]).filter((item) =>
            passes(firstAt(step.path, item), step.operator, step.value),
          )
        : [];
  }
}

function fieldOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function passes(actual: unknown, operator: string, wanted: unknown): boolean {
  if (operator === '') return actual !== undefined;
  if (operator === '==') return actual === wanted;
  if (operator === '!=') return actual !== undefined && actual !== wanted;
  if (typeof actual === 'number' && typeof wanted === 'number') return ordered(actual - wanted, operator);
  if (typeof actual === 'string' && typeof wanted === 'string')
    return ordered(actual < wanted ? -1 : actual > wanted ? 1 : 0, operator);
  return false;
}

/** Whether a difference satisfies one of `<`, `<=`, `>` and `>=`. */
function ordered(difference: number, operator: string): boolean {
  return (
    (difference < 0 && operator.startsWith('<')) ||
    (difference > 0 && operator.startsWith('>')) ||
    (difference === 0 && operator.endsWith('='))
  );
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
