/** OpenAPI v2 (Swagger): one document for all, which older clients validate and explain by. */
import type { ClusterView } from '../../core/model/view.ts';
import type { ApiOperation } from './operations.ts';
import {
  type Parameter,
  type ParameterName,
  pathParameters,
  queryParameter,
  queryParameterNames,
} from './parameters.ts';
import { renderRef } from './schema-model.ts';
import { operationsOfKinds, SchemaSet } from './schema-set.ts';

/** The document in pieces: it is large, and each form of it is written piece by piece. */
export interface DocumentV2 {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: readonly (readonly [path: string, item: PathItemV2])[];
  readonly definitions: readonly (readonly [name: string, schema: object])[];
  readonly parameters: readonly (readonly [name: string, parameter: ParameterV2])[];
}

export type PathItemV2 = Readonly<Record<string, unknown>> & { readonly parameters: readonly ParameterV2[] };

export interface OperationV2 {
  readonly description: string;
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly schemes: readonly string[];
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly parameters?: readonly ParameterV2[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: object }>>;
  readonly 'x-kubernetes-action': string;
  readonly 'x-kubernetes-group-version-kind': object;
}

/** A parameter of its own, the body, or a reference to one that is shared. */
export type ParameterV2 =
  | { readonly $ref: string }
  | { readonly name: 'body'; readonly in: 'body'; readonly required?: true; readonly schema: object }
  | (Omit<Parameter, 'required'> & { readonly required?: true; readonly uniqueItems: true });

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const statusText: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

/** Clients look for this one by name in the operation itself. */
const written: readonly ParameterName[] = ['fieldValidation'];

/** The document of everything that a cluster serves. */
export function documentV2(view: ClusterView): DocumentV2 {
  const operations = operationsOfKinds(view.kinds.all);
  const roots = operations.flatMap(({ body, answer }) => [body, answer]).filter((name) => name !== undefined);
  return {
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths: pathItems(operations),
    definitions: new SchemaSet(view, 'v2').reachable(roots),
    parameters: queryParameterNames
      .filter((name) => !written.includes(name))
      .map((name) => [name, parameterV2(queryParameter(name))]),
  };
}

/** The document as JSON. */
export function textV2({ info, paths, definitions, parameters }: DocumentV2): Buffer {
  const object = (entries: readonly (readonly [string, object])[]): string =>
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  return Buffer.from(
    `{"swagger":"2.0","info":${JSON.stringify(info)},"paths":${object(paths)},` +
      `"definitions":${object(definitions)},"parameters":${object(parameters)},` +
      `"securityDefinitions":${JSON.stringify(securityDefinitions)},"security":[{"BearerToken":[]}]}`,
  );
}

const securityDefinitions = {
  BearerToken: { description: 'Bearer token.', type: 'apiKey', name: 'authorization', in: 'header' },
};

function pathItems(operations: readonly ApiOperation[]): readonly (readonly [string, PathItemV2])[] {
  const items = new Map<string, PathItemV2>();
  for (const operation of operations) {
    const known = items.get(operation.path) ?? {
      parameters: pathParameters(operation.path).map(parameterV2),
    };
    items.set(operation.path, { ...known, [operation.method]: operationV2(operation) });
  }
  return [...items];
}

function operationV2(operation: ApiOperation): OperationV2 {
  const { id, description, action, gvk, body, answer, statuses, parameters } = operation;
  const required = action === 'post' || action === 'put' || action === 'patch';
  const all: readonly ParameterV2[] = [
    ...(body === undefined
      ? []
      : [
          {
            name: 'body' as const,
            in: 'body' as const,
            ...(required ? { required } : {}),
            schema: renderRef(body, 'v2'),
          },
        ]),
    ...parameters.map(
      (name): ParameterV2 =>
        written.includes(name) ? parameterV2(queryParameter(name)) : { $ref: `#/parameters/${name}` },
    ),
  ];
  const schema = answer === undefined ? { type: 'string' } : renderRef(answer, 'v2');
  return {
    description,
    consumes: action === 'patch' ? patchTypes : ['*/*'],
    produces: answer === undefined ? ['*/*'] : bodyTypes,
    schemes: ['https'],
    tags: [`${gvk.group === '' ? 'core' : gvk.group.replace(/\..*/, '')}_${gvk.version}`],
    operationId: id,
    ...(all.length === 0 ? {} : { parameters: all }),
    responses: {
      ...Object.fromEntries(
        statuses.map((status) => [String(status), { description: statusText[status] ?? '', schema }]),
      ),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

function parameterV2({ required, ...rest }: Parameter): ParameterV2 {
  return { ...rest, ...(required ? { required } : {}), uniqueItems: true };
}
