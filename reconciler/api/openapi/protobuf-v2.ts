/** The OpenAPI v2 document as gnostic's protobuf, written path by path and schema by schema. */
import type { DocumentV2, OperationV2, ParameterV2, PathItemV2 } from './document-v2.ts';
import { gnosticBytes, lengthDelimited } from './gnostic.ts';

/** Field numbers of gnostic's Document, and of the lists in it that are written in pieces. */
const documentFields = { swagger: 1, info: 2, paths: 8, definitions: 9, parameters: 10 };
const pathField = 2;
const entryField = 1;

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The bytes of the document. */
export function protobufV2({ info, paths, definitions, parameters }: DocumentV2): Buffer {
  const pathPieces = paths.map(([name, item]) =>
    lengthDelimited(pathField, gnosticBytes('NamedPathItem', { name, value: pathItem(item) })),
  );
  const schemaPieces = definitions.map(([name, schema]) =>
    lengthDelimited(entryField, gnosticBytes('NamedSchema', { name, value: schemaMessage(schema) })),
  );
  const parameterPieces = parameters.map(([name, value]) =>
    lengthDelimited(entryField, gnosticBytes('NamedParameter', { name, value: parameterMessage(value) })),
  );
  return Buffer.concat([
    lengthDelimited(documentFields.swagger, Buffer.from('2.0')),
    lengthDelimited(documentFields.info, gnosticBytes('Info', info)),
    lengthDelimited(documentFields.paths, Buffer.concat(pathPieces)),
    lengthDelimited(documentFields.definitions, Buffer.concat(schemaPieces)),
    lengthDelimited(documentFields.parameters, Buffer.concat(parameterPieces)),
  ]);
}

function pathItem(item: PathItemV2): object {
  const operations = methods
    .filter((method) => item[method] !== undefined)
    .map((method): [string, object] => [method, operationMessage(item[method] as OperationV2)]);
  return { ...Object.fromEntries<object>(operations), parameters: item.parameters.map(parametersItem) };
}

function operationMessage(operation: OperationV2): object {
  const {
    description,
    consumes,
    produces,
    schemes,
    tags,
    operationId,
    parameters = [],
    responses,
  } = operation;
  return {
    description,
    consumes,
    produces,
    schemes,
    tags,
    operationId,
    parameters: parameters.map(parametersItem),
    responses: {
      responseCode: Object.entries(responses).map(([name, { description: text, schema }]) => ({
        name,
        value: {
          response: {
            description: text,
            ...(schema === undefined ? {} : { schema: { schema: schemaMessage(schema) } }),
          },
        },
      })),
    },
    vendorExtension: extensionsOf(operation),
  };
}

function parametersItem(parameter: ParameterV2): object {
  return '$ref' in parameter
    ? { jsonReference: { Ref: parameter.$ref } }
    : { parameter: parameterMessage(parameter) };
}

function parameterMessage(parameter: ParameterV2): object {
  if ('$ref' in parameter) throw new Error(`a shared parameter is a reference: ${parameter.$ref}`);
  if (parameter.in === 'body')
    return { bodyParameter: { ...parameter, schema: schemaMessage(parameter.schema) } };
  return {
    nonBodyParameter:
      parameter.in === 'path'
        ? { pathParameterSubSchema: parameter }
        : { queryParameterSubSchema: parameter },
  };
}

/** Fields of a schema that gnostic writes as they are. */
const plain = [
  'format',
  'title',
  'description',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxProperties',
  'minProperties',
  'required',
];

type JsonSchema = Readonly<Record<string, unknown>>;

function schemaMessage(source: object): object {
  const schema = source as JsonSchema;
  const message: Record<string, unknown> = {};
  for (const name of plain) if (schema[name] !== undefined) message[name] = schema[name];
  const {
    $ref,
    type,
    items,
    properties,
    additionalProperties,
    enum: values,
    default: fallback,
    example,
  } = schema;
  if ($ref !== undefined) message['Ref'] = $ref;
  if (typeof type === 'string') message['type'] = { value: [type] };
  if (fallback !== undefined) message['default'] = any(fallback);
  if (example !== undefined) message['example'] = any(example);
  if (Array.isArray(values)) message['enum'] = values.map(any);
  if (isSchema(items)) message['items'] = { schema: [schemaMessage(items)] };
  if (typeof additionalProperties === 'boolean')
    message['additionalProperties'] = { boolean: additionalProperties };
  else if (isSchema(additionalProperties))
    message['additionalProperties'] = { schema: schemaMessage(additionalProperties) };
  if (isSchema(properties)) {
    message['properties'] = {
      additionalProperties: Object.entries(properties).map(([name, value]) => ({
        name,
        value: schemaMessage(value as JsonSchema),
      })),
    };
  }
  const vendorExtension = extensionsOf(schema);
  if (vendorExtension.length > 0) message['vendorExtension'] = vendorExtension;
  return message;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `x-…` fields as named YAML texts; JSON is YAML. */
function extensionsOf(holder: object): readonly object[] {
  return Object.entries(holder)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) => ({ name, value: any(value) }));
}

function any(value: unknown): object {
  return { yaml: `${JSON.stringify(value)}\n` };
}
