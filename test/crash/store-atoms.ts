/** The keys that store-writer.ts writes: those of one writer are always written together, with one stamp. */
export const writerCount = 6;
export const keysPerCommit = 5;

export function atomKey(writer: number, index: number): string {
  return `/atom/${writer}/${index}`;
}

/** The stamp at the start of a value, without its padding. */
export function stampOf(value: Uint8Array): string {
  return new TextDecoder().decode(value).replace(/\.*$/u, '');
}
