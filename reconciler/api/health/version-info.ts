/** The body of `/version`. */

export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** The release of Kubernetes whose API is served. Clients compare these as whole numbers. */
const kubernetes = { major: '1', minor: '36', patch: '0' };

/** Kubernetes' names of architectures, by Node's. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm', arm64: 'arm64' };

/** Kubernetes' own word for a build without a date. */
const unknownDate = '1970-01-01T00:00:00Z';

/** What Berth of this version says of itself: the API's release, and what it really runs on. */
export function versionInfo(berthVersion: string): VersionInfo {
  const { major, minor, patch } = kubernetes;
  return {
    major,
    minor,
    gitVersion: `v${major}.${minor}.${patch}+berth-${berthVersion}`,
    gitCommit: '',
    gitTreeState: '',
    buildDate: unknownDate,
    goVersion: `n/a (node ${process.version})`,
    compiler: 'n/a',
    platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
  };
}
