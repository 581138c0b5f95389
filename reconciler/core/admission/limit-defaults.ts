/** LimitRanges: the amounts that containers get where they name none. */
import type {
  Container,
  LimitRange,
  Pod,
  ResourceRequirements,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { listOf } from '../../../schemas/validation/loose.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';

/** Tells what was set for whom. */
const annotation = 'kubernetes.io/limit-ranger';

export const limitDefaults: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE'],
  kinds: new Set(['/Pod']),
  admit: ({ object, view }) => {
    const ranges = view.list<LimitRange>('v1', 'LimitRange', object.metadata.namespace ?? '');
    return ranges.length === 0 ? admitted : { object: ranges.reduce(withDefaults, object as Pod) };
  },
};

function withDefaults(pod: Pod, range: LimitRange): Pod {
  // One without containers is refused, but not here.
  if (pod.spec === undefined || listOf(pod.spec.containers).length === 0) return pod;
  const defaults = defaultsOf(range);
  const notes: string[] = [];
  const complete =
    (init: boolean) =>
    (container: Container): Container => {
      const { resources, set } = completed(container.resources ?? {}, defaults);
      const what = init ? 'init container' : 'container';
      for (const [kind, names] of set)
        notes.push(`${names.join(', ')} ${kind} for ${what} ${container.name}`);
      return set.length === 0 ? container : { ...container, resources };
    };
  const containers = pod.spec.containers.map(complete(false));
  const initContainers = pod.spec.initContainers?.map(complete(true));
  if (notes.length === 0) return pod;
  const text = `LimitRanger plugin set: ${notes.join('; ')}`;
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [annotation]: text } },
    spec: { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
}

interface Defaults {
  readonly limits: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
}

/** What a range gives to containers; of several items the last one counts. */
function defaultsOf({ spec }: LimitRange): Defaults {
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'Container');
  return {
    limits: Object.fromEntries(items.flatMap((item) => Object.entries(item.default ?? {}))),
    requests: Object.fromEntries(items.flatMap((item) => Object.entries(item.defaultRequest ?? {}))),
  };
}

/** Requests and limits with what they lack, and which were set. */
function completed(
  resources: ResourceRequirements,
  { limits, requests }: Defaults,
): {
  readonly resources: ResourceRequirements;
  readonly set: readonly (readonly [string, readonly string[]])[];
} {
  const lacking = (given: object | undefined, defaults: object): string[] =>
    Object.keys(defaults)
      .filter((name) => !Object.hasOwn(given ?? {}, name))
      .sort();
  const requested = lacking(resources.requests, requests);
  const limited = lacking(resources.limits, limits);
  const set: (readonly [string, readonly string[]])[] = [];
  if (requested.length > 0) set.push(['request', requested]);
  if (limited.length > 0) set.push(['limit', limited]);
  return {
    set,
    resources: {
      ...resources,
      ...(requested.length === 0 ? {} : { requests: { ...requests, ...resources.requests } }),
      ...(limited.length === 0 ? {} : { limits: { ...limits, ...resources.limits } }),
    },
  };
}
