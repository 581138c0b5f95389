/** What every write has in common: the body, who asks, the one door to the cluster, and the answer. */
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import { updateManagedFields } from '../../core/apply/update.ts';
import { customMergeOf } from '../../core/custom/merge-shape.ts';
import { escalationProblem } from '../../core/authorization/escalation.ts';
import type { ClusterAccess, SubmitResult } from '../../core/model/access.ts';
import type { AuditAnnotations } from '../../core/model/audit-annotations.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { Change } from '../../core/model/plan.ts';
import { formatTime } from '../../core/model/time.ts';
import type { UserInfo } from '../../core/model/user.ts';
import type { Clock } from '../../core/ports.ts';
import { isCustom } from '../../core/registry/halves.ts';
import { applyDefaults } from '../../core/registry/defaults/defaults.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { decodeBody, type ExpectedBody } from '../codec/decode-body.ts';
import type { ResourceRequest } from '../request.ts';
import { asStored, shownAs } from '../versions.ts';
import { customFieldWarnings } from './custom-fields.ts';
import type { WriteOptions } from './write-options.ts';

/** How often a write without a resource version is planned anew after a lost race. */
const attemptsMax = 5;

export interface Body {
  readonly bytes: Uint8Array;
  /** Empty where the client named none. */
  readonly contentType: string;
}

export interface WriteContext {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly user: UserInfo;
  readonly userAgent: string | undefined;
  readonly body: Body;
  /** Collects texts of `Warning` headers. */
  readonly warn: (text: string) => void;
  /** Collects what the audit log says of the request besides. */
  readonly annotate: (annotations: AuditAnnotations) => void;
}

/** The object in the body, of the kind that is expected. `T` is the caller's promise that `expected` names it. */
export function bodyAs<T extends object>(
  context: WriteContext,
  expected: ExpectedBody,
  options: Pick<WriteOptions, 'fieldValidation'>,
): T {
  const { bytes, contentType } = context.body;
  const { object, warnings } = decodeBody(bytes, contentType, expected, options.fieldValidation);
  for (const text of warnings) context.warn(text);
  return object as T;
}

/** The object in the body of a request for its kind; unknown fields of custom ones are told too. */
export function objectInBody(
  request: ResourceRequest,
  context: WriteContext,
  options: Pick<WriteOptions, 'fieldValidation'>,
): KubeObject {
  const { info } = request;
  if (!isCustom(info)) return bodyAs<KubeObject>(context, expectedBody(info), options);
  const { bytes, contentType } = context.body;
  const { fieldValidation } = options;
  // What the text repeats and what the schema lacks are one refusal: the decoder only tells.
  const lenient = fieldValidation === 'Strict' ? 'Warn' : fieldValidation;
  const decoded = decodeBody(bytes, contentType, expectedBody(info), lenient);
  const object = decoded.object as object as KubeObject;
  const { view } = context.cluster;
  for (const text of customFieldWarnings(object, info, view, fieldValidation, decoded.warnings))
    context.warn(text);
  return object;
}

/** What a write left: the object as it is stored, in its stored version, and whether it is new. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly removed: boolean;
}

/** Commits one change for the user who asks. Throws the refusal. */
export async function submitOne(
  change: Change,
  context: WriteContext,
  options: Pick<WriteOptions, 'dryRun'>,
): Promise<SubmitResult> {
  const { cluster, user } = context;
  refuseEscalation(change, context);
  const result = await cluster.submit([change], { user, dryRun: options.dryRun, fence: 'none' });
  if (result.auditAnnotations !== undefined) context.annotate(result.auditAnnotations);
  return result;
}

/** Nobody gives away rights that they do not have themselves. */
function refuseEscalation(change: Change, { cluster, user }: WriteContext): void {
  if (change.type === 'delete') return;
  const { object } = change;
  const before =
    change.type === 'update'
      ? cluster.view.get<KubeObject>(
          object.apiVersion,
          object.kind,
          object.metadata.namespace ?? '',
          object.metadata.name ?? '',
        )
      : undefined;
  const named = (object.metadata.name ?? '') === '' ? withPrefixAsName(object) : object;
  const problem = escalationProblem(
    { object: named, ...(before === undefined ? {} : { before }) },
    user,
    cluster.view,
  );
  if (problem !== undefined) throw new ApiError(problem);
}

/** A name that is still to be drawn is spoken of by its prefix. */
function withPrefixAsName(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, name: object.metadata.generateName ?? '' } };
}

/** Plans and commits until no race is lost, at most `attemptsMax` times. */
export async function retried(
  plan: () => { readonly change: Change; readonly mayRetry: boolean },
  context: WriteContext,
  options: Pick<WriteOptions, 'dryRun'>,
): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    const { change, mayRetry } = plan();
    const result = await submitOne(change, context, options);
    const lost = !result.ok && result.problem.reason === 'Conflict';
    if (!lost || !mayRetry || attempt === attemptsMax) return written(result, change, context, options);
  }
}

/** The object that a commit left. Throws the refusal. */
export function written(
  result: SubmitResult,
  change: Change,
  context: WriteContext,
  options: Pick<WriteOptions, 'dryRun'>,
): Written {
  if (!result.ok) throw new ApiError(result.problem);
  for (const text of result.warnings ?? []) context.warn(text);
  const outcome = result.outcomes[0];
  if (outcome === undefined) throw new Error('a commit of one change has one outcome');
  const { object } = outcome;
  const stamped =
    outcome.type === 'written' && !options.dryRun
      ? { ...object, metadata: { ...object.metadata, resourceVersion: String(result.revision) } }
      : object;
  return { object: stamped, created: change.type === 'create', removed: outcome.type === 'removed' };
}

/** The object under the request's namespace and name; another one in the body is refused. */
export function placed(request: ResourceRequest, object: KubeObject): KubeObject {
  const { namespace, name } = request;
  const metadata = object.metadata ?? {};
  if ((metadata.namespace ?? '') !== '' && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== '' && (metadata.name ?? '') !== '' && metadata.name !== name)
    throw badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  const { namespace: _, ...rest } = metadata;
  return {
    ...object,
    metadata: { ...rest, ...(namespace === '' ? {} : { namespace }), ...(name === '' ? {} : { name }) },
  };
}

/** The stored form of what a user wrote, with the fields that the write takes over in its managedFields. */
export function withManager(
  live: KubeObject | undefined,
  object: KubeObject,
  request: ResourceRequest,
  options: WriteOptions,
  context: WriteContext,
): KubeObject {
  const { info } = request;
  const { view } = context.cluster;
  const stored = asStored(object, info);
  const before = live === undefined || !isCustom(info) ? live : shownAs(live, info, view);
  const custom = customMergeOf(info, view);
  // Defaults that come with the write are the writer's too, as kube-apiserver decodes before it compares.
  const after = applyDefaults(stored);
  const managedFields = updateManagedFields({
    ...(before === undefined ? {} : { before }),
    ...(custom === undefined ? {} : { custom }),
    after,
    manager: options.fieldManager,
    operation: 'Update',
    now: formatTime(context.clock.now()),
    ...(request.subresource === '' ? {} : { subresource: request.subresource }),
  });
  const { managedFields: _, ...metadata } = after.metadata;
  return { ...after, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } };
}

/** What a body has to be, for its decoder. */
export function expectedBody(info: KindInfo): ExpectedBody {
  const custom = isCustom(info);
  return {
    apiVersion: apiVersionOf(info),
    kind: info.kind,
    definition: custom ? undefined : info.definition,
  };
}
