/** The groups that a table of kinds serves, in kube-apiserver's order, each with its preferred version first. */
import type { KindInfo, KindTable } from '../../../schemas/kinds.ts';

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
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, list]) => ({
          version,
          kinds: list.sort((a, b) => compare(a.plural, b.plural)),
        })),
    }));
}

/** Kubernetes' order of versions: stable before beta before alpha, higher numbers first, anything else by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === undefined || right === undefined) {
    if (left === undefined && right === undefined) return compare(a, b);
    return left === undefined ? 1 : -1;
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

const stages = ['alpha', 'beta', ''];

function rankOf(version: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  return { stage: stages.indexOf(match[2] ?? ''), major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

function placeOf(group: string): number {
  const place = firstGroups.indexOf(group);
  return place < 0 ? firstGroups.length : place;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
