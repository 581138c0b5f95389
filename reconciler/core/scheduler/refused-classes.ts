/** Pods like one that was refused are refused without being looked at, while nothing happened that could matter. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PluginName } from './diagnosis.ts';
import type { Inquiry } from './inquiry.ts';
import type { ClassRecord } from './state/class-record.ts';
import type { SchedulerState } from './state/scheduler-state.ts';

interface RefusedClass {
  readonly message: string;
  readonly plugins: ReadonlySet<PluginName>;
}

interface Entry extends RefusedClass {
  readonly generation: number;
  readonly relief: number;
}

/** Refusals of these can end with a pod that comes; all others only with one that goes, or with a node. */
const endByCompany: readonly PluginName[] = ['InterPodAffinity', 'PodTopologySpread'];

export class RefusedClasses {
  readonly #state: SchedulerState;
  readonly #entries = new WeakMap<ClassRecord, Entry>();

  constructor(state: SchedulerState) {
    this.#state = state;
  }

  find(pod: Pod): RefusedClass | undefined {
    const { nominations, generation, relief } = this.#state;
    if (nominations.nodeOf(pod.metadata.uid ?? '') !== undefined) return undefined;
    const record = this.#state.recordOf(pod);
    const entry = this.#entries.get(record);
    if (entry === undefined) return undefined;
    if (entry.generation === generation) return entry;
    if (entry.relief !== relief) return undefined;
    if (endByCompany.some((plugin) => entry.plugins.has(plugin))) return undefined;
    // Who came since may have to go for it.
    return this.#state.lowestSinceRelief >= record.pods.priority ? entry : undefined;
  }

  /** Volumes change beside the state: pods that use some are looked at each time. */
  add({ pod, record, volumes, state }: Inquiry, refused: RefusedClass): void {
    if (volumes !== undefined || state.nominations.nodeOf(pod.metadata.uid ?? '') !== undefined) return;
    const { generation, relief } = state;
    this.#entries.set(record, { ...refused, generation, relief });
  }
}
