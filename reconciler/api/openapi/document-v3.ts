/** OpenAPI v3: one document per group and version. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { ApiOperation } from './operations.ts';
import { type Parameter, pathParameters, queryParameter } from './parameters.ts';
import { renderRef } from './schema-model.ts';
import { operationsOfKinds, SchemaSet } from './schema-set.ts';

const bodyTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const statusText: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

/** The document of the kinds of one group and version. */
export function documentV3(kinds: readonly KindInfo[], view: ClusterView): object {
  const operations = operationsOfKinds(kinds);
  const roots = operations.flatMap(({ body, answer }) => [body, answer]).filter((name) => name !== undefined);
  const schemas = Object.fromEntries(new SchemaSet(view, 'v3').reachable(roots));
  return v3(pathItems(operations), schemas);
}

/** The document of `/version`. */
export function versionDocumentV3(): object {
  const name = 'io.k8s.apimachinery.pkg.version.Info';
  const fields = [
    'buildDate',
    'compiler',
    'gitCommit',
    'gitTreeState',
    'gitVersion',
    'goVersion',
    'major',
    'minor',
    'platform',
  ];
  const properties = Object.fromEntries(fields.map((field) => [field, { type: 'string', default: '' }]));
  const schema = { description: 'What serves the API.', type: 'object', required: fields, properties };
  const content = { 'application/json': { schema: renderRef(name, 'v3') } };
  const get = {
    tags: ['version'],
    description: 'Read the version of the server.',
    operationId: 'getCodeVersion',
    responses: { 200: { description: 'OK', content } },
  };
  return v3({ '/version/': { get } }, { [name]: schema });
}

function v3(paths: object, schemas: object): object {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer token.',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  };
}

function pathItems(operations: readonly ApiOperation[]): Readonly<Record<string, object>> {
  const items: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = items[operation.path] ?? {
      parameters: pathParameters(operation.path).map(parameterV3),
    };
    item[operation.method] = operationV3(operation);
    items[operation.path] = item;
  }
  return items;
}

function operationV3(operation: ApiOperation): object {
  const { id, description, action, gvk, body, answer, statuses, parameters } = operation;
  const text = { 'text/plain': { schema: { type: 'string' } } };
  const content =
    answer === undefined
      ? text
      : Object.fromEntries(bodyTypes.map((type) => [type, { schema: renderRef(answer, 'v3') }]));
  const accepts = action === 'patch' ? patchTypes : ['*/*'];
  return {
    tags: [`${gvk.group === '' ? 'core' : gvk.group.replace(/\..*/, '')}_${gvk.version}`],
    description,
    operationId: id,
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((name) => parameterV3(queryParameter(name))) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            ...(action === 'post' || action === 'put' || action === 'patch' ? { required: true } : {}),
            content: Object.fromEntries(accepts.map((type) => [type, { schema: renderRef(body, 'v3') }])),
          },
        }),
    responses: {
      ...Object.fromEntries(
        statuses.map((status) => [status, { description: statusText[status] ?? '', content }]),
      ),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

function parameterV3({ name, in: place, required, type, description }: Parameter): object {
  return {
    name,
    in: place,
    description,
    ...(required ? { required } : {}),
    schema: { type, uniqueItems: true },
  };
}
