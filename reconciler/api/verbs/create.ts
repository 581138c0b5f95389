/** create: a new object from a body. */
import type { KubeObject } from '../../core/model/object.ts';
import { invalid } from '../../core/registry/status-error.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import {
  objectInBody,
  placed,
  submitOne,
  type WriteContext,
  type Written,
  withManager,
  written,
} from './write-context.ts';
import { type WriteOptions, writeOptions } from './write-options.ts';

/** Draws of a generated name before the client hears that it is taken. */
const drawsMax = 8;

export async function createObject(request: ResourceRequest, context: WriteContext): Promise<Written> {
  const options = writeOptions(request.query, context.userAgent, 'CreateOptions');
  const body = objectInBody(request, context, options);
  return createFrom(request, placed(request, body), options, context);
}

/** Creates the object, which stands in its place already. */
export async function createFrom(
  request: ResourceRequest,
  object: KubeObject,
  options: WriteOptions,
  context: WriteContext,
): Promise<Written> {
  const { metadata } = object;
  const hasName = (metadata.name ?? '') !== '';
  if (!hasName && (metadata.generateName ?? '') === '') throw nameless(request);
  if ((metadata.resourceVersion ?? '') !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  const change = {
    type: 'create',
    object: withManager(undefined, object, request, options, context),
  } as const;
  for (let draw = 1; ; draw++) {
    const result = await submitOne(change, context, options);
    const taken = !result.ok && result.problem.reason === 'AlreadyExists';
    if (!taken || hasName || draw === drawsMax) return written(result, change, context, options);
  }
}

function nameless(request: ResourceRequest): ApiError {
  const message = 'Required value: name or generateName is required';
  return new ApiError(
    invalid(refOfRequest(request), [{ reason: 'FieldValueRequired', field: 'metadata.name', message }]),
  );
}
