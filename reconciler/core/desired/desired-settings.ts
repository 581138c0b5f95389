/** What hosts are told beyond the objects of the cluster, and what of it a change touches. */

export interface DesiredSettings {
  readonly clusterCidr: string;
  readonly serviceCidr: string;
}

/** An entry that a change may have touched; `*` stands for every host. */
export interface AffectedEntry {
  readonly node: string;
  readonly key: string;
}
