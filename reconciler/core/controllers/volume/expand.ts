/** Claims that grew. A local path has no bound of its own: its size is what is said of it; others wait for their driver. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../../schemas/validation/quantity.ts';
import type { Controller } from '../../model/controller.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import { isLocalPathVolume } from '../../storage/local-path.ts';
import { requestedBytes } from '../../storage/volume-match.ts';
import { eventsOf } from '../events.ts';
import { changed } from './volume-status.ts';

const events = eventsOf('volume_expand');

export const volumeExpandController: Controller = {
  name: 'expand-controller',
  keysFor: ({ ref, after }) => {
    if (ref.kind !== 'PersistentVolumeClaim' || after === undefined) return [];
    return hasGrown(after as PersistentVolumeClaim) ? [ref] : [];
  },
  plan: ({ namespace, name }, view) => {
    const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
    if (claim === undefined || !hasGrown(claim)) return emptyPlan;
    const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', claim.spec?.volumeName ?? '');
    return volume === undefined ? emptyPlan : planGrowth(claim, volume);
  },
};

/** Whether a bound claim asks for more than it has. */
function hasGrown(claim: PersistentVolumeClaim): boolean {
  const has = quantityValue(claim.status?.capacity?.['storage']);
  return claim.status?.phase === 'Bound' && has !== undefined && requestedBytes(claim) > has;
}

function planGrowth(claim: PersistentVolumeClaim, volume: PersistentVolume): Plan {
  if (!isLocalPathVolume(volume)) {
    const message =
      "Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external controller to process this PVC.";
    return { changes: [], events: [events.warning(claim, 'ExternalExpanding', message)] };
  }
  const storage = claim.spec?.resources?.requests?.['storage'] ?? '0';
  const grown = { ...volume, spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage } } };
  const status = { ...claim.status, capacity: { ...claim.status?.capacity, storage } };
  return {
    changes: [...changed(volume, grown), ...changed(claim, { ...claim, status })],
    events: [events.normal(claim, 'VolumeResizeSuccessful', 'Resize volume succeeded')],
  };
}
