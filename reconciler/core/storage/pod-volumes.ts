/**
 * What a pod's volumes say about where it may go: kube-scheduler's VolumeBinding, VolumeZone, NodeVolumeLimits and
 * VolumeRestrictions as one pure answer per pod. Several pods of one plan are asked about through an OverlayView that
 * shows the changes (and binds) of those before: so no volume is given away twice, and none is changed twice.
 */
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { selectedNodeAnnotation } from './annotations.ts';
import { isFullyBound, volumeFor } from './binding.ts';
import { localPathProvisioner, localPathRefusal } from './local-path.ts';
import { foreignClaimMessage, isClaimOfPod, podClaims } from './pod-claims.ts';
import { isProvisionable } from './provisioning.ts';
import { classOfClaim, waitsForConsumer } from './storage-class.ts';
import { attachedVolumes, attachLimitRefusal } from './volume-limits.ts';
import { type Candidates, candidatesFor, reachesNode, requestedBytes, volumeOnNode } from './volume-match.ts';
import { diskRefusal, onePodRefusal } from './volume-restrictions.ts';
import { zoneRefusal } from './volume-zone.ts';

/** What binding a pod to a node has to bring with it. */
export interface VolumeBinding {
  /** Of claims and volumes; to be committed with the pod's binding, or before it. */
  readonly changes: readonly Change[];
  /**
   * False: commit the changes without the pod's binding, and look again when its claims change. Somebody else has to
   * make a volume first, and may say that this node cannot have it.
   */
  readonly complete: boolean;
}

export interface PodVolumes {
  /** Why the pod can go nowhere, whichever the node: kube-scheduler's PreFilter. */
  readonly refusal: string | undefined;
  /** Whether `nodeRefusal` may differ from node to node; false for pods whose volumes bind them to nothing. */
  readonly constrained: boolean;
  /** Why not to this node, in kube-scheduler's words; undefined where the pod may go there. */
  nodeRefusal(node: Node): string | undefined;
  /** Asked of a node without a refusal. */
  binding(node: Node): VolumeBinding;
}

const bindConflict = "node(s) didn't find available persistent volumes to bind";
const affinityConflict = 'node(s) had volume node affinity conflict';

const noBinding: VolumeBinding = { changes: [], complete: true };

/** Of all pods without volumes that matter to a scheduler. */
const unconstrained: PodVolumes = {
  refusal: undefined,
  constrained: false,
  nodeRefusal: () => undefined,
  binding: () => noBinding,
};

/** Inline disks, besides claims, of which not every node can have another. */
const inlineDisks = ['awsElasticBlockStore', 'csi', 'gcePersistentDisk', 'iscsi', 'rbd'] as const;

export function podVolumes(pod: Pod, view: ClusterView): PodVolumes {
  const volumes = pod.spec?.volumes ?? [];
  const claimed = podClaims(pod);
  const hasDisks = volumes.some((volume) => inlineDisks.some((type) => volume[type] !== undefined));
  if (claimed.length === 0 && !hasDisks) return unconstrained;
  const found = sortClaims(pod, view);
  if (typeof found === 'string') return { ...unconstrained, refusal: found };
  const attached = attachedVolumes(pod, view);
  const onePod = onePodRefusal(
    [...found.bound.map(({ claim }) => claim), ...found.delayed.map(({ claim }) => claim)],
    pod,
    view,
  );
  return {
    refusal: undefined,
    constrained: true,
    nodeRefusal: (node) =>
      diskRefusal(pod, node, view) ??
      onePod ??
      attachLimitRefusal(attached, node, view) ??
      boundRefusal(found.bound, node) ??
      (found.delayed.length === 0 || choose(found.delayed, node, view) !== undefined
        ? undefined
        : bindConflict),
    binding: (node) => bindingOf(choose(found.delayed, node, view) ?? [], node),
  };
}

interface DelayedClaim {
  readonly claim: PersistentVolumeClaim;
  /** Undefined where the class is to make the volume, as was decided before. */
  readonly candidates: Candidates | undefined;
}

/** A pod's claims, as far as they differ for a scheduler. */
interface SortedClaims {
  readonly bound: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  /** Wait for this pod to be placed. The largest first, which have the fewest volumes to choose from. */
  readonly delayed: readonly DelayedClaim[];
}

