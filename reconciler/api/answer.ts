/** What the API sends back: JSON, YAML or protobuf, and for every refusal a Status. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { CORE_SCHEMA, defineScalarTag, dump, NOT_RESOLVED } from 'js-yaml';
import type { StatusProblem } from '../core/registry/status-error.ts';
import { type Encoding, mediaTypes } from './accept.ts';
import { encodeProtobuf } from './codec/protobuf-envelope.ts';
import { statusOf } from './status.ts';

/** Everything that a handler gives back, unless it writes the response itself. */
export interface Answer {
  readonly code: number;
  /** Data to encode as the client asked, or text and bytes that are complete. */
  readonly body: object | string | Uint8Array;
  /** For complete bodies; data gets the type of its encoding. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of data; JSON unless given. */
  readonly encoding?: Encoding;
}

/** The handler has taken the response over: a stream. */
export const streamed = Symbol('streamed');
export type Handled = Answer | typeof streamed;

/** Integers beyond 2^53 are bigints, which YAML writes as it does any other integer. */
const bigintTag = defineScalarTag<bigint>('tag:yaml.org,2002:int', {
  resolve: () => NOT_RESOLVED,
  identify: (value) => typeof value === 'bigint',
  represent: (value) => String(value),
});
const yamlOptions = { lineWidth: -1, schema: CORE_SCHEMA.withTags(bigintTag) };

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const { body, code } = answer;
  const complete = typeof body === 'string' || body instanceof Uint8Array;
  const { bytes, type } = complete
    ? { bytes: Buffer.from(body), type: answer.contentType ?? 'text/plain; charset=utf-8' }
    : encoded(body, answer.encoding ?? 'json');
  response.writeHead(code, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...answer.headers,
  });
  if (code === 304) response.end();
  else response.end(bytes);
}

function encoded(body: object, encoding: Encoding): { readonly bytes: Buffer; readonly type: string } {
  switch (encoding) {
    case 'json':
      return { bytes: Buffer.from(JSON.stringify(body)), type: mediaTypes.json };
    case 'yaml':
      return { bytes: Buffer.from(dump(body, yamlOptions)), type: mediaTypes.yaml };
    case 'protobuf': {
      const bytes = encodeProtobuf(body as Parameters<typeof encodeProtobuf>[0]);
      return { bytes: Buffer.from(bytes), type: mediaTypes.protobuf };
    }
  }
}

export function sendJson(response: ServerResponse, code: number, body: object): void {
  sendAnswer(response, { code, body });
}

/** Answers with the problem's Status; where the answer has begun, the connection ends instead. */
export function sendProblem(response: ServerResponse, problem: StatusProblem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retry = problem.details?.retryAfterSeconds;
  const headers = retry === undefined ? {} : { 'retry-after': String(retry) };
  sendAnswer(response, { code: problem.code, body: statusOf(problem), headers });
}

/** Whose headers say what to answer in; the first of a repeated header counts. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
