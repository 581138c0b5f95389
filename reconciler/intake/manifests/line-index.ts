/** Offsets of a text as lines and columns. */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export class LineIndex {
  readonly #source: string;
  #starts: number[] | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** The position of an offset. The index is built when first needed: most files have nothing to point at. */
  position(offset: number): Position {
    const starts = this.#lineStarts();
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** The line on which an offset lies. */
  textAt(offset: number): string {
    const { line } = this.position(offset);
    const starts = this.#lineStarts();
    return this.#source.slice(starts[line - 1], starts[line]);
  }

  #lineStarts(): readonly number[] {
    this.#starts ??= lineStarts(this.#source);
    return this.#starts;
  }
}

/** Where each line begins; a line ends with LF, CR LF or CR, as in YAML. */
function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 10 || (code === 13 && source.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}
