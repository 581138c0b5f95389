/** The query parameters of writes: who writes, for show or for good, how strictly the body is read. */
import { ApiError } from '../api-error.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  /** Owns what the write changes; the program's name from its user agent where none is given. */
  readonly fieldManager: string;
  /** Whether the manager was named: server-side apply demands it. */
  readonly namedManager: boolean;
  readonly fieldValidation: FieldValidation;
  /** Server-side apply takes fields from other managers; undefined where not said. */
  readonly force: boolean | undefined;
}

const fieldManagerLengthMax = 128;
const validations: readonly FieldValidation[] = ['Strict', 'Warn', 'Ignore'];

/** 422 where a parameter has a value that it cannot have; `kind` is that of the options, e.g. `CreateOptions`. */
export function writeOptions(
  query: URLSearchParams,
  userAgent: string | undefined,
  kind: string,
): WriteOptions {
  const dryRuns = query.getAll('dryRun').filter((value) => value !== '');
  for (const value of dryRuns) if (value !== 'All') throw unsupported(kind, 'dryRun', value, ['All']);
  const validation = query.get('fieldValidation') ?? '';
  const fieldValidation = validation === '' ? 'Warn' : validations.find((one) => one === validation);
  if (fieldValidation === undefined)
    throw unsupported(kind, 'fieldValidation', validation, ['Ignore', 'Strict', 'Warn', '']);
  const named = query.get('fieldManager') ?? '';
  if (named.length > fieldManagerLengthMax)
    throw invalid(
      kind,
      'fieldManager',
      `Too long: may not be more than ${fieldManagerLengthMax} bytes`,
      'FieldValueTooLong',
    );
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(named))
    throw invalid(
      kind,
      'fieldManager',
      `Invalid value: ${JSON.stringify(named)}: should only contain printable characters`,
      'FieldValueInvalid',
    );
  const force = query.get('force');
  return {
    dryRun: dryRuns.length > 0,
    fieldManager:
      named === '' ? ((userAgent ?? '').split('/')[0] ?? '').slice(0, fieldManagerLengthMax) : named,
    namedManager: named !== '',
    fieldValidation,
    force: force === null ? undefined : force === 'true' || force === '1',
  };
}

function unsupported(kind: string, field: string, value: string, supported: readonly string[]): ApiError {
  const values = supported.map((one) => JSON.stringify(one)).join(', ');
  const problem = `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`;
  return invalid(kind, field, problem, 'FieldValueNotSupported');
}

function invalid(kind: string, field: string, problem: string, reason: string): ApiError {
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${kind}.meta.k8s.io "" is invalid: ${field}: ${problem}`,
    causes: [{ reason, field, message: problem }],
    details: { group: 'meta.k8s.io', kind },
  });
}
