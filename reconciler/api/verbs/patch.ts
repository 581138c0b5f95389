/** patch: the stored object changed by JSON patch, merge patch, strategic merge patch or server-side apply. */
import { applyConfiguration } from '../../core/apply/apply.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { Change } from '../../core/model/plan.ts';
import { formatTime } from '../../core/model/time.ts';
import { jsonPatch } from '../../core/patch/json-patch.ts';
import { PatchError } from '../../core/patch/patch-error.ts';
import { mergePatch } from '../../core/patch/merge-patch.ts';
import { strategicMergePatch } from '../../core/patch/strategic-merge-patch.ts';
import { notFound } from '../../core/registry/status-error.ts';
import { ApiError, badRequest, notBuilt } from '../api-error.ts';
import { decodeApply, decodePatch, type ExpectedBody, patchDuplicates } from '../codec/decode-body.ts';
import { checkFields } from '../codec/field-validation.ts';
import { customFieldWarnings, refuseUnknownApplied } from './custom-fields.ts';
import { isCustom } from '../../core/registry/halves.ts';
import { customMergeOf } from '../../core/custom/merge-shape.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { asStored, shownAs, storedRef } from '../versions.ts';
import {
  type Body,
  expectedBody,
  placed,
  retried,
  type WriteContext,
  type Written,
} from './write-context.ts';
import { updateChange } from './update.ts';
import { type WriteOptions, writeOptions } from './write-options.ts';

type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export async function patchObject(request: ResourceRequest, context: WriteContext): Promise<Written> {
  const options = writeOptions(request.query, context.userAgent, 'PatchOptions');
  const expected = expectedBody(request.info);
  if (patchTypeOf(context.body.contentType, expected) === 'apply')
    return applyObject(request, options, context);
  return retried(
    () => {
      const live = liveObject(request, context);
      const shown = shownAs(live, request.info, context.cluster.view);
      const object = patchedDocument(shown, context.body, expected, options, context) as KubeObject;
      refuseMove(request, object);
      const { view } = context.cluster;
      for (const text of customFieldWarnings(object, request.info, view, options.fieldValidation))
        context.warn(text);
      const mayRetry = object.metadata.resourceVersion === live.metadata.resourceVersion;
      return { change: updateChange(request, object, live, options, context), mayRetry };
    },
    context,
    options,
  );
}

function patchTypeOf(contentType: string, expected: ExpectedBody): PatchType {
  const type = patchTypes[(contentType.split(';')[0] ?? '').trim().toLowerCase()];
  const custom = expected.definition === undefined;
  if (type !== undefined && !(custom && type === 'strategic')) return type;
  const types = Object.keys(patchTypes).filter((name) => !custom || patchTypes[name] !== 'strategic');
  const message = `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`;
  throw new ApiError({ code: 415, reason: 'UnsupportedMediaType', message });
}

/**
 * A document, in the request's version, after the patch in `body`, checked against what it has to be. Server-side apply
 * is no patch of a document: 415.
 */
export function patchedDocument(
  shown: object,
  body: Body,
  expected: ExpectedBody,
  options: WriteOptions,
  context: WriteContext,
): object {
  const type = patchTypeOf(body.contentType, expected);
  if (type === 'apply') throw notBuilt(`server-side apply of ${expected.kind}`);
  if (options.force !== undefined)
    throw patchOptionsInvalid(
      'force',
      'Forbidden: may not be specified for non-apply patch',
      'FieldValueForbidden',
    );
  const patch = decodePatch(body.bytes, type);
  const raw = patched({ ...shown }, type, patch, expected);
  const repeated = options.fieldValidation === 'Ignore' ? [] : patchDuplicates(body.bytes, type);
  const strategic = type === 'strategic' ? patch : undefined;
  const checked = checkFields(raw, expected, options.fieldValidation, repeated, strategic);
  for (const text of checked.warnings) context.warn(text);
  return checked.object;
}

