/** The API's answers to what cannot be done, as metav1.Status has them. */
import { builtInKinds, groupOf, type KindTable } from '../../../schemas/kinds.ts';
import type { FieldProblem } from '../../../schemas/validation/field-problem.ts';
import { problemText } from '../../../schemas/validation/field-problem.ts';
import type { ObjectRef } from '../model/object.ts';

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** What a refusal is about, as metav1.StatusDetails has it; `kind` is the resource (`pods`). */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly retryAfterSeconds?: number;
}

/** A refusal with its HTTP code and Kubernetes' reason. */
export interface StatusProblem {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly StatusCause[];
  readonly details?: StatusDetails;
  /** Where a list that expired may go on, inconsistently. */
  readonly continue?: string;
}

/** Group, resource and kind of what `ref` names, also where its kind is not served (any more). */
function subjectOf(ref: ObjectRef, table: KindTable): { group: string; resource: string; kind: string } {
  const info = table.byGvk(ref.apiVersion, ref.kind);
  const group = groupOf(ref.apiVersion);
  return { group, resource: info?.plural ?? `${ref.kind.toLowerCase()}s`, kind: ref.kind };
}

/** `deployments.apps "web"`, as Kubernetes' messages name an object. */
export function qualifiedName(ref: ObjectRef, table: KindTable = builtInKinds): string {
  const { group, resource } = subjectOf(ref, table);
  return `${resource}${group === '' ? '' : `.${group}`} "${ref.name}"`;
}

function detailsOf(ref: ObjectRef, table: KindTable): StatusDetails {
  const { group, resource } = subjectOf(ref, table);
  return {
    ...(ref.name === '' ? {} : { name: ref.name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  };
}

export function notFound(ref: ObjectRef, table: KindTable = builtInKinds): StatusProblem {
  const message = `${qualifiedName(ref, table)} not found`;
  return { code: 404, reason: 'NotFound', message, details: detailsOf(ref, table) };
}

export function alreadyExists(ref: ObjectRef, table: KindTable = builtInKinds): StatusProblem {
  const message = `${qualifiedName(ref, table)} already exists`;
  return { code: 409, reason: 'AlreadyExists', message, details: detailsOf(ref, table) };
}

export function conflict(ref: ObjectRef, why: string, table: KindTable = builtInKinds): StatusProblem {
  const message = `Operation cannot be fulfilled on ${qualifiedName(ref, table)}: ${why}`;
  return { code: 409, reason: 'Conflict', message, details: detailsOf(ref, table) };
}

export function forbidden(ref: ObjectRef, why: string, table: KindTable = builtInKinds): StatusProblem {
  const message = `${qualifiedName(ref, table)} is forbidden: ${why}`;
  return { code: 403, reason: 'Forbidden', message, details: detailsOf(ref, table) };
}

export function invalid(ref: ObjectRef, causes: readonly StatusCause[]): StatusProblem {
  const group = groupOf(ref.apiVersion);
  const subject = `${ref.kind}${group === '' ? '' : `.${group}`} "${ref.name}" is invalid`;
  const texts = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const details = {
    ...(ref.name === '' ? {} : { name: ref.name }),
    ...(group === '' ? {} : { group }),
    kind: ref.kind,
  };
  return { code: 422, reason: 'Invalid', message: `${subject}: ${list ?? ''}`, causes, details };
}

/** The problems that validation found, one cause each. */
export function invalidFields(ref: ObjectRef, problems: readonly FieldProblem[]): StatusProblem {
  return invalid(
    ref,
    problems.map((one) => ({ reason: one.reason, field: one.path, message: problemText(one) })),
  );
}
