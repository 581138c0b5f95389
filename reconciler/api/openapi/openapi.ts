/** What `/openapi/v3`, the paths below it and `/openapi/v2` answer. */
import { createHash } from 'node:crypto';
import { definitions } from '../../../schemas/validation/json-schema-documents.ts';
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { acceptedRanges } from '../accept.ts';
import { ApiError } from '../api-error.ts';
import { type ApiDocument, etagOf, jsonDocument } from '../discovery/document.ts';
import { servedGroups } from '../discovery/group-order.ts';
import { definitionVersion } from './custom-schemas.ts';
import { documentV2, textV2 } from './document-v2.ts';
import { documentV3, versionDocumentV3 } from './document-v3.ts';
import { protobufV2 } from './protobuf-v2.ts';
import { isCustom } from '../../core/registry/halves.ts';

export interface OpenApiRequest {
  /** Without its query. */
  readonly path: string;
  readonly accept: string | undefined;
}

/** Documents kept in memory, in bytes: the group versions that a kubectl session asks for, and one whole document. */
const keptBytesMax = 12 * 1024 * 1024;

const jsonType = 'application/json';
/** How v2 is asked for, and how kube-apiserver names it in its answer. */
const protobufV2Type = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const protobufV2AnswerType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

type Sources = readonly (object | string)[];

interface Kept {
  /** What the document was made of: while these are the same objects, so is the document. */
  readonly sources: Sources;
  readonly document: ApiDocument;
}

/** Makes documents when they are asked for, and keeps the last ones for as long as their kinds stay as they are. */
export class OpenApi {
  readonly #kept = new Map<string, Kept>();

  /** The document at a path; undefined where there is none. 406 where the client takes none of its forms. */
  document({ path, accept }: OpenApiRequest, view: ClusterView): ApiDocument | undefined {
    if (path === '/openapi/v2') return this.#v2(accept, view);
    if (path !== '/openapi/v3' && !path.startsWith('/openapi/v3/')) return undefined;
    firstOf(accept, [jsonType]);
    const name = path.slice('/openapi/v3'.length).replace(/^\/|\/$/g, '');
    if (name === '') return this.#index(view);
    if (name === 'version') return this.#made('v3 version', [], () => jsonDocument(versionDocumentV3()));
    const kinds = kindsByName(view).get(name);
    return kinds === undefined ? undefined : this.#v3(name, kinds, view);
  }

  /** Bytes that the kept documents take. */
  get keptBytes(): number {
    return [...this.#kept.values()].reduce((sum, { document }) => sum + document.body.length, 0);
  }

  /** Names what there is without making it: a session reads a few of the documents, if any. */
  #index(view: ClusterView): ApiDocument {
    const sources = sourcesOf(view.kinds.all, view);
    return this.#made('v3', sources, () => {
      const paths = [...kindsByName(view)].map(([name, kinds]): [string, object] => {
        const hash = contentHash([name, ...sourcesOf(kinds, view)]);
        return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }];
      });
      const version = { serverRelativeURL: `/openapi/v3/version?hash=${contentHash(['version'])}` };
      return jsonDocument({ paths: { ...Object.fromEntries(paths), version } });
    });
  }

  #v3(name: string, kinds: readonly KindInfo[], view: ClusterView): ApiDocument {
    return this.#made(`v3 ${name}`, sourcesOf(kinds, view), () => jsonDocument(documentV3(kinds, view)));
  }

  #v2(accept: string | undefined, view: ClusterView): ApiDocument {
    const sources = sourcesOf(view.kinds.all, view);
    if (firstOf(accept, [jsonType, protobufV2Type]) === jsonType) {
      return this.#made('v2 json', sources, () => withTag(jsonType, textV2(documentV2(view))));
    }
    return this.#made('v2 protobuf', sources, () =>
      withTag(protobufV2AnswerType, protobufV2(documentV2(view))),
    );
  }

  /** The kept document, or a new one; the least recently asked for make room. */
  #made(key: string, sources: Sources, make: () => ApiDocument): ApiDocument {
    const known = this.#kept.get(key);
    const kept =
      known !== undefined && sameItems(known.sources, sources) ? known : { sources, document: make() };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.keptBytes <= keptBytesMax || oldest === key) break;
      this.#kept.delete(oldest);
    }
    return kept.document;
  }
}

/** Changes whenever what a document is made of does: clients keep documents under their URL. */
function contentHash(sources: Sources): string {
  builtInDigest ??= createHash('sha512').update(JSON.stringify(definitions())).digest('hex');
  const hash = createHash('sha512').update(builtInDigest);
  for (const source of sources) hash.update(JSON.stringify(source));
  return hash.digest('hex').toUpperCase();
}

/** Of the built-in definitions, which are the same for as long as the process lives. */
let builtInDigest: string | undefined;

function withTag(contentType: string, body: Buffer): ApiDocument {
  return { contentType, body, etag: etagOf(body) };
}

/** Kinds by `api/v1` and `apis/GROUP/VERSION`, sorted. */
function kindsByName(view: ClusterView): ReadonlyMap<string, readonly KindInfo[]> {
  const entries = servedGroups(view.kinds).flatMap(({ group, versions }) =>
    versions.map(({ version, kinds }): [string, readonly KindInfo[]] => [
      `${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}`,
      kinds,
    ]),
  );
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a document of these kinds is made of: rows of the built-in table; rows of custom kinds and their definitions. */
function sourcesOf(kinds: readonly KindInfo[], view: ClusterView): Sources {
  return kinds.flatMap((info): Sources => {
    if (!isCustom(info)) return [info];
    const version = definitionVersion(info, view);
    // Rows of custom kinds are made anew with every change of any definition.
    return version === undefined ? [JSON.stringify(info)] : [JSON.stringify(info), version];
  });
}

function sameItems(a: Sources, b: Sources): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** The type among `offered` that the client likes best; 406 where it takes none. Any JSON counts as JSON. */
function firstOf(accept: string | undefined, offered: readonly string[]): string {
  for (const { type } of acceptedRanges(accept)) {
    if (type === '*/*' || type === 'application/*') return jsonType;
    if (offered.includes(type)) return type;
  }
  throw new ApiError({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${offered.join(', ')}`,
  });
}
