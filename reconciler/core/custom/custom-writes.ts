/** What the registry does to a written custom object besides what it does to every object. */
import type { FieldProblem } from '../../../schemas/validation/field-problem.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import {
  type CustomKind,
  validateCustomObject,
  validateCustomStatus,
} from '../../../schemas/structural/custom-object.ts';
import { prune } from '../../../schemas/structural/prune.ts';
import { applySchemaDefaults } from '../../../schemas/structural/schema-defaults.ts';
import type { KubeObject } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import type { StatusProblem } from '../registry/status-error.ts';
import { customKindOf, definitionOf, hasCondition, versionOf } from './definition.ts';
import { unchangedProblem } from './ratcheting.ts';
import { asStored, versionName } from './versions.ts';

/** The object as its own version has it: without unknown fields, with every default. */
export function completeCustom(object: KubeObject, info: KindInfo, view: ClusterView): KubeObject {
  const { schema } = kindOfVersion(object, info, view);
  return applySchemaDefaults(prune(object, schema), schema);
}

/** The object in the version that it is stored in. */
export function storedCustom(object: KubeObject, info: KindInfo, view: ClusterView): KubeObject {
  return asStored(object, definitionOf(info, view));
}

/** Why no object of the kind may be made, if so: its definition is being deleted, and all objects with it. */
export function creationProblem(info: KindInfo, view: ClusterView): StatusProblem | undefined {
  if (!hasCondition(definitionOf(info, view), 'Terminating')) return undefined;
  const resource = `${info.plural}.${info.group}`;
  const message = `create is not supported on resources of kind ${JSON.stringify(resource)}`;
  const details = { group: info.group, kind: info.plural };
  return { code: 405, reason: 'MethodNotAllowed', message, details };
}

/**
 * What is wrong with a complete object. Of an update only that which it changed is told: what was stored under a
 * former schema may stay as it is. A write to the status is judged by the status alone.
 */
export function customProblems(
  object: KubeObject,
  before: KubeObject | undefined,
  info: KindInfo,
  subresource: string,
  view: ClusterView,
): readonly FieldProblem[] {
  const kind = kindOfVersion(object, info, view);
  const problems =
    subresource === 'status' ? validateCustomStatus(object, kind) : validateCustomObject(object, kind);
  return before === undefined ? problems : problems.filter((one) => !unchangedProblem(one, object, before));
}

function kindOfVersion(object: KubeObject, info: KindInfo, view: ClusterView): CustomKind {
  const definition = definitionOf(info, view);
  const version = versionOf(definition, versionName(object.apiVersion));
  if (version === undefined) throw new Error(`no version ${object.apiVersion} of ${info.plural}`);
  return customKindOf(definition, version);
}
