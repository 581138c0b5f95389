/** What containers and pods request of a node, and what limits them. */
import { core } from './definition-names.ts';
import { formats } from './formats.ts';
import { podSpecOf } from './handler-constraints.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

const compute = ['cpu', 'memory'];
const hugePagePrefix = 'hugepages-';
/** Names without a domain that a container can ask for, and those that only quotas and nodes know. */
const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standardResources = new Set([
  ...containerResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
  'storage',
]);

function isHugePage(name: string): boolean {
  return name.startsWith(hugePagePrefix);
}

/** Of Kubernetes itself: without a domain, or in one of its own. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Of a device plugin: counted in whole numbers and never handed out twice. */
function isExtended(name: string): boolean {
  return (
    !isNative(name) &&
    !name.startsWith('requests.') &&
    formats.qualifiedName(`requests.${name}`) === undefined
  );
}

function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePage(name);
}

type Path = readonly [string, { readonly key: string }];

function reportName(name: string, path: Path, ofPod: boolean, report: Reporter): void {
  const wrong = formats.qualifiedName(name);
  if (wrong !== undefined) report.invalid(path, name, wrong);
  const plain = !name.includes('/');
  const standard = standardResources.has(name) || isHugePage(name);
  if (plain && !standard) report.invalid(path, name, 'must be a standard resource type or fully qualified');
  if (ofPod) {
    if (!compute.includes(name) && !isHugePage(name)) report.unsupported(path, name, compute);
  } else if (plain) {
    if (!containerResources.has(name) && !isHugePage(name))
      report.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtended(name))
    report.invalid(path, name, "doesn't follow extended resource name standard");
}

function reportQuantity(name: string, quantity: unknown, path: Path, report: Reporter): void {
  const value = quantityValue(quantity);
  if (value === undefined) return;
  const text = String(quantity);
  if (value < 0) report.invalid(path, text, 'must be greater than or equal to 0');
  if (isExtended(name) && !Number.isInteger(value)) report.invalid(path, text, 'must be an integer');
  if (!isHugePage(name)) return;
  const size = quantityValue(name.slice(hugePagePrefix.length));
  if (size === undefined || size === 0 || value < 0 || value % size !== 0)
    report.invalid(path, text, `${text} is not positive integer multiple of ${name}`);
}

/** A request above its limit can never be granted; what is never overcommitted has to be requested in full. */
function reportRequest(name: string, request: unknown, limit: unknown, report: Reporter): void {
  const [wanted, most] = [quantityValue(request), quantityValue(limit)];
  if (isEmpty(limit)) {
    if (!mayOvercommit(name))
      report.required(['limits'], 'Limit must be set for non overcommitable resources');
    return;
  }
  if (wanted === undefined || most === undefined) return;
  if (!mayOvercommit(name)) {
    if (wanted !== most)
      report.invalid(['requests'], String(request), `must be equal to ${name} limit of ${String(limit)}`);
  } else if (wanted > most)
    report.invalid(
      ['requests'],
      String(request),
      `must be less than or equal to ${name} limit of ${String(limit)}`,
    );
}

const requirements: Check = (value, report, ancestors) => {
  const ofPod = Array.isArray(ancestors.at(-1)?.['containers']);
  const names = new Set<string>();
  const limits = fieldsOf(value['limits']);
  for (const field of ['limits', 'requests']) {
    for (const [name, quantity] of Object.entries(fieldsOf(value[field]))) {
      const path: Path = [field, { key: name }];
      reportName(name, path, ofPod, report);
      reportQuantity(name, quantity, path, report);
      if (field === 'requests') reportRequest(name, quantity, limits[name], report);
      names.add(name);
    }
  }
  if ([...names].some(isHugePage) && !compute.some((name) => names.has(name)))
    report.forbidden([], 'HugePages require cpu or memory');
  if (ofPod && !isEmpty(value['claims']))
    report.forbidden(['claims'], 'claims cannot be set for Resources at pod-level');
  else reportClaims(value, podSpecOf(ancestors), report);
};

/** A container's claims are among those of its pod, each once. */
function reportClaims(value: Fields, spec: Fields | undefined, report: Reporter): void {
  const known = itemsOf(spec?.['resourceClaims']).flatMap(([, claim]) => textOf(claim['name']) ?? []);
  const seen = new Set<string>();
  for (const [index, claim] of itemsOf(value['claims'])) {
    const [name, request] = [textOf(claim['name']) ?? '', textOf(claim['request']) ?? ''];
    if (name === '') continue;
    report.format(['claims', index, 'request'], request, 'dns1123Label');
    const key = request === '' ? name : `${name}/${request}`;
    const overlaps =
      seen.has(name) ||
      seen.has(key) ||
      (request === '' && [...seen].some((one) => one.startsWith(`${name}/`)));
    if (overlaps) report.duplicate(['claims', index], seen.has(name) ? name : key);
    seen.add(key);
    if (known.includes(name)) continue;
    const which = known.length === 0 ? ' which is empty' : `: ${known.toSorted().join(', ')}`;
    report.notFound(['claims', index], name, `must be one of the names in pod.spec.resourceClaims${which}`);
  }
}

export const resourceConstraints: Constraints = {
  [core('ResourceRequirements')]: { checks: [requirements] },
  [core('ResourceClaim')]: { fields: { name: { required: true } } },
  [core('PodResourceClaim')]: {
    fields: {
      name: { required: true, format: 'dns1123Label' },
      resourceClaimName: { format: 'dns1123Subdomain' },
      resourceClaimTemplateName: { format: 'dns1123Subdomain' },
    },
    checks: [
      (claim, report) => {
        const sources = ['resourceClaimName', 'resourceClaimTemplateName'].filter(
          (name) => !isEmpty(claim[name]),
        );
        if (sources.length === 2) {
          const rule = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
          report.invalid([], claim, rule);
        }
        if (sources.length === 0)
          report.invalid([], claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
      },
    ],
  },
};
