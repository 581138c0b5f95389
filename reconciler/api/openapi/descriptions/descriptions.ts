/** What definitions and their fields mean, for `kubectl explain`. */
import { accessDescriptions } from './access.ts';
import { commonFields } from './common-fields.ts';
import { containerDescriptions } from './containers.ts';
import { kindDescriptions } from './kinds.ts';
import { networkDescriptions } from './network.ts';
import { ownDescriptions } from './own-kinds.ts';
import { podDescriptions } from './pods.ts';
import { storageDescriptions } from './storage.ts';
import type { Descriptions } from './texts.ts';
import { workloadDescriptions } from './workloads.ts';

const tables: readonly Descriptions[] = [
  accessDescriptions,
  containerDescriptions,
  networkDescriptions,
  ownDescriptions,
  podDescriptions,
  storageDescriptions,
  workloadDescriptions,
];

const described: Descriptions = Object.assign({}, ...tables) as Descriptions;

/** What a definition is; undefined where nothing is known of it. */
export function definitionDescription(name: string): string | undefined {
  const own = described[name]?.self ?? kindDescriptions[name];
  if (own !== undefined) return own;
  const item = name.endsWith('List') ? kindDescriptions[name.slice(0, -'List'.length)] : undefined;
  return item === undefined ? undefined : 'A list of such objects.';
}

/** What a field of a definition is: as the definition has it, else what fields of this name mean everywhere. */
export function fieldDescription(definition: string, field: string): string | undefined {
  return described[definition]?.fields?.[field] ?? commonFields[field];
}
