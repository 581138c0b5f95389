/** Field selectors: which fields a kind can be selected by is a table, as in kube-apiserver; the rest is refused. */
import type { KubeObject } from '../../core/model/object.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import { badRequest } from '../api-error.ts';

export type FieldTest = (object: KubeObject) => boolean;

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Fields besides name and namespace, by `group/Kind`. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  '/Event': [
    ...involved.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/Event': [
    ...involved.map((field) => `regarding.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
  '/Namespace': ['status.phase'],
  '/Node': ['spec.unschedulable'],
  '/Pod': [
    'spec.hostNetwork',
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.nominatedNodeName',
    'status.phase',
    'status.podIP',
    'status.podIPs',
  ],
  '/ReplicationController': ['status.replicas'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP', 'spec.type'],
  'apps/ReplicaSet': ['status.replicas'],
  'batch/Job': ['status.successful'],
  'certificates.k8s.io/CertificateSigningRequest': ['spec.signerName'],
  'networking.k8s.io/IPAddress': [
    'spec.parentRef.group',
    'spec.parentRef.resource',
    'spec.parentRef.namespace',
    'spec.parentRef.name',
  ],
  'resource.k8s.io/ResourceSlice': ['spec.driver', 'spec.nodeName'],
};

/** Where a field's text does not stand under its own name, or what stands for it where it is absent. */
const readers: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  'Event source': (object) => fieldAt(object, 'source.component') ?? fieldAt(object, 'reportingComponent'),
  'Job status.successful': (object) => fieldAt(object, 'status.succeeded') ?? 0,
  'Node spec.unschedulable': (object) => fieldAt(object, 'spec.unschedulable') ?? false,
  'Pod spec.hostNetwork': (object) => fieldAt(object, 'spec.hostNetwork') ?? false,
  'Pod status.podIPs': (object) => fieldAt(object, 'status.podIP'),
  'ReplicaSet status.replicas': (object) => fieldAt(object, 'status.replicas') ?? 0,
  'ReplicationController status.replicas': (object) => fieldAt(object, 'status.replicas') ?? 0,
};

/** `metadata.name=web,status.phase!=Running`; undefined for an empty one. `custom` are fields of a custom kind. */
export function fieldSelector(
  text: string | null,
  info: KindInfo,
  custom: readonly string[] = [],
): FieldTest | undefined {
  if (text === null || text.trim() === '') return undefined;
  const tests = splitTerms(text).map((term) => termTest(term, info, custom));
  return (object) => tests.every((test) => test(object));
}

/** The name that a selector demands, where it demands one: `metadata.name=web`. */
export function selectedName(text: string | null): string | undefined {
  return selectedValue(text, 'metadata.name');
}

/** The value that a selector demands of a field, where it demands one. */
export function selectedValue(text: string | null, wanted: string): string | undefined {
  if (text === null) return undefined;
  for (const term of splitTerms(text)) {
    const [, field, operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    if (field === wanted && operator !== '!=') return unescaped(value ?? '');
  }
  return undefined;
}

function termTest(term: string, info: KindInfo, custom: readonly string[]): FieldTest {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, path = '', operator = '', raw = ''] = match;
  const value = unescaped(raw);
  const known = selectable[`${info.group}/${info.kind}`] ?? [];
  const always = path === 'metadata.name' || (path === 'metadata.namespace' && info.namespaced);
  if (!always && !known.includes(path) && !custom.includes(path))
    throw badRequest(`field label not supported: ${path}`);
  const read = readers[`${info.kind} ${path}`] ?? ((object: KubeObject) => fieldAt(object, path));
  const wanted = operator !== '!=';
  return (object) => (asText(read(object)) === value) === wanted;
}

/** Commas part terms, unless a backslash stands before them. */
function splitTerms(text: string): readonly string[] {
  return (text.match(/(?:\\.|\\$|[^,\\])+/g) ?? []).map((term) => term.trim()).filter((term) => term !== '');
}

function unescaped(value: string): string {
  return value.replace(/\\(.?)/gs, (sequence, character: string) => {
    if (['\\', ',', '='].includes(character)) return character;
    throw badRequest(`invalid field selector: invalid escape sequence: ${sequence}`);
  });
}

function fieldAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const step of path.split('.'))
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
