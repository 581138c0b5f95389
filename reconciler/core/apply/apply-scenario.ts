/** One live object under a script of writes, for tests: each step returns what the API would answer. */
import type { KubeObject } from '../model/object.ts';
import { applyConfiguration, type ApplyResult } from './apply.ts';
import { updateManagedFields } from './update.ts';

interface Writer {
  readonly manager: string;
  readonly force?: boolean;
  readonly subresource?: string;
}

export class ApplyScenario {
  live: KubeObject | undefined;
  #writes = 0;

  apply(config: object, { manager, force = false, subresource }: Writer): ApplyResult {
    const result = applyConfiguration({
      ...(this.live === undefined ? {} : { live: this.live }),
      config: config as KubeObject,
      manager,
      force,
      now: this.#tick(),
      ...(subresource === undefined ? {} : { subresource }),
    });
    if (result.ok) this.live = result.object;
    return result;
  }

  /** A plain write of the whole object. */
  update(after: object, { manager, subresource }: Writer): void {
    const object = after as KubeObject;
    const managedFields = updateManagedFields({
      ...(this.live === undefined ? {} : { before: this.live }),
      after: object,
      manager,
      operation: 'Update',
      now: this.#tick(),
      ...(subresource === undefined ? {} : { subresource }),
    });
    const metadata = managedFields.length === 0 ? object.metadata : { ...object.metadata, managedFields };
    this.live = { ...object, metadata };
  }

  /** The live object without its managedFields. */
  get object(): unknown {
    if (this.live === undefined) return undefined;
    const { managedFields: _, ...metadata } = this.live.metadata;
    return { ...this.live, metadata };
  }

  /** `manager/operation[/subresource]` to its FieldsV1. */
  get owners(): Readonly<Record<string, unknown>> {
    const entries = this.live?.metadata.managedFields ?? [];
    return Object.fromEntries(entries.map((entry) => [ownerName(entry), entry.fieldsV1]));
  }

  /** The same names to the number of the write that their time is from. */
  get times(): Readonly<Record<string, number>> {
    const entries = this.live?.metadata.managedFields ?? [];
    return Object.fromEntries(entries.map((entry) => [ownerName(entry), Number(entry.time?.slice(14, 16))]));
  }

  #tick(): string {
    this.#writes += 1;
    return `2026-01-01T00:${String(this.#writes).padStart(2, '0')}:00Z`;
  }
}

function ownerName(entry: {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
}): string {
  const suffix = entry.subresource === undefined ? '' : `/${entry.subresource}`;
  return `${entry.manager ?? ''}/${entry.operation ?? ''}${suffix}`;
}
