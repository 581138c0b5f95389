/** Fields of custom objects that their schema does not know: refused, told or dropped, as the client asks. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import { unknownFields } from '../../../schemas/structural/prune.ts';
import { definitionOf, schemaOf, versionOf } from '../../core/custom/definition.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { isCustom } from '../../core/registry/halves.ts';
import { badRequest } from '../api-error.ts';
import { cannotBeHandled, strictDecodingError, unknownFieldTexts } from '../codec/field-validation.ts';
import type { FieldValidation } from './write-options.ts';

/**
 * Gives the texts of warnings; 400 under Strict, which tells what the decoder `found` too. Nothing for built-in kinds,
 * whose decoder has looked already.
 */
export function customFieldWarnings(
  object: KubeObject,
  info: KindInfo,
  view: ClusterView,
  mode: FieldValidation,
  found: readonly string[] = [],
): readonly string[] {
  if (mode === 'Ignore') return [];
  const texts = [...found, ...unknownFieldTexts(unknownCustomFields(object, info, view))];
  if (mode === 'Strict' && texts.length > 0)
    throw cannotBeHandled(object, info.kind, strictDecodingError(texts));
  return texts;
}

/** A configuration to apply names no field that its schema lacks, however strict the client: nobody could own it. */
export function refuseUnknownApplied(config: KubeObject, info: KindInfo, view: ClusterView): void {
  const problems = unknownCustomFields(config, info, view).map(
    (path) => `.${path}: field not declared in schema`,
  );
  if (problems.length === 0) return;
  const { namespace = '', name = '' } = config.metadata;
  const about = `failed to create typed patch object (${namespace}/${name}; ${config.apiVersion}, Kind=${config.kind})`;
  const list = problems.length === 1 ? ` ${problems[0] ?? ''}` : ` errors:\n  ${problems.join('\n  ')}`;
  throw badRequest(`${about}:${list}`);
}

function unknownCustomFields(object: KubeObject, info: KindInfo, view: ClusterView): readonly string[] {
  if (!isCustom(info)) return [];
  const version = versionOf(definitionOf(info, view), info.version);
  return version === undefined ? [] : unknownFields(object, schemaOf(version));
}

/** Built-in kinds that Kubernetes keeps, and would rather see unused, by `group/Kind`. */
const deprecated: Readonly<Record<string, string>> = {
  '/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** What a version that is on its way out says of itself to whoever uses it; undefined for the others. */
export function deprecationWarning(info: KindInfo, view: ClusterView): string | undefined {
  if (!isCustom(info)) return deprecated[`${info.group}/${info.kind}`];
  const version = versionOf(definitionOf(info, view), info.version);
  if (version?.deprecated !== true) return undefined;
  return version.deprecationWarning ?? `${info.group}/${info.version} ${info.kind} is deprecated`;
}
