/**
 * metrics.k8s.io/v1beta1: what nodes and pods use, read from what their agents reported last. `kubectl top` and
 * whoever scales by resources read it. Nothing of it is stored, so that it can be neither watched nor written.
 */
import type { IncomingMessage } from 'node:http';
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { type KindInfo, type KindTable, kindTable } from '../../schemas/kinds.ts';
import type { KubeObject } from '../core/model/object.ts';
import { formatTime } from '../core/model/time.ts';
import type { Measured, Usage, UsageSource } from '../core/model/usage.ts';
import type { ClusterView } from '../core/model/view.ts';
import { LinkError } from '../core/ports.ts';
import type { Answer } from './answer.ts';
import { ApiError, methodNotAllowed, resourceNotFound } from './api-error.ts';
import type { PathRoute } from './handler.ts';
import { isSet, type RequestAttributes } from './request.ts';
import { labelSelector } from './selectors/label-selector.ts';

const group = 'metrics.k8s.io';
const version = 'v1beta1';
const apiVersion = `${group}/${version}`;

const common = {
  group,
  version,
  shortNames: [],
  categories: [],
  definition: '',
  verbs: ['get', 'list'],
  subresources: [],
};

/** The names of its resources are those of what is measured. */
const metricsKinds: readonly KindInfo[] = [
  {
    ...common,
    kind: 'NodeMetrics',
    plural: 'nodes',
    singular: '',
    namespaced: false,
    listKind: 'NodeMetricsList',
  },
  {
    ...common,
    kind: 'PodMetrics',
    plural: 'pods',
    singular: '',
    namespaced: true,
    listKind: 'PodMetricsList',
  },
];

const tables = new WeakMap<KindTable, KindTable>();

/** The table that discovery tells of: what is stored, and the metrics. */
export function withMetrics(table: KindTable): KindTable {
  const known = tables.get(table) ?? kindTable([...table.all, ...metricsKinds]);
  tables.set(table, known);
  return known;
}

interface MetricsParts {
  readonly view: () => ClusterView;
  /** Rejects with a LinkError where another reconciler hears of the hosts. */
  readonly usage: () => Promise<UsageSource>;
}

/** Answers what is asked of nodes and pods. */
export function resourceMetrics({ view, usage }: MetricsParts): PathRoute {
  return async ({ resource, query }, request) => {
    if (resource?.group !== group) return undefined;
    const measured = metricsOf[resource.plural];
    if (resource.version !== version || measured === undefined || resource.subresource !== '')
      throw resourceNotFound();
    if (!isRead(request) || isSet(query, 'watch')) throw methodNotAllowed();
    const all = measured(view(), resource, await reported(usage));
    if (resource.name === '') return listOf(resource.plural, all, query);
    const found = all.find(({ metadata }) => metadata.name === resource.name);
    if (found === undefined) throw notMeasured(resource);
    return { code: 200, body: found };
  };
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

async function reported(usage: MetricsParts['usage']): Promise<UsageSource> {
  try {
    return await usage();
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    throw new ApiError({ code: 503, reason: 'ServiceUnavailable', message: error.message });
  }
}

type Resource = NonNullable<RequestAttributes['resource']>;

interface Metrics {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: KubeObject['metadata'];
  readonly timestamp: string;
  readonly window: string;
}

/** Of those that were measured lately; the others are left out, as if they were not there. */
const metricsOf: Readonly<
  Record<string, (view: ClusterView, resource: Resource, usage: UsageSource) => readonly Metrics[]>
> = {
  nodes: (view, { name }, usage) =>
    view
      .list<Node>('v1', 'Node')
      .filter(({ metadata }) => name === '' || metadata.name === name)
      .flatMap((node) => {
        const measured = usage.node(node.metadata.name ?? '');
        if (measured === undefined) return [];
        return [{ ...metricsBase('NodeMetrics', node, measured), usage: amounts(measured) }];
      }),
  pods: (view, { namespace, name }, usage) =>
    view
      .list<Pod>('v1', 'Pod', namespace === '' ? undefined : namespace)
      .filter(({ metadata }) => name === '' || metadata.name === name)
      .flatMap((pod) => {
        const measured = usage.pod(pod.metadata.uid ?? '');
        if (measured === undefined || pod.status?.phase !== 'Running') return [];
        const containers = measured.containers.map((one) => ({ name: one.name, usage: amounts(one) }));
        return [{ ...metricsBase('PodMetrics', pod, measured), containers }];
      }),
};

function metricsBase(kind: string, { metadata }: KubeObject, { atMs, windowMs }: Measured): Metrics {
  const { name, namespace, labels } = metadata;
  return {
    kind,
    apiVersion,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      creationTimestamp: formatTime(atMs),
    },
    timestamp: formatTime(atMs),
    window: `${windowMs / 1000}s`,
  };
}

function amounts({ cpuMilli, memoryBytes }: Usage): Readonly<Record<string, string>> {
  return { cpu: `${cpuMilli}m`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` };
}

function listOf(plural: string, all: readonly Metrics[], query: URLSearchParams): Answer {
  const test = labelSelector(query.get('labelSelector'));
  const items = test === undefined ? all : all.filter(({ metadata }) => test(metadata.labels ?? {}));
  const kind = plural === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList';
  return { code: 200, body: { kind, apiVersion, metadata: {}, items } };
}

function notMeasured({ plural, namespace, name }: Resource): ApiError {
  const what = namespace === '' ? name : `${namespace}/${name}`;
  const kind = plural === 'nodes' ? 'nodemetrics' : 'podmetrics';
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${kind}.${group} "${what}" not found`,
    details: { name: what, group, kind },
  });
}
