/**
 * Definitions whose OpenAPI form says too little: what they are in JSON (for ajv) and in TypeScript.
 * OpenAPI calls IntOrString and Quantity strings and leaves free-form JSON without any type.
 */
export interface Scalar {
  readonly json: Readonly<Record<string, unknown>>;
  readonly type: string;
}

const api = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const anyObject: Scalar = { json: { type: 'object' }, type: 'Readonly<Record<string, unknown>>' };
const anything: Scalar = { json: {}, type: 'unknown' };

export const scalars: Readonly<Record<string, Scalar>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    json: { type: ['string', 'number'], format: 'quantity' },
    type: 'string',
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    json: { type: ['integer', 'string'], format: 'int-or-string' },
    type: 'number | string',
  },
  [`${meta}.Time`]: { json: { type: 'string', format: 'date-time' }, type: 'string' },
  [`${meta}.MicroTime`]: { json: { type: 'string', format: 'date-time' }, type: 'string' },
  [`${meta}.FieldsV1`]: anyObject,
  [`${meta}.Patch`]: anyObject,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': anyObject,
  [`${api}.JSON`]: anything,
  [`${api}.JSONSchemaPropsOrArray`]: anything,
  [`${api}.JSONSchemaPropsOrBool`]: anything,
  [`${api}.JSONSchemaPropsOrStringArray`]: anything,
};
