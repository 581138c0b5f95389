/** Which PersistentVolume fits a claim: Kubernetes' rules of matching, for its binder and its scheduler alike. */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { storageClassOf } from '../admission/storage-class-name.ts';
import { selects } from '../model/label-selector.ts';
import { matchesTerm } from '../scheduler/node-affinity.ts';
import { classNameOfVolume } from './storage-class.ts';

/** Bytes that the claim asks for. */
export function requestedBytes({ spec }: PersistentVolumeClaim): number {
  return quantityValue(spec?.resources?.requests?.['storage']) ?? 0;
}

function capacityBytes({ spec }: PersistentVolume): number {
  return quantityValue(spec?.capacity?.['storage']) ?? 0;
}

/** Whether the volume names this claim. One that was reserved by a person has no uid yet. */
export function isVolumeOf(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  if (reference === undefined) return false;
  const { name, namespace, uid } = claim.metadata;
  const named = reference.name === name && reference.namespace === namespace;
  return named && ((reference.uid ?? '') === '' || reference.uid === uid);
}

/** Whether pods on the node can reach the volume. */
export function reachesNode(volume: PersistentVolume, node: Node): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}

function modeOf(spec: { readonly volumeMode?: string } | undefined): string {
  return spec?.volumeMode ?? 'Filesystem';
}

function offersModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}

/** Why a volume that the claim names cannot be its own, in Kubernetes' words. */
export function mismatchOf(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (capacityBytes(volume) < requestedBytes(claim)) return 'requested PV is too small';
  if (classNameOfVolume(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  if (modeOf(volume.spec) !== modeOf(claim.spec)) return 'incompatible volumeMode';
  return offersModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/** The volumes that a claim without one may get, whatever the node. */
export interface Candidates {
  /** Reserved for the claim by its own reference: no other is looked for. */
  readonly reserved: PersistentVolume | undefined;
  /** Free ones: with the fewest access modes first, of these the smallest. */
  readonly free: readonly PersistentVolume[];
}

export function candidatesFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): Candidates {
  const reserved = volumes.find((volume) => isVolumeOf(volume, claim) && isLargeEnough(volume, claim));
  if (reserved !== undefined) return { reserved, free: [] };
  const free = volumes.filter(
    (volume) =>
      volume.spec?.claimRef === undefined &&
      volume.status?.phase === 'Available' &&
      isLargeEnough(volume, claim) &&
      (claim.spec?.selector === undefined || selects(claim.spec.selector, volume.metadata.labels)) &&
      classNameOfVolume(volume) === storageClassOf(claim) &&
      offersModes(volume, claim),
  );
  return { reserved: undefined, free: free.toSorted(byFit) };
}

/** The best candidate that the node reaches and nobody has taken. */
export function volumeOnNode(
  { reserved, free }: Candidates,
  node: Node,
  taken: ReadonlySet<string>,
): PersistentVolume | undefined {
  if (reserved !== undefined) return reachesNode(reserved, node) ? reserved : undefined;
  return free.find((volume) => !taken.has(volume.metadata.name ?? '') && reachesNode(volume, node));
}

function isLargeEnough(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (
    volume.metadata.deletionTimestamp === undefined &&
    capacityBytes(volume) >= requestedBytes(claim) &&
    modeOf(volume.spec) === modeOf(claim.spec) &&
    (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '')
  );
}

function byFit(left: PersistentVolume, right: PersistentVolume): number {
  const modes = (left.spec?.accessModes ?? []).length - (right.spec?.accessModes ?? []).length;
  if (modes !== 0) return modes;
  const size = capacityBytes(left) - capacityBytes(right);
  return size !== 0 ? size : (left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1;
}
