/** Why a node is refused, as small numbers: filters work on arrays, and words are found where people ask. */
import type { FilterName } from '../profile.ts';

export interface Refusal {
  readonly plugin: FilterName;
  /** In Kubernetes' words; several where several resources lack. */
  readonly reasons: readonly string[];
  /** Nothing that pods could give up would help. */
  readonly unresolvable: boolean;
}

/** 0 is no refusal. */
export type RefusalCode = number;

export class RefusalTable {
  readonly #refusals: Refusal[] = [];
  readonly #codes = new Map<string, RefusalCode>();

  code(plugin: FilterName, reasons: readonly string[], unresolvable: boolean): RefusalCode {
    const key = `${plugin} ${unresolvable} ${reasons.join('\0')}`;
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const code = this.#refusals.push({ plugin, reasons, unresolvable });
    this.#codes.set(key, code);
    return code;
  }

  get(code: RefusalCode): Refusal {
    const refusal = this.#refusals[code - 1];
    if (refusal === undefined) throw new Error(`no refusal has the code ${code}`);
    return refusal;
  }
}
