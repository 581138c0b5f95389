/**
 * Rulesets and transactions as nft's syntax: the one place where rules become text, and where everything that came
 * from outside is checked to be what it says it is. The text is what `nft -f -` of nftables 1.0.6 and later reads.
 */
import { parseIpv4, parseIpv4Range } from './address.ts';
import { compareText } from './compare-text.ts';
import { winner } from './diff.ts';
import { setNames, setSchemas } from './layout.ts';
import {
  type Chain,
  type Command,
  type Element,
  type Field,
  type Hook,
  indexMark,
  type Part,
  type PartType,
  type Rule,
  type Ruleset,
  type SetName,
  type SetSchema,
  type Statement,
  type Transaction,
  table,
} from './ruleset.ts';

/** A value that must not get into a rule. The compiler lets none through: meeting one is a bug. */
export class UnrenderableValue extends Error {
  override readonly name = 'UnrenderableValue';
}

/** The set whose one element says which transaction was the last; cheap to read where the whole table is not. */
export const cookieSet = 'generation';

/** Of a dynamic set: clients with affinity that one host remembers, at some 100 bytes each. */
const dynamicElementsMax = 262_144;
/** Kubernetes' bound of an affinity: a day. */
const secondsMax = 86_400;

const tableName = `${table.family} ${table.name}`;

/**
 * The whole transaction, ending by leaving `cookie` (32 bits) in the table. Replacing creates the table first, so
 * that deleting it succeeds whether it was there or not; nft makes all of it take effect at one moment.
 */
export function renderTransaction(transaction: Transaction, cookie: number): string {
  const mark = checkedInteger(cookie, 0, 0xffff_ffff, 'cookie');
  switch (transaction.type) {
    case 'replace':
      return [
        ...renderReplacement(transaction.ruleset),
        `add element ${tableName} ${cookieSet} { ${mark} }`,
        '',
      ].join('\n');
    case 'change':
      return [
        ...transaction.commands.flatMap(renderCommand),
        `flush set ${tableName} ${cookieSet}`,
        `add element ${tableName} ${cookieSet} { ${mark} }`,
        '',
      ].join('\n');
    default:
      return transaction satisfies never;
  }
}

/** The command that lists the cookie, as arguments of `nft`. */
export const listCookieArguments: readonly string[] = [
  '-j',
  'list',
  'set',
  table.family,
  table.name,
  cookieSet,
];

function renderReplacement(ruleset: Ruleset): readonly string[] {
  return [
    `add table ${tableName}`,
    `delete table ${tableName}`,
    `table ${tableName} {`,
    `  set ${cookieSet} { type mark; }`,
    ...setNames.map((name) => `  ${renderSetDeclaration(setSchemas[name])}`),
    ...[...ruleset.chains.values()].flatMap((chain) => renderChain(chain).map((line) => `  ${line}`)),
    '}',
    ...setNames.flatMap((name) => renderElements('add', name, activeElements(ruleset, name))),
  ];
}

function activeElements(ruleset: Ruleset, name: SetName): readonly Element[] {
  const entries = [...ruleset.sets[name].entries()].sort(([a], [b]) => compareText(a, b));
  return entries.flatMap(([, claims]) => winner(claims) ?? []);
}

function renderCommand(command: Command): readonly string[] {
  switch (command.command) {
    case 'add-chain':
      return [`table ${tableName} {`, ...renderChain(command.chain).map((line) => `  ${line}`), '}'];
    case 'replace-rules': {
      const chain = `${tableName} ${checkedName(command.chain.name)}`;
      return [
        `flush chain ${chain}`,
        ...command.chain.rules.map((rule) => `add rule ${chain} ${renderRule(rule)}`),
      ];
    }
    case 'delete-chain':
      return [`delete chain ${tableName} ${checkedName(command.name)}`];
    case 'add-elements':
      return renderElements('add', command.set, command.elements);
    case 'delete-elements':
      return renderElements('delete', command.set, command.elements);
    default:
      return command satisfies never;
  }
}

/** One element a line, so that an error of nft names the element. */
function renderElements(
  verb: 'add' | 'delete',
  set: SetName,
  elements: readonly Element[],
): readonly string[] {
  if (elements.length === 0) return [];
  const lines = elements.map((element) => {
    const key = renderParts(element.key, setSchemas[set].key);
    return verb === 'delete' || element.value === undefined
      ? `  ${key},`
      : `  ${key} : ${renderValue(set, element)},`;
  });
  return [`${verb} element ${tableName} ${set} {`, ...lines, '}'];
}

function renderValue(set: SetName, { value }: Element): string {
  const type = setSchemas[set].value;
  if (value === undefined || type === undefined) throw new UnrenderableValue(`${set} maps to nothing`);
  if ('goto' in value) {
    if (type !== 'verdict') throw new UnrenderableValue(`${set} does not map to verdicts`);
    return `goto ${checkedName(value.goto)}`;
  }
  if (type === 'verdict') throw new UnrenderableValue(`${set} maps to verdicts`);
  return renderParts(value, type);
}

const partTypes: Readonly<Record<PartType, string>> = {
  address: 'ipv4_addr',
  protocol: 'inet_proto',
  port: 'inet_service',
  index: 'mark',
};

