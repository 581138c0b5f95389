/** Labels that a node may not give itself: pods are placed by them, and by some people trust nodes. */

/** Keys of Kubernetes' own that kubelets know the values of. */
const kubeletLabels: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

type Labels = Readonly<Record<string, string>>;

/** Keys that differ between the two and are not the node's to change, sorted. */
export function forbiddenNodeLabels(now: Labels, before: Labels): readonly string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .filter((key) => now[key] !== before[key] && isForbidden(key))
    .sort();
}

function isForbidden(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  if (within(domain, 'node-restriction.kubernetes.io')) return true;
  if (!within(domain, 'kubernetes.io') && !within(domain, 'k8s.io')) return false;
  const isKubelets = within(domain, 'kubelet.kubernetes.io') || within(domain, 'node.kubernetes.io');
  return !isKubelets && !kubeletLabels.has(key);
}

function within(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
