/** The groups that a table of kinds serves, in kube-apiserver's order, each with its preferred version first. */
import type { KindInfo, KindTable } from '../../../schemas/kinds.ts';
import { compareVersions } from '../../core/custom/version-order.ts';

export interface ServedVersion {
  readonly version: string;
  /** Sorted by plural name. */
  readonly kinds: readonly KindInfo[];
}

export interface ServedGroup {
  /** Empty for the core group. */
  readonly group: string;
  readonly versions: readonly ServedVersion[];
}

/** Kubernetes' own groups in the order in which clients look names up; others follow by name. */
const firstGroups = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
];

/** Every group of the table with its versions. */
export function servedGroups(table: KindTable): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, KindInfo[]>>();
  for (const info of table.all) {
    const versions = groups.get(info.group) ?? new Map<string, KindInfo[]>();
    groups.set(info.group, versions);
    const list = versions.get(info.version) ?? [];
    versions.set(info.version, list);
    list.push(info);
  }
  return [...groups]
    .sort(([a], [b]) => placeOf(a) - placeOf(b) || compare(a, b))
    .map(([group, versions]) => ({
      group,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(b, a))
        .map(([version, list]) => ({
          version,
          kinds: list.sort((a, b) => compare(a.plural, b.plural)),
        })),
    }));
}

function placeOf(group: string): number {
  const place = firstGroups.indexOf(group);
  return place < 0 ? firstGroups.length : place;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