function renderSetDeclaration({ name, key, value, dynamic, comment }: SetSchema): string {
  const join = (parts: readonly PartType[]): string => parts.map((part) => partTypes[part]).join(' . ');
  const target = value === undefined ? '' : ` : ${value === 'verdict' ? value : join(value)}`;
  const kind = value === undefined ? 'set' : 'map';
  const bounds = dynamic === true ? ` size ${dynamicElementsMax}; flags dynamic, timeout;` : '';
  return `${kind} ${name} { type ${join(key)}${target};${bounds} comment ${quoted(comment)}; }`;
}

function renderChain({ name, hook, rules }: Chain): readonly string[] {
  const lines = [...(hook === undefined ? [] : [renderHook(hook)]), ...rules.map(renderRule)];
  return [`chain ${checkedName(name)} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function renderHook({ type, hook, priority }: Hook): string {
  return `type ${type} hook ${hook} priority ${priority}; policy accept;`;
}

function renderRule({ statements, comment }: Rule): string {
  const text = statements.map(renderStatement).join(' ');
  return comment === undefined ? text : `${text} comment ${quoted(comment)}`;
}

function renderStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'match-range':
      return `${statement.field} ${statement.negated ? '!= ' : ''}${checkedRange(statement.range)}`;
    case 'match-protocols':
      return statement.protocols.length === 1
        ? `meta l4proto ${statement.protocols.join()}`
        : `meta l4proto { ${statement.protocols.join(', ')} }`;
    case 'match-out-interface':
      return `oifname ${statement.negated ? '!= ' : ''}${quoted(checkedInterface(statement.name))}`;
    case 'match-mark-bit':
      return `meta mark & ${hex(statement.bit)} == ${hex(statement.bit)}`;
    case 'match-local-destination':
      return 'fib daddr type local';
    case 'match-set':
      return `${renderKey(statement.key)} @${statement.set}`;
    case 'draw-index': {
      const below = checkedInteger(statement.below, 1, indexMark, 'number of endpoints');
      return `meta mark set numgen random mod ${below} offset ${hex(indexMark)}`;
    }
    case 'set-mark':
      return `meta mark set ${hex(statement.mark)}`;
    case 'mark-map':
      return `meta mark set ${renderKey(statement.key)} map @${statement.map}`;
    case 'remember-mark': {
      const seconds = checkedInteger(statement.seconds, 1, secondsMax, 'number of seconds');
      return `update @${statement.map} { ${renderKey(statement.key)} timeout ${seconds}s : meta mark }`;
    }
    case 'forget-mark':
      return `delete @${statement.map} { ${renderKey(statement.key)} : meta mark }`;
    case 'verdict-map':
      return `${renderKey(statement.key)} vmap @${statement.map}`;
    case 'dnat-map':
      return `dnat ip to ${renderKey(statement.key)} map @${statement.map}`;
    case 'masquerade':
      return 'masquerade fully-random';
    case 'reject':
      return statement.how === 'tcp-reset'
        ? 'reject with tcp reset'
        : 'reject with icmp type port-unreachable';
    case 'accept':
      return 'accept';
    case 'jump':
    case 'goto':
      return `${statement.kind} ${checkedName(statement.chain)}`;
    default:
      return statement satisfies never;
  }
}

function renderKey(key: readonly Field[]): string {
  return key.join(' . ');
}

function renderParts(parts: readonly Part[], types: readonly PartType[]): string {
  if (parts.length !== types.length) {
    throw new UnrenderableValue(`expected ${types.join(' . ')}, got '${parts.join(' . ')}'`);
  }
  return parts.map((part, index) => renderPart(part, types[index] ?? 'index')).join(' . ');
}

function renderPart(part: Part, type: PartType): string {
  switch (type) {
    case 'address':
      return checkedAddress(part);
    case 'protocol':
      if (part === 'tcp' || part === 'udp' || part === 'sctp') return part;
      throw new UnrenderableValue(`expected tcp, udp or sctp, got '${part}'`);
    case 'port':
      return checkedInteger(part, 1, 65_535, 'port');
    case 'index':
      return hex(indexMark + Number(checkedInteger(part, 0, indexMark - 1, 'index')));
    default:
      return type satisfies never;
  }
}

function checkedAddress(part: Part): string {
  if (typeof part === 'string' && parseIpv4(part) !== undefined) return part;
  throw new UnrenderableValue(`expected an IPv4 address, got '${part}'`);
}

function checkedRange(range: string): string {
  if (parseIpv4Range(range) !== undefined) return range;
  throw new UnrenderableValue(`expected an IPv4 range, got '${range}'`);
}

function checkedInteger(part: Part, least: number, greatest: number, what: string): string {
  if (typeof part === 'number' && Number.isInteger(part) && part >= least && part <= greatest)
    return String(part);
  throw new UnrenderableValue(`expected a ${what} from ${least} to ${greatest}, got '${part}'`);
}

function checkedName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return name;
  throw new UnrenderableValue(`expected a chain name, got '${name}'`);
}

/** Linux allows more, at most 15 bytes; ours are plain. */
function checkedInterface(name: string): string {
  if (/^[a-z][a-z0-9-]{0,14}$/.test(name)) return name;
  throw new UnrenderableValue(`expected an interface name, got '${name}'`);
}

/** nft knows no escapes within quotes; a comment holds at most 128 bytes. */
function quoted(text: string): string {
  if (/^[ -!#-~]{0,127}$/.test(text)) return `"${text}"`;
  throw new UnrenderableValue(`cannot be quoted: '${text}'`);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
