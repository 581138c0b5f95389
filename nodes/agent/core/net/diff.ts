/**
 * The transaction that leads from one ruleset to another, as small as it can be. It relies on rulesets sharing what
 * is the same: the cost is that of the difference.
 */
import { compareText } from './compare-text.ts';
import { setNames } from './layout.ts';
import {
  type Claim,
  type Command,
  type Element,
  elementId,
  type Ruleset,
  type SetName,
  type Transaction,
} from './ruleset.ts';

/** `previous` undefined: what the kernel holds is unknown, and all of it is replaced. No commands: nothing to do. */
export function diffRulesets(previous: Ruleset | undefined, next: Ruleset): Transaction {
  if (previous === undefined) return { type: 'replace', ruleset: next };
  const chains = diffChains(previous, next);
  const sets = setNames.map((name) => diffElements(name, previous, next));
  return {
    type: 'change',
    // Elements point to chains: new ones come before, old ones go after what points to them.
    commands: [
      ...chains.added,
      ...sets.flatMap(({ removed }) => removed),
      ...sets.flatMap(({ added }) => added),
      ...chains.removed,
    ],
  };
}

/**
 * The transaction in the steps in which the kernel has to take it. A packet that is on its way while a transaction takes
 * effect may find an element of the new rules and follow it into a chain of the old ones: a chain that is new is empty
 * there, and the packet would leave it untranslated. So new chains come first, on their own.
 */
export function stepsOf(transaction: Transaction): readonly Transaction[] {
  if (transaction.type === 'replace') return [transaction];
  const { commands } = transaction;
  const added = commands.filter(({ command }) => command === 'add-chain');
  const others = commands.filter(({ command }) => command !== 'add-chain');
  return [added, others]
    .filter(({ length }) => length > 0)
    .map((part) => ({ type: 'change', commands: part }));
}

interface Steps {
  readonly added: readonly Command[];
  readonly removed: readonly Command[];
}

function diffChains(previous: Ruleset, next: Ruleset): Steps {
  const added: Command[] = [];
  for (const chain of next.chains.values()) {
    const before = previous.chains.get(chain.name);
    if (before === undefined) added.push({ command: 'add-chain', chain });
    else if (before !== chain && JSON.stringify(before) !== JSON.stringify(chain)) {
      added.push({ command: 'replace-rules', chain });
    }
  }
  const removed = [...previous.chains.keys()].filter((name) => !next.chains.has(name));
  return { added, removed: removed.map((name) => ({ command: 'delete-chain', name })) };
}

function diffElements(set: SetName, previous: Ruleset, next: Ruleset): Steps {
  const removed: Element[] = [];
  const added: Element[] = [];
  for (const { before, after } of previous.sets[set].changesTo(next.sets[set])) {
    const [old, wanted] = [winner(before), winner(after)];
    if (old !== undefined && wanted !== undefined && sameValue(old, wanted)) continue;
    // An element's value cannot be changed in place: it goes and comes back within the transaction.
    if (old !== undefined) removed.push(old);
    if (wanted !== undefined) added.push(wanted);
  }
  return {
    removed: removed.length === 0 ? [] : [{ command: 'delete-elements', set, elements: sorted(removed) }],
    added: added.length === 0 ? [] : [{ command: 'add-elements', set, elements: sorted(added) }],
  };
}

/** What the kernel holds of an element that several may claim. */
export function winner(claims: readonly Claim[] | undefined): Element | undefined {
  return claims?.[0]?.element;
}

function sameValue(a: Element, b: Element): boolean {
  return JSON.stringify(a.value) === JSON.stringify(b.value);
}

function sorted(elements: readonly Element[]): readonly Element[] {
  return elements
    .map((element) => ({ element, id: elementId(element.key) }))
    .sort((a, b) => compareText(a.id, b.id))
    .map(({ element }) => element);
}
