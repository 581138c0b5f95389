/** A class of pods joined to the state: its columns, its groups, the terms it carries. */
import type { PodClass } from '../pods/pod-class.ts';
import { carriedSpecs, type CarriedSpec, type CarriedTerm } from './carried-term.ts';
import type { LabelGroup } from './label-group.ts';
import type { NodeTable, ResourceColumn } from './node-table.ts';
import type { Selections } from './selections.ts';

export class ClassRecord {
  readonly pods: PodClass;
  /** What the pods take, column by column; zeros are left out. */
  readonly demand: readonly { readonly column: ResourceColumn; readonly amount: number }[];
  /** Refusals by what lacks, two bits to a resource: there is none, there could never be. */
  readonly lacks = new Map<number, number>();
  readonly #selections: Selections;
  readonly #specs: readonly CarriedSpec[];
  #groups: { readonly staying: LabelGroup; readonly leaving: LabelGroup } | undefined;
  #groupsEpoch = 0;
  #carried: readonly CarriedTerm[] = [];
  #epoch = 0;

  constructor(pods: PodClass, table: NodeTable, selections: Selections) {
    this.pods = pods;
    this.demand = [...pods.requests]
      .filter(([, amount]) => amount > 0)
      .map(([resource, amount]) => ({ column: table.column(resource), amount }));
    this.#selections = selections;
    this.#specs = carriedSpecs(pods.terms);
  }

  group(leaving: boolean): LabelGroup {
    if (this.#groups === undefined || this.#groupsEpoch !== this.#selections.groupsEpoch) {
      const { namespace, labels } = this.pods;
      const staying = this.#selections.group(namespace, labels, false);
      this.#groups = { staying, leaving: this.#selections.group(namespace, labels, true) };
      this.#groupsEpoch = this.#selections.groupsEpoch;
    }
    return leaving ? this.#groups.leaving : this.#groups.staying;
  }

  /** The terms that pods of this class carry. */
  carried(): readonly CarriedTerm[] {
    if (this.#specs.length === 0) return this.#carried;
    if (this.#epoch !== this.#selections.epoch) {
      this.#carried = this.#selections.carried(this.#specs);
      this.#epoch = this.#selections.epoch;
    }
    return this.#carried;
  }
}
