/** The desired state of a host and which updates of it are taken: the rules of schemas/wire/messages.ts. */
import type { DesiredEntry, DesiredRefused, DesiredUpdate } from '../../../schemas/wire/messages.ts';

export interface DesiredState {
  /** Both 0 while the host never got any. */
  readonly epoch: number;
  readonly generation: number;
  readonly entries: ReadonlyMap<string, DesiredEntry>;
}

export const noDesiredState: DesiredState = { epoch: 0, generation: 0, entries: new Map() };

/** Why `update` is refused by a host that holds `state`; undefined: it is taken. */
export function refusalOf(
  state: { readonly epoch: number; readonly generation: number },
  update: DesiredUpdate,
): DesiredRefused | undefined {
  const { epoch, generation } = state;
  const held = `epoch ${String(epoch)}, generation ${String(generation)}`;
  if (update.epoch < epoch) {
    return {
      reason: 'StaleEpoch',
      message: `epoch ${String(update.epoch)} is older than what is held: ${held}`,
      epoch,
      generation,
    };
  }
  if (update.epoch === epoch && update.generation <= generation) {
    return {
      reason: 'StaleGeneration',
      message: `generation ${String(update.generation)} is not newer than what is held: ${held}`,
      epoch,
      generation,
    };
  }
  if (update.base !== null && (update.epoch !== epoch || update.base !== generation)) {
    return {
      reason: 'UnknownBase',
      message: `base generation ${String(update.base)} of epoch ${String(update.epoch)} is not held: ${held}`,
      epoch,
      generation,
    };
  }
  return undefined;
}

/** The state after an update, and the keys of the entries that it changed. */
export function applyUpdate(
  state: DesiredState,
  update: DesiredUpdate,
): { readonly state: DesiredState; readonly changedKeys: ReadonlySet<string> } {
  const entries = new Map(update.base === null ? [] : state.entries);
  const changedKeys = new Set<string>();
  for (const key of update.removes) if (entries.delete(key)) changedKeys.add(key);
  for (const entry of update.upserts) {
    entries.set(entry.key, entry);
    changedKeys.add(entry.key);
  }
  if (update.base === null) {
    for (const [key, before] of state.entries) {
      const after = entries.get(key);
      if (after === undefined) changedKeys.add(key);
      else if (JSON.stringify(after) === JSON.stringify(before)) changedKeys.delete(key);
    }
  }
  return { state: { epoch: update.epoch, generation: update.generation, entries }, changedKeys };
}
