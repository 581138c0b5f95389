/** Classes of pods and what nodes say to them, made when they are asked for. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { RefusalTable } from '../filters/refusal.ts';
import { classKey, podClassOf } from '../pods/pod-class.ts';
import type { Profile } from '../profile.ts';
import { ClassRecord } from './class-record.ts';
import type { NodeTable } from './node-table.ts';
import type { Selections } from './selections.ts';
import { StaticTable } from './static-table.ts';

/** Of each so many are kept; beyond that all are made anew when they are asked for again. */
const staticTablesMax = 256;
const classesMax = 20_000;

export class ClassCache {
  readonly #table: NodeTable;
  readonly #selections: Selections;
  readonly #refusals: RefusalTable;
  readonly #classes = new Map<string, ClassRecord>();
  readonly #static = new Map<string, StaticTable>();
  #capacity = 0;

  constructor(table: NodeTable, selections: Selections, refusals: RefusalTable) {
    this.#table = table;
    this.#selections = selections;
    this.#refusals = refusals;
  }

  recordOf(pod: Pod): ClassRecord {
    const key = classKey(pod);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    if (this.#classes.size >= classesMax) this.#classes.clear();
    const record = new ClassRecord(podClassOf(pod, key), this.#table, this.#selections);
    this.#classes.set(key, record);
    return record;
  }

  staticTable({ pods }: ClassRecord, profile: Profile): StaticTable {
    const known = this.#static.get(pods.staticKey);
    if (known !== undefined) return known;
    if (this.#static.size >= staticTablesMax) this.#static.clear();
    const { nodes, capacity } = this.#table;
    const made = new StaticTable(pods.pod, profile, this.#refusals, nodes, capacity);
    this.#static.set(pods.staticKey, made);
    return made;
  }

  /** The node says something else from now on. */
  nodeChanged(slot: number): void {
    if (this.#capacity !== this.#table.capacity) this.#static.clear();
    this.#capacity = this.#table.capacity;
    for (const made of this.#static.values()) made.forget(slot);
  }
}