function liveObject(request: ResourceRequest, { cluster }: WriteContext): KubeObject {
  const ref = storedRef(request.info, request.namespace, request.name);
  const live = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  if (live === undefined) throw new ApiError(notFound(refOfRequest(request), cluster.view.kinds));
  return live;
}

function patched(
  document: Readonly<Record<string, unknown>>,
  type: Exclude<PatchType, 'apply'>,
  patch: unknown,
  expected: ExpectedBody,
): unknown {
  try {
    if (type === 'json') return jsonPatch(document, patch);
    if (type === 'merge') return mergePatch(document, patch);
    return strategicMergePatch(document, patch, expected.definition ?? '');
  } catch (error) {
    if (error instanceof PatchError) throw new ApiError(error.problem);
    throw error;
  }
}

/** A patch changes no object's identity: it stays what the URL names. */
function refuseMove({ name, namespace }: ResourceRequest, { metadata }: KubeObject): void {
  if ((metadata.namespace ?? '') !== '' && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const given = metadata.name ?? '';
  if (given === '')
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  if (given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

async function applyObject(
  request: ResourceRequest,
  options: WriteOptions,
  context: WriteContext,
): Promise<Written> {
  if (!options.namedManager)
    throw patchOptionsInvalid(
      'fieldManager',
      'Required value: is required for apply patch',
      'FieldValueRequired',
    );
  const decoded = decodeApply(context.body.bytes, expectedBody(request.info), options.fieldValidation);
  for (const text of decoded.warnings) context.warn(text);
  const given = placed(request, decoded.object as object as KubeObject);
  refuseUnknownApplied(given, request.info, context.cluster.view);
  const config = asStored(given, request.info);
  if ((config.metadata.managedFields?.length ?? 0) > 0)
    throw badRequest('metadata.managedFields must be nil');
  const { cluster } = context;
  const ref = storedRef(request.info, request.namespace, request.name);
  return retried(
    () => {
      const live = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
      if (live === undefined && request.subresource !== '')
        throw new ApiError(notFound(refOfRequest(request), cluster.view.kinds));
      const { change, version } = applyChange(config, live, request, options, context);
      return { change, mayRetry: version === '' };
    },
    context,
    options,
  );
}

function applyChange(
  config: KubeObject,
  live: KubeObject | undefined,
  request: ResourceRequest,
  options: WriteOptions,
  context: WriteContext,
): { readonly change: Change; readonly version: string } {
  const { resourceVersion: version = '', ...metadata } = config.metadata;
  const { view } = context.cluster;
  const custom = customMergeOf(request.info, view);
  const result = applyConfiguration({
    ...(live === undefined
      ? {}
      : { live: isCustom(request.info) ? shownAs(live, request.info, view) : live }),
    ...(custom === undefined ? {} : { custom }),
    config: { ...config, metadata },
    manager: options.fieldManager,
    force: options.force === true,
    now: formatTime(context.clock.now()),
    ...(request.subresource === '' ? {} : { subresource: request.subresource }),
  });
  if (!result.ok) {
    if (result.reason === 'invalid') throw badRequest(result.message);
    const causes = result.conflicts.map(({ message, field }) => ({
      reason: 'FieldManagerConflict',
      message,
      field,
    }));
    throw new ApiError({ code: 409, reason: 'Conflict', message: result.message, causes, details: {} });
  }
  if (live === undefined) return { change: { type: 'create', object: result.object }, version };
  const object =
    version === ''
      ? result.object
      : { ...result.object, metadata: { ...result.object.metadata, resourceVersion: version } };
  const scope = request.subresource === 'status' ? 'status' : 'spec';
  return { change: { type: 'update', scope, object }, version };
}

function patchOptionsInvalid(field: string, problem: string, reason: string): ApiError {
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `PatchOptions.meta.k8s.io "" is invalid: ${field}: ${problem}`,
    causes: [{ reason, field, message: problem }],
    details: { group: 'meta.k8s.io', kind: 'PatchOptions' },
  });
}
