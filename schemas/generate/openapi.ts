/** The part of Kubernetes' OpenAPI description that the generator reads, and what counts as stable in it. */

export interface OpenApiSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface OpenApiPath {
  readonly actions: readonly string[];
  readonly gvk: GroupVersionKind;
}

export interface OpenApi {
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
  readonly paths: Readonly<Record<string, OpenApiPath>>;
}

const refPrefix = '#/definitions/';
const stableVersion = /^v[0-9]+$/;
const anyVersion = /^v[0-9]+(alpha|beta)?[0-9]*$/;

/** `v1` and `v2` are kept; alpha and beta versions are not. */
export function isStableVersion(version: string): boolean {
  return stableVersion.test(version);
}

/** Definition names end in `.<version>.<Name>`, save for a few packages of machinery which have no version. */
export function isStableDefinition(name: string): boolean {
  const version = name.split('.').at(-2) ?? '';
  return !anyVersion.test(version) || isStableVersion(version);
}

/** Name of the definition that a `$ref` points at. */
export function refTarget(ref: string): string {
  if (!ref.startsWith(refPrefix)) throw new Error(`unexpected reference ${ref}`);
  return ref.slice(refPrefix.length);
}

/** The one group, version and kind of a top-level kind; nothing for nested types and for kinds of every group. */
export function ownKind(schema: OpenApiSchema): GroupVersionKind | undefined {
  const gvks = schema['x-kubernetes-group-version-kind'] ?? [];
  return gvks.length === 1 ? gvks[0] : undefined;
}

/** The stable definitions, sorted by name. Fails when one of them leans on a definition that is not kept. */
export function stableDefinitions(openapi: OpenApi): readonly (readonly [string, OpenApiSchema])[] {
  const kept = Object.entries(openapi.definitions)
    .filter(([name]) => isStableDefinition(name))
    .sort(byName);
  const names = new Set(kept.map(([name]) => name));
  for (const [name, schema] of kept) {
    for (const target of references(schema)) {
      if (!names.has(target))
        throw new Error(`${name} refers to ${target}, which is not a stable definition`);
    }
  }
  return kept;
}

/** Every definition that a schema refers to, directly. */
export function references(schema: OpenApiSchema): readonly string[] {
  const children = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  const own = schema.$ref === undefined ? [] : [refTarget(schema.$ref)];
  return [...own, ...children.flatMap((child) => (child === undefined ? [] : references(child)))];
}

/** Order of entries by their first element, by code unit: the same on every machine. */
export function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
