/** The versions of a CustomResourceDefinition: which there are, and what each says of its objects. */
import type {
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../kubernetes/types/apiextensions-v1.ts';
import { valueKey } from '../structural/value-key.ts';
import {
  columnProblems,
  selectableFieldProblems,
  subresourceProblems,
} from './custom-resource-definition-parts.ts';
import { schemaOfVersionProblems } from './custom-resource-definition-schema.ts';
import { type FieldPath, renderPath } from './field-path.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { formats } from './formats.ts';

const deprecationWarningCharactersMax = 256;

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** What Kubernetes' internal form calls a part that is the same in all versions. */
const sharedNames: Readonly<Record<Part, string>> = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
};

/** Where a part of a version is: its steps, and the path that texts name. */
export interface PartPlace {
  readonly segments: FieldPath;
  readonly text: string;
}

/** Problems of `spec.versions` and of everything in them. */
export function versionsProblems(spec: CustomResourceDefinitionSpec): readonly FieldProblem[] {
  const { versions = [] } = spec;
  return [
    ...listProblems(versions),
    ...versions.flatMap((version, index) => ownProblems(version, ['spec', 'versions', index])),
    ...parts.flatMap((part) => partProblems(part, versions)),
  ];
}

function listProblems(versions: readonly CustomResourceDefinitionVersion[]): readonly FieldProblem[] {
  const path = ['spec', 'versions'];
  const names = versions.map(({ name }) => name);
  const problems: FieldProblem[] = [];
  if (new Set(names).size < names.length)
    problems.push(invalid(path, versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    problems.push(invalid(path, versions, 'must have exactly one version marked as storage version'));
  return problems;
}

function ownProblems(version: CustomResourceDefinitionVersion, path: FieldPath): readonly FieldProblem[] {
  const { name, schema } = version;
  const problems: FieldProblem[] = [];
  const wrong = formats.dns1035Label(name);
  if (wrong !== undefined) problems.push(invalid([...path, 'name'], name, wrong));
  if (schema?.openAPIV3Schema === undefined) problems.push(required([...path, 'schema', 'openAPIV3Schema']));
  return [...problems, ...deprecationProblems(version, [...path, 'deprecationWarning'])];
}

function deprecationProblems(
  { deprecated, deprecationWarning: text }: CustomResourceDefinitionVersion,
  path: FieldPath,
): readonly FieldProblem[] {
  if (text === undefined) return [];
  if (deprecated !== true) return [invalid(path, text, 'can only be set for deprecated versions')];
  const problems: FieldProblem[] = [];
  if (text.length > deprecationWarningCharactersMax)
    problems.push(invalid(path, text, `must be <= ${deprecationWarningCharactersMax} characters long`));
  if (text === '') problems.push(invalid(path, text, 'must not be an empty string'));
  const unprintable = text.search(/[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/u);
  if (unprintable >= 0) {
    const why = `must only contain printable UTF-8 characters; non-printable character found at index ${unprintable}`;
    problems.push(invalid(path, text, why));
  }
  return problems;
}

const parts: readonly Part[] = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'];

/** A part that all versions share is looked at once. */
function partProblems(
  part: Part,
  versions: readonly CustomResourceDefinitionVersion[],
): readonly FieldProblem[] {
  const [first, ...more] = versions;
  if (first === undefined) return [];
  const key = valueKey(first[part] ?? null);
  const shared = more.every((version) => valueKey(version[part] ?? null) === key);
  const anyStatus = versions.some(({ subresources }) => subresources?.status !== undefined);
  if (shared) {
    const place = { segments: ['spec', 'versions', 0, part], text: `spec.${sharedNames[part]}` };
    return problemsOf(part, first, place, anyStatus);
  }
  return versions.flatMap((version, index) => {
    const segments = ['spec', 'versions', index, part];
    const hasStatus = version.subresources?.status !== undefined;
    return problemsOf(part, version, { segments, text: renderPath(segments) }, hasStatus);
  });
}

function problemsOf(
  part: Part,
  version: CustomResourceDefinitionVersion,
  place: PartPlace,
  hasStatus: boolean,
): readonly FieldProblem[] {
  const schema = version.schema?.openAPIV3Schema;
  const found: Readonly<Record<Part, () => readonly FieldProblem[]>> = {
    schema: () => (schema === undefined ? [] : schemaOfVersionProblems(schema, hasStatus, place.text)),
    subresources: () => subresourceProblems(version.subresources),
    additionalPrinterColumns: () => columnProblems(version.additionalPrinterColumns ?? []),
    selectableFields: () => selectableFieldProblems(version.selectableFields ?? [], schema),
  };
  return found[part]().map((problem) => at(place, problem));
}

/** A problem whose path is relative to a part, at the part's own place. */
function at({ segments, text }: PartPlace, problem: FieldProblem): FieldProblem {
  const { path } = problem;
  const full = path === '' ? text : path.startsWith('[') ? `${text}${path}` : `${text}.${path}`;
  return { ...problem, path: path === '<nil>' ? path : full, segments: [...segments, ...problem.segments] };
}
