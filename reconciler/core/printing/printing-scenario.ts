/** For tests: an object as kubectl would print it. */
import { builtInKinds } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import { kindOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { columnsOf } from './columns.ts';

/** `2026-11-26T12:00:00Z`. */
export const nowMs = 1_795_694_400_000;

const view = new MutableView();

interface Loose {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

/** The object with a name and an age of 5 minutes, unless it has its own. */
export function made(object: Loose): KubeObject {
  return {
    ...object,
    metadata: { name: 'one', creationTimestamp: '2026-11-26T11:55:00Z', ...object.metadata },
  };
}

/** `HEADING=cell` of each column but the name and the age, wide ones in brackets; separated by ` | `. */
export function printed(object: Loose): string {
  const whole = made(object);
  const { definitions, cells } = columnsOf(kindOf(whole, builtInKinds), view);
  return cells(whole, nowMs)
    .map((cell, index) => ({ cell, definition: definitions[index] }))
    .filter(({ definition, cell }) => !isUsual(definition?.name, cell))
    .map(({ cell, definition }) => {
      const text = `${definition?.name.toUpperCase() ?? ''}=${String(cell)}`;
      return definition?.priority === 0 ? text : `[${text}]`;
    })
    .join(' | ');
}

function isUsual(heading: string | undefined, cell: unknown): boolean {
  return (heading === 'Name' && cell === 'one') || (heading === 'Age' && cell === '5m');
}
