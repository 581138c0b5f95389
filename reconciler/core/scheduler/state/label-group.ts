/** Pods with the same labels in one namespace: whether a selector means them is asked once for all of them. */
import type { Labels } from '../pods/label-matcher.ts';
import type { CarriedTerm } from './carried-term.ts';
import type { Tally } from './tally.ts';

export interface LabelGroup {
  readonly key: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Its pods are on their way out. */
  readonly leaving: boolean;
  /** Pods that run, by node slot. */
  readonly slots: Map<number, number>;
  /** Tallies that count these pods, of the first `talliesAsked` of all; and the same of carried terms. */
  tallies: Tally[];
  talliesAsked: number;
  carried: CarriedTerm[];
  ownCarriedAsked: number;
  wideCarriedAsked: number;
  epoch: number;
}

export function labelGroup(key: string, namespace: string, labels: Labels, leaving: boolean): LabelGroup {
  return {
    key,
    namespace,
    labels,
    leaving,
    slots: new Map(),
    tallies: [],
    talliesAsked: 0,
    carried: [],
    ownCarriedAsked: 0,
    wideCarriedAsked: 0,
    epoch: 0,
  };
}
