/** The API's answers to what cannot be done, as metav1.Status has them. */
import type { ObjectRef } from '../model/object.ts';
import { kindOf } from '../model/object.ts';

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A refusal with its HTTP code and Kubernetes' reason. */
export interface StatusProblem {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly StatusCause[];
}

/** `deployments.apps "web"`, as Kubernetes' messages name an object. */
export function qualifiedName(ref: ObjectRef): string {
  const info = kindOf(ref);
  return `${info.plural}${info.group === '' ? '' : `.${info.group}`} "${ref.name}"`;
}

export function notFound(ref: ObjectRef): StatusProblem {
  return { code: 404, reason: 'NotFound', message: `${qualifiedName(ref)} not found` };
}

export function alreadyExists(ref: ObjectRef): StatusProblem {
  return { code: 409, reason: 'AlreadyExists', message: `${qualifiedName(ref)} already exists` };
}

export function conflict(ref: ObjectRef, why: string): StatusProblem {
  return {
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualifiedName(ref)}: ${why}`,
  };
}

export function invalid(ref: ObjectRef, causes: readonly StatusCause[]): StatusProblem {
  const info = kindOf(ref);
  const subject = `${info.kind}${info.group === '' ? '' : `.${info.group}`} "${ref.name}" is invalid`;
  const texts = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return { code: 422, reason: 'Invalid', message: `${subject}: ${list ?? ''}`, causes };
}

export function forbidden(ref: ObjectRef, why: string): StatusProblem {
  return { code: 403, reason: 'Forbidden', message: `${qualifiedName(ref)} is forbidden: ${why}` };
}
