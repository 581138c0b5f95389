/** Scalars with an explicit tag: `!!str 8080`. Only the tags of JSON's own types have a meaning in a manifest. */
import { type PlainScalar, readPlainScalar } from './plain-scalar.ts';

const readers = new Map<string, (text: string) => PlainScalar | undefined>([
  ['!', (text) => ({ value: text })],
  ['!!str', (text) => ({ value: text })],
  ['!!null', (text) => only(text, (value) => value === null)],
  ['!!bool', (text) => only(text, (value) => typeof value === 'boolean')],
  ['!!int', (text) => only(text, (value) => Number.isInteger(value))],
  ['!!float', (text) => only(text, (value) => typeof value === 'number')],
]);

/** Reads a scalar under its tag; with a problem where the text is not of that type, or the tag is unknown. */
export function readTaggedScalar(tag: string, text: string): PlainScalar {
  const reader = readers.get(tag);
  if (reader === undefined) return { value: text, problem: tagProblem(tag) };
  return reader(text) ?? { value: text, problem: `${JSON.stringify(text)} is not ${tag}` };
}

export function tagProblem(tag: string): string {
  return `the tag ${tag} has no meaning in a manifest`;
}

function only(text: string, fits: (value: PlainScalar['value']) => boolean): PlainScalar | undefined {
  const read = readPlainScalar(text);
  return fits(read.value) ? read : undefined;
}
