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

/** Refusals that have no parts that vary, by a short name. */
const fixedRefusals = {
  ports: {
    plugin: 'NodePorts',
    reasons: ["node(s) didn't have free ports for the requested pod ports"],
    unresolvable: false,
  },
  skew: {
    plugin: 'PodTopologySpread',
    reasons: ["node(s) didn't match pod topology spread constraints"],
    unresolvable: false,
  },
  keyless: {
    plugin: 'PodTopologySpread',
    reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
    unresolvable: true,
  },
  affinity: {
    plugin: 'InterPodAffinity',
    reasons: ["node(s) didn't match pod affinity rules"],
    unresolvable: true,
  },
  antiAffinity: {
    plugin: 'InterPodAffinity',
    reasons: ["node(s) didn't match pod anti-affinity rules"],
    unresolvable: false,
  },
  existingAntiAffinity: {
    plugin: 'InterPodAffinity',
    reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
    unresolvable: false,
  },
} as const satisfies Readonly<Record<string, Refusal>>;

type FixedRefusal = keyof typeof fixedRefusals;

export class RefusalTable {
  readonly #refusals: Refusal[] = [];
  readonly #codes = new Map<string, RefusalCode>();
  /** Codes of the refusals that do not vary: filters look them up a thousand times for one pod. */
  readonly fixed = Object.fromEntries(
    Object.entries(fixedRefusals).map(([name, { plugin, reasons, unresolvable }]) => [
      name,
      this.code(plugin, reasons, unresolvable),
    ]),
  ) as Readonly<Record<FixedRefusal, RefusalCode>>;

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
