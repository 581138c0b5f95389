/** Devices: what is claimed of them, and what drivers publish (resource.k8s.io). */
import { resourceApi } from './definition-names.ts';
import { isEmpty, itemsOf, listOf, numberOf } from './loose.ts';
import type { Check, Constraints, DefinitionConstraints } from './rule.ts';

const requestsMax = 32;
const devicesMax = 128;
const taintEffects = ['NoExecute', 'NoSchedule', 'None'];

const claim: Check = (devices, report) => {
  for (const field of ['requests', 'constraints', 'config']) {
    const count = listOf(devices[field]).length;
    if (count > requestsMax) report.tooMany([field], count, requestsMax);
  }
  const seen = new Set<unknown>();
  for (const [index, request] of itemsOf(devices['requests'])) {
    if (seen.has(request['name'])) report.duplicate(['requests', index, 'name'], request['name']);
    seen.add(request['name']);
  }
};

const request: Check = (value, report) => {
  const { exactly, firstAvailable } = value;
  if (isEmpty(exactly) && isEmpty(firstAvailable))
    report.required([], 'exactly one of `exactly` or `firstAvailable` is required');
  if (!isEmpty(exactly) && !isEmpty(firstAvailable))
    report.invalid(
      [],
      value,
      'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
    );
};

/** A number of devices is only for the mode that counts them. */
const count: Check = (value, report) => {
  const { allocationMode = 'ExactCount' } = value;
  const wanted = numberOf(value['count']);
  if (allocationMode === 'ExactCount' && wanted !== undefined && wanted <= 0)
    report.invalid(['count'], wanted, 'must be greater than zero');
  if (allocationMode === 'All' && wanted !== undefined && wanted !== 0)
    report.invalid(['count'], wanted, "must not be specified when allocationMode is 'All'");
};

const exactRequest: DefinitionConstraints = {
  fields: {
    deviceClassName: { required: true, format: 'dns1123Subdomain' },
    allocationMode: { oneOf: ['All', 'ExactCount'] },
  },
  checks: [count],
};

const slice: Check = (spec, report) => {
  const places = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'].filter(
    (field) => !isEmpty(spec[field]) && spec[field] !== false,
  );
  const why = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (places.length === 0) report.required([], why);
  if (places.length > 1) report.invalid([], `{${places.join(', ')}}`, why);
  const devices = listOf(spec['devices']).length;
  if (devices > devicesMax) report.tooMany(['devices'], devices, devicesMax);
  const seen = new Set<unknown>();
  for (const [index, device] of itemsOf(spec['devices'])) {
    if (seen.has(device['name'])) report.duplicate(['devices', index, 'name'], device['name']);
    seen.add(device['name']);
  }
};

export const deviceConstraints: Constraints = {
  [resourceApi('DeviceClaim')]: { checks: [claim] },
  [resourceApi('DeviceRequest')]: {
    fields: { name: { required: true, format: 'dns1123Label' } },
    checks: [request],
  },
  [resourceApi('ExactDeviceRequest')]: exactRequest,
  [resourceApi('DeviceSubRequest')]: {
    fields: { ...exactRequest.fields, name: { required: true, format: 'dns1123Label' } },
    checks: [count],
  },
  [resourceApi('ResourceSliceSpec')]: {
    fields: {
      driver: { required: true, format: 'dns1123Subdomain' },
      nodeName: { format: 'dns1123Subdomain' },
    },
    checks: [slice],
  },
  [resourceApi('ResourcePool')]: {
    fields: { name: { required: true }, generation: { min: 0 }, resourceSliceCount: { min: 1 } },
  },
  [resourceApi('Device')]: { fields: { name: { required: true, format: 'dns1123Label' } } },
  [resourceApi('DeviceTaint')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      value: { format: 'labelValue' },
      effect: { required: true, oneOf: taintEffects },
    },
  },
};
