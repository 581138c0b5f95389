/** YAML that clients send: read as Kubernetes' own reader does, within bounds, into plain JSON values. */
import {
  EVENT_ID,
  type Event,
  FAILSAFE_SCHEMA,
  YAMLException,
  boolYaml11Tag,
  constructFromEvents,
  getScalarValue,
  mergeTag,
  nullYaml11Tag,
  parseEvents,
} from 'js-yaml';
import { isInt64 } from '../../core/model/exact-json.ts';
import { decodeUtf8, parseJsonText } from './json-body.ts';
import { scanJson } from './json-scan.ts';
import { nestingMax, yamlAliasesMax, yamlNodesMax } from './limits.ts';
import { TextFault } from './text-fault.ts';
import { floatTag, integerTag } from './yaml-numbers.ts';

export interface YamlBody {
  /** Of the first document; further ones are not looked at. */
  readonly value: unknown;
  /** Keys that stand twice, `line 10: key "paused" already set in map`; the last one counts. */
  readonly duplicates: readonly string[];
}

const schema = FAILSAFE_SCHEMA.withTags(nullYaml11Tag, boolYaml11Tag, integerTag, floatTag, mergeTag);
const mergeKey = '<<';

/** The value of YAML bytes, of which JSON is a part. Throws TextFault. */
export function parseYaml(bytes: Uint8Array): YamlBody {
  const source = decodeUtf8(bytes);
  return asJson(source) ?? asYaml(source);
}

/** Most clients send JSON as YAML, and that is read much faster. Undefined where it is something else after all. */
function asJson(source: string): YamlBody | undefined {
  if (!/^\s*\{/.test(source)) return undefined;
  try {
    const value = parseJsonText(source);
    // Only the reader of YAML knows the lines.
    return scanJson(source).duplicates.length === 0 ? { value, duplicates: [] } : undefined;
  } catch (error) {
    if (error instanceof TextFault) return undefined;
    throw error;
  }
}

function asYaml(source: string): YamlBody {
  try {
    const events = parseEvents(source, { maxDepth: nestingMax });
    const [value = null] = constructFromEvents(events, {
      source,
      schema,
      json: true,
      maxAliases: yamlAliasesMax,
    });
    refuseUnkept(value);
    return { value, duplicates: duplicateKeys(source, events) };
  } catch (error) {
    if (error instanceof YAMLException) throw new TextFault(`yaml: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What JSON cannot hold, and what unfolds beyond all measure. */
function refuseUnkept(value: unknown): void {
  let nodes = 0;
  const check = (one: unknown, path: string, depth: number): void => {
    nodes += 1;
    if (nodes > yamlNodesMax)
      throw new TextFault(`yaml: more than ${yamlNodesMax} values once its aliases are written out`);
    if (depth > nestingMax)
      throw new TextFault(`yaml: exceeded max depth: nested more than ${nestingMax} deep`);
    if (
      (typeof one === 'bigint' && !isInt64(String(one))) ||
      (typeof one === 'number' && !Number.isFinite(one))
    ) {
      const where = path === '' ? '' : `${path}: `;
      throw new TextFault(`${where}the number ${String(one)} is too large to be kept exactly`);
    }
    if (Array.isArray(one)) one.forEach((item, index) => check(item, `${path}[${index}]`, depth + 1));
    else if (typeof one === 'object' && one !== null) {
      for (const [key, entry] of Object.entries(one))
        check(entry, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  };
  check(value, '', 0);
}

/** An open collection: which of its nodes are keys is told by turns. */
interface OpenNode {
  readonly keys: Set<string> | undefined;
  isKeyNext: boolean;
}

function duplicateKeys(source: string, events: readonly Event[]): string[] {
  const duplicates: string[] = [];
  const open: OpenNode[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const around = open.at(-1);
    const isKey = around?.keys !== undefined && around.isKeyNext;
    if (around?.keys !== undefined) around.isKeyNext = !around.isKeyNext;
    if (event.type === EVENT_ID.MAPPING) open.push({ keys: new Set(), isKeyNext: true });
    else if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS)
      open.push({ keys: undefined, isKeyNext: false });
    else if (isKey && event.type === EVENT_ID.SCALAR) {
      const key = getScalarValue(source, event);
      if (around.keys?.has(key) === true && key !== mergeKey)
        duplicates.push(
          `line ${lineOf(source, event.valueStart)}: key ${JSON.stringify(key)} already set in map`,
        );
      around.keys?.add(key);
    }
  }
  return duplicates;
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
