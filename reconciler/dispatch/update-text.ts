/** An update as it goes to an agent. What all hosts are told alike is made into text once, not once for each of them. */
import type { DesiredEntry, DesiredUpdate } from '../../schemas/wire/messages.ts';

/** Kinds of entries that many hosts hold as one object. */
const shared: ReadonlySet<DesiredEntry['type']> = new Set(['peers', 'service']);
const texts = new WeakMap<DesiredEntry, string>();

/** JSON of the update. Its entries must not change afterwards. */
export function updateText({ upserts, ...rest }: DesiredUpdate): string {
  return `${JSON.stringify(rest).slice(0, -1)},"upserts":[${upserts.map(textOf).join(',')}]}`;
}

function textOf(entry: DesiredEntry): string {
  if (!shared.has(entry.type)) return JSON.stringify(entry);
  let text = texts.get(entry);
  if (text === undefined) {
    text = JSON.stringify(entry);
    texts.set(entry, text);
  }
  return text;
}
