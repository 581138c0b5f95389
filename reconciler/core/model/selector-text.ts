/** Label selectors as text, the form that list requests and scale subresources have them in. */
import type { LabelSelector } from '../../../schemas/kubernetes/types/meta-v1.ts';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

const inSet = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const equals = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/;

/** The selector that `text` means; undefined where it is none. */
export function parseSelectorText(text: string): LabelSelector | undefined {
  const requirements: Requirement[] = [];
  // Commas part requirements, but not the values of a set.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const requirement = parsePart(part.trim());
    if (requirement === undefined) return undefined;
    requirements.push(requirement);
  }
  return { matchExpressions: requirements };
}

function parsePart(part: string): Requirement | undefined {
  const set = inSet.exec(part);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = equals.exec(part);
  if (equality !== null)
    return {
      key: equality[1] ?? '',
      operator: equality[2] === '!=' ? 'NotIn' : 'In',
      values: [equality[3] ?? ''],
    };
  if (/^![^\s=!()]+$/.test(part)) return { key: part.slice(1), operator: 'DoesNotExist' };
  return /^[^\s=!()]+$/.test(part) ? { key: part, operator: 'Exists' } : undefined;
}
