/** Which of the forms of an object a Content-Type names. */
import { ApiError } from '../api-error.ts';

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

const formats: ReadonlyMap<string, BodyFormat> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
]);

/**
 * The format of a body; without a Content-Type it is JSON. Throws 415 for other types, and for protobuf where the kind
 * has no such form.
 */
export function bodyFormat(contentType: string, hasProtobuf: boolean): BodyFormat {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const format = type === '' ? 'json' : formats.get(type);
  if (format !== undefined && (hasProtobuf || format !== 'protobuf')) return format;
  const accepted = [...formats].filter(([, one]) => hasProtobuf || one !== 'protobuf').map(([name]) => name);
  throw new ApiError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    details: {},
  });
}
