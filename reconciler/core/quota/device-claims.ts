/** How many devices a ResourceClaim may be given, by quota resource: at most, since what it gets is not known yet. */
import type {
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
} from '../../../schemas/kubernetes/types/resource-v1.ts';

/** Behind the name of a device class. */
export const deviceClassSuffix = '.deviceclass.resource.k8s.io/devices';

/** A claim is never given more devices than that. */
const devicesMax = 32;

export function claimedDevices({ spec }: ResourceClaim): ReadonlyMap<string, number> {
  const total = new Map<string, number>();
  for (const request of spec.devices?.requests ?? [])
    for (const [name, count] of requestedDevices(request)) total.set(name, (total.get(name) ?? 0) + count);
  return total;
}

/** Of alternatives one comes true: the most of each class counts. */
function requestedDevices({ exactly, firstAvailable = [] }: DeviceRequest): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const one of exactly === undefined ? firstAvailable : [exactly]) {
    const name = `${one.deviceClassName}${deviceClassSuffix}`;
    most.set(name, Math.max(most.get(name) ?? 0, countOf(one)));
  }
  return most;
}

function countOf({ allocationMode, count }: ExactDeviceRequest | DeviceSubRequest): number {
  return allocationMode === 'All' ? devicesMax : (count ?? 1);
}
