/**
 * OpenAPI v2 in the protobuf form of google/gnostic (package openapi.v2), which kubectl asks for where it finds no
 * v3. Declared here are the messages and fields that Berth's document uses.
 */
import protobuf from 'protobufjs';

type Fields = Readonly<Record<string, readonly [id: number, type: string, rule?: 'repeated']>>;

const messages: Readonly<Record<string, Fields>> = {
  AdditionalPropertiesItem: { schema: [1, 'Schema'], boolean: [2, 'bool'] },
  Any: { yaml: [2, 'string'] },
  BodyParameter: {
    description: [1, 'string'],
    name: [2, 'string'],
    in: [3, 'string'],
    required: [4, 'bool'],
    schema: [5, 'Schema'],
  },
  Definitions: { additionalProperties: [1, 'NamedSchema', 'repeated'] },
  Document: {
    swagger: [1, 'string'],
    info: [2, 'Info'],
    paths: [8, 'Paths'],
    definitions: [9, 'Definitions'],
    parameters: [10, 'ParameterDefinitions'],
  },
  Info: { title: [1, 'string'], version: [2, 'string'] },
  ItemsItem: { schema: [1, 'Schema', 'repeated'] },
  JsonReference: { Ref: [1, 'string'] },
  NamedAny: { name: [1, 'string'], value: [2, 'Any'] },
  NamedParameter: { name: [1, 'string'], value: [2, 'Parameter'] },
  NamedPathItem: { name: [1, 'string'], value: [2, 'PathItem'] },
  NamedResponseValue: { name: [1, 'string'], value: [2, 'ResponseValue'] },
  NamedSchema: { name: [1, 'string'], value: [2, 'Schema'] },
  NonBodyParameter: {
    queryParameterSubSchema: [3, 'QueryParameterSubSchema'],
    pathParameterSubSchema: [4, 'PathParameterSubSchema'],
  },
  Operation: {
    tags: [1, 'string', 'repeated'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    produces: [6, 'string', 'repeated'],
    consumes: [7, 'string', 'repeated'],
    parameters: [8, 'ParametersItem', 'repeated'],
    responses: [9, 'Responses'],
    schemes: [10, 'string', 'repeated'],
    vendorExtension: [13, 'NamedAny', 'repeated'],
  },
  Parameter: { bodyParameter: [1, 'BodyParameter'], nonBodyParameter: [2, 'NonBodyParameter'] },
  ParameterDefinitions: { additionalProperties: [1, 'NamedParameter', 'repeated'] },
  ParametersItem: { parameter: [1, 'Parameter'], jsonReference: [2, 'JsonReference'] },
  PathItem: {
    get: [2, 'Operation'],
    put: [3, 'Operation'],
    post: [4, 'Operation'],
    delete: [5, 'Operation'],
    patch: [8, 'Operation'],
    parameters: [9, 'ParametersItem', 'repeated'],
  },
  PathParameterSubSchema: {
    required: [1, 'bool'],
    in: [2, 'string'],
    description: [3, 'string'],
    name: [4, 'string'],
    type: [5, 'string'],
    uniqueItems: [18, 'bool'],
  },
  Paths: { path: [2, 'NamedPathItem', 'repeated'] },
  Properties: { additionalProperties: [1, 'NamedSchema', 'repeated'] },
  QueryParameterSubSchema: {
    required: [1, 'bool'],
    in: [2, 'string'],
    description: [3, 'string'],
    name: [4, 'string'],
    type: [6, 'string'],
    uniqueItems: [19, 'bool'],
  },
  Response: { description: [1, 'string'], schema: [2, 'SchemaItem'] },
  Responses: { responseCode: [1, 'NamedResponseValue', 'repeated'] },
  ResponseValue: { response: [1, 'Response'] },
  Schema: {
    Ref: [1, 'string'],
    format: [2, 'string'],
    title: [3, 'string'],
    description: [4, 'string'],
    default: [5, 'Any'],
    multipleOf: [6, 'double'],
    maximum: [7, 'double'],
    exclusiveMaximum: [8, 'bool'],
    minimum: [9, 'double'],
    exclusiveMinimum: [10, 'bool'],
    maxLength: [11, 'int64'],
    minLength: [12, 'int64'],
    pattern: [13, 'string'],
    maxItems: [14, 'int64'],
    minItems: [15, 'int64'],
    uniqueItems: [16, 'bool'],
    maxProperties: [17, 'int64'],
    minProperties: [18, 'int64'],
    required: [19, 'string', 'repeated'],
    enum: [20, 'Any', 'repeated'],
    additionalProperties: [21, 'AdditionalPropertiesItem'],
    type: [22, 'TypeItem'],
    items: [23, 'ItemsItem'],
    properties: [25, 'Properties'],
    example: [30, 'Any'],
    vendorExtension: [31, 'NamedAny', 'repeated'],
  },
  SchemaItem: { schema: [1, 'Schema'] },
  TypeItem: { value: [1, 'string', 'repeated'] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [id, type, rule]]) => [
            field,
            { id, type, ...(rule === undefined ? {} : { rule }) },
          ]),
        ),
      },
    ]),
  ),
});

/** The bytes of a message. Fields that the message does not declare are left out. */
export function gnosticBytes(message: string, value: object): Uint8Array {
  const type = root.lookupType(message);
  return type.encode(type.fromObject(value)).finish();
}

/** What `bytes` hold, as plain values. */
export function gnosticObject(message: string, bytes: Uint8Array): object {
  const type = root.lookupType(message);
  return type.toObject(type.decode(bytes));
}

/** One field of a message that is written in pieces: its number, its length, its bytes. */
export function lengthDelimited(id: number, bytes: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  return writer
    .uint32((id << 3) | 2)
    .bytes(bytes)
    .finish();
}
