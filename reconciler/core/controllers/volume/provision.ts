/** A volume for a claim whose class makes them: by Berth itself for local paths, else by the class's provisioner. */
import type { Node, PersistentVolumeClaim } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../../schemas/kubernetes/types/storage-v1.ts';
import { storageClassOf } from '../../admission/storage-class-name.ts';
import type { Plan } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import {
  noProvisioner,
  selectedNodeAnnotation,
  storageProvisionerAnnotations,
} from '../../storage/annotations.ts';
import {
  localPathProvisioner,
  localPathRefusal,
  localPathVolume,
  provisionedVolumeName,
} from '../../storage/local-path.ts';
import { classOfClaim } from '../../storage/storage-class.ts';
import { volumeEvents } from './volume-events.ts';
import { changed, withClaimPhase } from './volume-status.ts';

export function provision(claim: PersistentVolumeClaim, view: ClusterView): Plan {
  const storageClass = classOfClaim(claim, view);
  if (storageClass === undefined)
    return failed(claim, `storageclass.storage.k8s.io ${JSON.stringify(storageClassOf(claim))} not found`);
  const { provisioner } = storageClass;
  if (provisioner === noProvisioner) return waiting(claim);
  if (provisioner === localPathProvisioner) return localPath(claim, storageClass, view);
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  const after = withClaimPhase(withProvisioner(claim, provisioner), 'Pending');
  return {
    changes: changed(claim, after),
    events: [volumeEvents.normal(claim, 'ExternalProvisioning', message)],
  };
}

function waiting(claim: PersistentVolumeClaim): Plan {
  return { changes: changed(claim, withClaimPhase(claim, 'Pending')), events: [] };
}

function failed(claim: PersistentVolumeClaim, message: string): Plan {
  const after = withClaimPhase(claim, 'Pending');
  return {
    changes: changed(claim, after),
    events: [volumeEvents.warning(claim, 'ProvisioningFailed', message)],
  };
}

/** Tells the class's provisioner that the claim is its own to serve. */
function withProvisioner(claim: PersistentVolumeClaim, provisioner: string): PersistentVolumeClaim {
  const { annotations } = claim.metadata;
  if (storageProvisionerAnnotations.every((name) => annotations?.[name] === provisioner)) return claim;
  const added = Object.fromEntries(storageProvisionerAnnotations.map((name) => [name, provisioner]));
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...added } } };
}

function localPath(claim: PersistentVolumeClaim, storageClass: StorageClass, view: ClusterView): Plan {
  const prefix = `failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata.name ?? '')}`;
  const refusal = localPathRefusal(claim);
  if (refusal !== undefined) return failed(claim, `${prefix}: ${refusal}`);
  const nodeName = claim.metadata.annotations?.[selectedNodeAnnotation];
  if (nodeName === undefined)
    return failed(
      claim,
      `${prefix}: a local path is on the node of the claim's first pod: the class needs volumeBindingMode WaitForFirstConsumer`,
    );
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (node === undefined) return rescheduled(claim, nodeName);
  const volume = localPathVolume(claim, storageClass, node);
  const after = withClaimPhase(withProvisioner(claim, localPathProvisioner), 'Pending');
  const message = `Successfully provisioned volume ${provisionedVolumeName(claim)} using ${localPathProvisioner}`;
  return {
    changes: [{ type: 'create', object: volume }, ...changed(claim, after)],
    events: [volumeEvents.normal(claim, 'ProvisioningSucceeded', message)],
  };
}

/** The chosen node went away before there was a volume on it: another one may be chosen. */
function rescheduled(claim: PersistentVolumeClaim, nodeName: string): Plan {
  const { [selectedNodeAnnotation]: _, ...annotations } = claim.metadata.annotations ?? {};
  const message = `failed to get target node: nodes ${JSON.stringify(nodeName)} not found`;
  return {
    changes: changed(claim, { ...claim, metadata: { ...claim.metadata, annotations } }),
    events: [volumeEvents.warning(claim, 'ProvisioningFailed', message)],
  };
}
