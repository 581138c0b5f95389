/** Kubernetes' defaults of claims on devices (resource.k8s.io). */
import type {
  DeviceClaim,
  DeviceRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimTemplate,
} from '../../../../schemas/kubernetes/types/resource-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill, replace } from './unset-fields.ts';

export const deviceDefaulters: Defaulters = {
  'resource.k8s.io/v1/ResourceClaim': (object) => {
    const claim = object as ResourceClaim;
    if (claim.spec?.devices === undefined) return claim;
    return { ...claim, spec: { ...claim.spec, devices: claimDefaults(claim.spec.devices) } };
  },
  'resource.k8s.io/v1/ResourceClaimTemplate': (object) => {
    const template = object as ResourceClaimTemplate;
    const devices = template.spec?.spec?.devices;
    if (devices === undefined) return template;
    const spec = { ...template.spec.spec, devices: claimDefaults(devices) };
    return { ...template, spec: { ...template.spec, spec } };
  },
};

function claimDefaults(claim: DeviceClaim): DeviceClaim {
  return replace(claim, 'requests', eachOf(claim.requests, requestDefaults));
}

function requestDefaults(request: DeviceRequest): DeviceRequest {
  const exact = request.exactly === undefined ? request : { ...request, exactly: counted(request.exactly) };
  return replace(exact, 'firstAvailable', eachOf(exact.firstAvailable, counted));
}

/** One device, unless all are asked for. */
function counted<R extends Pick<ExactDeviceRequest, 'allocationMode' | 'count' | 'tolerations'>>(
  given: R,
): R {
  const request = fill<Pick<ExactDeviceRequest, 'allocationMode' | 'count' | 'tolerations'>>(given, {
    allocationMode: 'ExactCount',
  });
  const numbered =
    request.allocationMode === 'ExactCount' && (request.count ?? 0) === 0
      ? { ...request, count: 1 }
      : request;
  return replace(numbered, 'tolerations', eachOf(numbered.tolerations, tolerationDefaults)) as R;
}

function tolerationDefaults(toleration: DeviceToleration): DeviceToleration {
  return fill(toleration, { operator: 'Equal' });
}
