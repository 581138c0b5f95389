/** The operations of a kind: which paths and methods there are, what goes in, what comes out. */
import type { KindInfo, SubresourceInfo } from '../../../schemas/kinds.ts';
import type { ParameterName } from './parameters.ts';
import type { GroupVersionKind } from './schema-model.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface ApiOperation {
  readonly path: string;
  readonly method: Method;
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly gvk: GroupVersionKind;
  readonly id: string;
  readonly description: string;
  /** Name of the schema of the body; a patch names none that is sent whole. */
  readonly body?: string;
  /** Name of the schema of the answer; none is text (logs, connections). */
  readonly answer?: string;
  /** Whether 201 and 202 may come as well. */
  readonly statuses: readonly (200 | 201 | 202)[];
  readonly parameters: readonly ParameterName[];
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const writes: readonly ParameterName[] = ['dryRun', 'fieldManager', 'fieldValidation'];
const lists: readonly ParameterName[] = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const deletes: readonly ParameterName[] = [
  'dryRun',
  'gracePeriodSeconds',
  'orphanDependents',
  'propagationPolicy',
];
const logs: readonly ParameterName[] = [
  'container',
  'follow',
  'insecureSkipTLSVerifyBackend',
  'limitBytes',
  'previous',
  'sinceSeconds',
  'stream',
  'tailLines',
  'timestamps',
];

/** What stands for one verb of discovery. `where` is the path that it is served at. */
interface VerbShape {
  readonly method: Method;
  readonly action: string;
  readonly word: string;
  readonly where: 'collection' | 'object';
  readonly parameters: readonly ParameterName[];
  readonly says: string;
}

const verbShapes: Readonly<Record<string, VerbShape>> = {
  create: {
    method: 'post',
    action: 'post',
    word: 'create',
    where: 'collection',
    parameters: writes,
    says: 'Create',
  },
  delete: {
    method: 'delete',
    action: 'delete',
    word: 'delete',
    where: 'object',
    parameters: deletes,
    says: 'Delete',
  },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    word: 'deleteCollection',
    where: 'collection',
    parameters: [...deletes, ...lists.filter((name) => name !== 'watch' && name !== 'allowWatchBookmarks')],
    says: 'Delete a collection of',
  },
  get: { method: 'get', action: 'get', word: 'read', where: 'object', parameters: [], says: 'Read' },
  list: {
    method: 'get',
    action: 'list',
    word: 'list',
    where: 'collection',
    parameters: lists,
    says: 'List or watch',
  },
  patch: {
    method: 'patch',
    action: 'patch',
    word: 'patch',
    where: 'object',
    parameters: [...writes, 'force'],
    says: 'Change parts of',
  },
  update: {
    method: 'put',
    action: 'put',
    word: 'replace',
    where: 'object',
    parameters: writes,
    says: 'Replace',
  },
};

/** Every operation of a kind. `schemaName` is what its schema is called. */
export function operationsOf(info: KindInfo, schemaName: string): readonly ApiOperation[] {
  const base = info.group === '' ? `/api/${info.version}` : `/apis/${info.group}/${info.version}`;
  const scope = info.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${base}${scope}/${info.plural}`;
  const own = info.verbs.flatMap((verb): ApiOperation[] => {
    const shape = verbShapes[verb];
    if (shape === undefined) return [];
    const path = shape.where === 'collection' ? collection : `${collection}/{name}`;
    return [operation(info, shape, path, schemaName, info.namespaced ? 'Namespaced' : '', '')];
  });
  const everywhere = verbShapes['list'];
  const all =
    info.namespaced && info.verbs.includes('list') && everywhere !== undefined
      ? [operation(info, everywhere, `${base}/${info.plural}`, schemaName, '', 'ForAllNamespaces')]
      : [];
  const below = info.subresources.flatMap((entry) =>
    subresourceOperations(info, entry, collection, schemaName),
  );
  return [...own, ...all, ...below];
}

function operation(
  info: KindInfo,
  shape: VerbShape,
  path: string,
  schemaName: string,
  scope: string,
  end: string,
): ApiOperation {
  const { group, version, kind } = info;
  const { method, action, word, parameters, says } = shape;
  return {
    path,
    method,
    action,
    gvk: { group, version, kind },
    id: `${word}${pascal(group)}${pascal(version)}${scope}${kind}${end}`,
    description: `${says} ${kind} objects.`,
    ...bodyOf(action, schemaName),
    answer: answerOf(action, schemaName),
    statuses:
      action === 'post'
        ? [200, 201, 202]
        : action === 'delete'
          ? [200, 202]
          : method === 'get' || action === 'deletecollection'
            ? [200]
            : [200, 201],
    parameters,
  };
}

function bodyOf(action: string, schemaName: string): { body?: string } {
  if (action === 'post' || action === 'put') return { body: schemaName };
  if (action === 'patch') return { body: `${meta}.Patch` };
  if (action === 'delete' || action === 'deletecollection') return { body: `${meta}.DeleteOptions` };
  return {};
}

function answerOf(action: string, schemaName: string): string {
  if (action === 'list') return `${schemaName}List`;
  return action === 'delete' || action === 'deletecollection' ? `${meta}.Status` : schemaName;
}

const connections = new Set(['attach', 'exec', 'portforward', 'proxy']);
const connectMethods: Readonly<Record<string, Method>> = {
  create: 'post',
  delete: 'delete',
  get: 'get',
  patch: 'patch',
  update: 'put',
};

function subresourceOperations(
  info: KindInfo,
  entry: SubresourceInfo,
  collection: string,
  schemaName: string,
): readonly ApiOperation[] {
  const path = `${collection}/{name}/${entry.name}`;
  const scope = info.namespaced ? 'Namespaced' : '';
  const name = `${pascal(info.group)}${pascal(info.version)}${scope}${info.kind}${pascal(entry.name)}`;
  const gvk = { group: entry.group, version: entry.version, kind: entry.kind };
  const sameKind = entry.kind === info.kind && entry.group === info.group;
  const body = sameKind ? schemaName : entry.definition;
  return entry.verbs.flatMap((verb): ApiOperation[] => {
    const shape = verbShapes[verb];
    const method = connectMethods[verb];
    if (shape === undefined || method === undefined) return [];
    const connects = connections.has(entry.name);
    const isLog = entry.name === 'log';
    const plain = connects || isLog || body === undefined;
    return [
      {
        path,
        method,
        action: connects ? 'connect' : shape.action,
        gvk,
        id: connects ? `connect${pascal(method)}${name}` : `${shape.word}${name}`,
        description: connects
          ? `Connect to ${entry.name} of a ${info.kind}.`
          : `${shape.says} ${entry.name} of a ${info.kind}.`,
        ...(plain ? {} : { ...bodyOf(shape.action, body), answer: body }),
        statuses:
          connects || isLog || method === 'get' ? [200] : method === 'post' ? [200, 201, 202] : [200, 201],
        parameters: isLog
          ? logs
          : connects
            ? []
            : shape.parameters.filter((one) => shape.where === 'object' || writes.includes(one)),
      },
    ];
  });
}

/** `rbac.authorization.k8s.io` as `RbacAuthorization`, the core group as `Core`. */
function pascal(name: string): string {
  if (name === '') return 'Core';
  return name
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