/** A text says why the pod has to wait, whichever the node. */
function sortClaims(pod: Pod, view: ClusterView): SortedClaims | string {
  const bound: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  const immediate: PersistentVolumeClaim[] = [];
  const namespace = pod.metadata.namespace ?? '';
  for (const { name, ephemeral } of podClaims(pod)) {
    const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
    const problem = claimProblem(pod, claim, name, ephemeral);
    if (problem !== undefined || claim === undefined) return problem ?? '';
    if ((claim.spec?.volumeName ?? '') !== '' && isFullyBound(claim)) {
      const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', claim.spec?.volumeName ?? '');
      if (volume === undefined)
        return 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
      bound.push({ claim, volume });
    } else if ((claim.spec?.volumeName ?? '') === '' && waitsForConsumer(claim, view)) delayed.push(claim);
    else immediate.push(claim);
  }
  if (immediate.length > 0) return 'pod has unbound immediate PersistentVolumeClaims';
  delayed.sort((left, right) => requestedBytes(right) - requestedBytes(left));
  if (delayed.length === 0) return { bound, delayed: [] };
  const volumes = view.list<PersistentVolume>('v1', 'PersistentVolume');
  const isDecided = ({ metadata }: PersistentVolumeClaim): boolean =>
    metadata.annotations?.[selectedNodeAnnotation] !== undefined;
  return {
    bound,
    delayed: delayed.map((claim) => ({
      claim,
      candidates: isDecided(claim) ? undefined : candidatesFor(claim, volumes),
    })),
  };
}

function claimProblem(
  pod: Pod,
  claim: PersistentVolumeClaim | undefined,
  name: string,
  ephemeral: boolean,
): string | undefined {
  if (claim === undefined)
    return ephemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${JSON.stringify(name)}`
      : `persistentvolumeclaim ${JSON.stringify(name)} not found`;
  if (claim.status?.phase === 'Lost')
    return `persistentvolumeclaim ${JSON.stringify(name)} bound to non-existent persistentvolume ${JSON.stringify(claim.spec?.volumeName ?? '')}`;
  if (claim.metadata.deletionTimestamp !== undefined)
    return `persistentvolumeclaim ${JSON.stringify(name)} is being deleted`;
  return ephemeral && !isClaimOfPod(claim, pod) ? foreignClaimMessage(claim, pod) : undefined;
}

function boundRefusal(bound: SortedClaims['bound'], node: Node): string | undefined {
  for (const { volume } of bound) {
    if (!reachesNode(volume, node)) return affinityConflict;
    const refusal = zoneRefusal(volume, node);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** How a claim that waits for its consumer gets its volume on one node. */
type Choice =
  | { readonly type: 'volume'; readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }
  | { readonly type: 'provision'; readonly claim: PersistentVolumeClaim; readonly certain: boolean };

/** A choice for each claim; undefined where one of them cannot be had on the node. */
function choose(
  claims: readonly DelayedClaim[],
  node: Node,
  view: ClusterView,
): readonly Choice[] | undefined {
  const choices: Choice[] = [];
  const taken = new Set<string>();
  for (const { claim, candidates } of claims) {
    const chosen = claim.metadata.annotations?.[selectedNodeAnnotation];
    if (chosen !== undefined && chosen !== node.metadata.name) return undefined;
    const volume = candidates === undefined ? undefined : volumeOnNode(candidates, node, taken);
    if (volume !== undefined) {
      taken.add(volume.metadata.name ?? '');
      choices.push({ type: 'volume', claim, volume });
      continue;
    }
    const storageClass = classOfClaim(claim, view);
    if (storageClass === undefined || !isProvisionable(storageClass, node)) return undefined;
    const certain =
      storageClass.provisioner === localPathProvisioner && localPathRefusal(claim) === undefined;
    choices.push({ type: 'provision', claim, certain });
  }
  return choices;
}

/** The volume is reserved for its claim, the node written on the claim: the binder does the rest. */
function bindingOf(choices: readonly Choice[], node: Node): VolumeBinding {
  const changes = choices.flatMap((choice): Change[] => {
    const { claim } = choice;
    if (choice.type === 'volume') {
      const object = volumeFor(choice.volume, claim);
      return object === choice.volume ? [] : [{ type: 'update', scope: 'spec', object }];
    }
    if (claim.metadata.annotations?.[selectedNodeAnnotation] !== undefined) return [];
    const annotations = {
      ...claim.metadata.annotations,
      [selectedNodeAnnotation]: node.metadata.name ?? '',
    };
    return [
      { type: 'update', scope: 'spec', object: { ...claim, metadata: { ...claim.metadata, annotations } } },
    ];
  });
  return { changes, complete: choices.every((choice) => choice.type === 'volume' || choice.certain) };
}
