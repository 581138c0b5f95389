/** Schemas of custom kinds, from the structural schemas of their definitions. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { fieldDescription } from './descriptions/descriptions.ts';
import type { Dialect, Schema } from './schema-model.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The name that a custom kind's schema bears: the group reversed, then version and kind. */
export function customName({ group, version, kind }: KindInfo): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}

/** The version of the definition that a custom kind comes of; undefined where it has gone. */
export function definitionVersion(
  info: KindInfo,
  view: ClusterView,
): CustomResourceDefinitionVersion | undefined {
  const definition = view.get<CustomResourceDefinition>(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    '',
    `${info.plural}.${info.group}`,
  );
  return definition?.spec.versions.find(({ name }) => name === info.version);
}

/** The schema of a custom kind. Without a schema of its own any field is welcome. */
export function customSchema(version: CustomResourceDefinitionVersion | undefined, dialect: Dialect): Schema {
  const source = version?.schema?.openAPIV3Schema;
  const own = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  // A v2 client would refuse the fields of an object that is open at its root: it hears of an object alone.
  const open = dialect === 'v2' && (source ?? own)['x-kubernetes-preserve-unknown-fields'] === true;
  const { properties, ...rest } = open
    ? { type: 'object' }
    : (dialectSchema(source ?? own, dialect) as Record<string, unknown>);
  const { description, ...extra } = rest;
  const described = (name: string): { description?: string } => {
    const text = fieldDescription('', name);
    return text === undefined ? {} : { description: text };
  };
  return {
    ...(typeof description === 'string' ? { description } : {}),
    properties: {
      ...Object.fromEntries(
        Object.entries((properties ?? {}) as Record<string, object>).map(([name, schema]) => [
          name,
          { extra: schema as Record<string, unknown> },
        ]),
      ),
      apiVersion: { type: 'string', ...described('apiVersion') },
      kind: { type: 'string', ...described('kind') },
      metadata: { ref: `${meta}.ObjectMeta`, ...described('metadata') },
    },
    extra,
  };
}

/** The schema of a list of a kind. */
export function listSchema(name: string): Schema {
  return {
    type: 'object',
    description: 'A list of such objects.',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { ref: name } },
      kind: { type: 'string' },
      metadata: { ref: `${meta}.ListMeta` },
    },
  };
}

/** Keywords that OpenAPI v2 does not have. */
const onlyV3 = new Set(['anyOf', 'oneOf', 'not', 'nullable', 'allOf']);

/** Fields of a schema that hold schemas by name. */
const namedSchemas = new Set(['properties', 'definitions', 'patternProperties']);

/**
 * A structural schema as a dialect may publish it. v2 has no word for null, for alternatives and for numbers that may
 * be texts: what it cannot say it leaves open, as a client that validates by it would refuse good objects.
 */
function dialectSchema(source: JSONSchemaProps, dialect: Dialect): Readonly<Record<string, unknown>> {
  const entries = Object.entries(source)
    .filter(([key]) => dialect === 'v3' || !onlyV3.has(key))
    .map(([key, value]) => [key, dialectValue(key, value, dialect)] as const);
  const schema: Record<string, unknown> = Object.fromEntries(entries);
  if (dialect === 'v3') return schema;
  const open = source['x-kubernetes-preserve-unknown-fields'] === true;
  const loose = source.nullable === true || source['x-kubernetes-int-or-string'] === true;
  const dropped = loose ? ['type', 'items', 'properties', 'enum'] : open ? ['items', 'properties'] : [];
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !dropped.includes(key)));
}

function dialectValue(key: string, value: unknown, dialect: Dialect): unknown {
  if (namedSchemas.has(key)) {
    return Object.fromEntries(
      Object.entries(value as Readonly<Record<string, JSONSchemaProps>>).map(([name, schema]) => [
        name,
        dialectSchema(schema, dialect),
      ]),
    );
  }
  const holdsSchema = (key === 'items' || key === 'additionalProperties') && typeof value === 'object';
  return holdsSchema ? dialectSchema(value as JSONSchemaProps, dialect) : value;
}
