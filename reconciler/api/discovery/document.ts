/** Documents that are the same for every client until the kinds change: discovery and OpenAPI. */
import { createHash } from 'node:crypto';

export interface ApiDocument {
  readonly contentType: string;
  readonly body: Buffer;
  /** Quoted, as it stands in the header. */
  readonly etag?: string;
}

/** What to write: 304 without a body where the client has the document already. */
export interface DocumentAnswer {
  readonly code: 200 | 304;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A document of JSON, with a tag of its content. */
export function jsonDocument(value: object, contentType = 'application/json'): ApiDocument {
  const body = Buffer.from(JSON.stringify(value));
  return { contentType, body, etag: etagOf(body) };
}

/** A strong tag: the SHA-512 of the bytes in capitals, as kube-apiserver writes it. */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
}

/** The answer to a request for a document that bears this If-None-Match header. */
export function answerOf(document: ApiDocument, ifNoneMatch: string | undefined): DocumentAnswer {
  const { contentType, body, etag } = document;
  const headers = { vary: 'Accept', ...(etag === undefined ? {} : { etag }) };
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (etag !== undefined && (known.includes(etag) || known.includes('*')))
    return { code: 304, contentType, body: Buffer.alloc(0), headers };
  return { code: 200, contentType, body, headers };
}
