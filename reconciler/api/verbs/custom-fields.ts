/** Fields of custom objects that their schema does not know: refused, told or dropped, as the client asks. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import { unknownFields } from '../../../schemas/structural/prune.ts';
import { definitionOf, schemaOf, versionOf } from '../../core/custom/definition.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { isCustom } from '../../core/registry/halves.ts';
import { cannotBeHandled, strictDecodingError, unknownFieldTexts } from '../codec/field-validation.ts';
import type { FieldValidation } from './write-options.ts';

/** Gives the texts of warnings; 400 under Strict. Nothing for built-in kinds, whose decoder has looked already. */
export function customFieldWarnings(
  object: KubeObject,
  info: KindInfo,
  view: ClusterView,
  mode: FieldValidation,
): readonly string[] {
  if (!isCustom(info)) return [];
  const version = versionOf(definitionOf(info, view), info.version);
  if (version === undefined) return [];
  const unknown = mode === 'Ignore' ? [] : unknownFieldTexts(unknownFields(object, schemaOf(version)));
  if (mode === 'Strict' && unknown.length > 0)
    throw cannotBeHandled(object, info.kind, strictDecodingError(unknown));
  return unknown;
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
