import { accepts, containerWith, refuses } from './constraint-trial.ts';

const at = 'spec.containers[0]';
const mount = (change: object): object =>
  containerWith({ volumeMounts: [{ name: 'data', mountPath: '/data', ...change }] });
const mounts = (change: object): object =>
  containerWith({ volumeMounts: [{ name: 'data', mountPath: '/data' }], ...change });
const device = (change: object): object =>
  containerWith({ volumeDevices: [{ name: 'disk', devicePath: '/dev/disk', ...change }] });

refuses('mounts', mount, [
  [{ name: '' }, `${at}.volumeMounts[0].name: Required value`],
  [{ name: 'dat' }, `${at}.volumeMounts[0].name: Not found: "dat"`],
  [{ mountPath: '' }, `${at}.volumeMounts[0].mountPath: Required value`],
  [{ subPath: '/a' }, `${at}.volumeMounts.subPath: Invalid value: "/a": must be a relative path`],
  [{ subPath: 'a/..' }, `${at}.volumeMounts.subPath: Invalid value: "a/..": must not contain '..'`],
  [{ subPathExpr: '../a' }, `${at}.volumeMounts.subPathExpr: Invalid value: "../a": must not contain '..'`],
  [
    { subPath: 'a', subPathExpr: 'b' },
    `${at}.volumeMounts[0].subPathExpr: Invalid value: "b": subPathExpr and subPath are mutually exclusive`,
  ],
  [
    { mountPropagation: 'Both' },
    `${at}.volumeMounts.mountPropagation: Unsupported value: "Both": supported values: "Bidirectional", "HostToContainer", "None"`,
  ],
  [
    { mountPropagation: 'Bidirectional' },
    `${at}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
  ],
  [
    { recursiveReadOnly: 'Yes' },
    `${at}.volumeMounts.recursiveReadOnly: Unsupported value: "Yes": supported values: "Disabled", "Enabled", "IfPossible"`,
  ],
  [
    { recursiveReadOnly: 'Enabled' },
    `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
  ],
  [
    { recursiveReadOnly: 'IfPossible', readOnly: true, mountPropagation: 'HostToContainer' },
    `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
  ],
  [
    { name: 'files', subPath: 'a', subPathExpr: '' },
    `${at}.volumeMounts[0].subPath: Invalid value: "a": not allowed in image volume sources`,
  ],
]);

accepts('mounts with every option', mount, [
  { subPath: 'a/b', readOnly: true, recursiveReadOnly: 'Enabled', mountPropagation: 'None' },
  { subPathExpr: '$(POD_NAME)', mountPropagation: 'HostToContainer' },
]);

accepts('propagation both ways by privileged containers', mounts, [
  {
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'data', mountPath: '/data', mountPropagation: 'Bidirectional' }],
  },
]);

refuses('devices', device, [
  [{ name: 'dat' }, `${at}.volumeDevices[0].name: Not found: "dat"`],
  [
    { name: 'data' },
    `${at}.volumeDevices[0].name: Invalid value: "data": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
  ],
  [{ devicePath: '' }, `${at}.volumeDevices[0].devicePath: Required value`],
  [
    { devicePath: '/dev/../a' },
    `${at}.volumeDevices[0].devicePath: Invalid value: "/dev/../a": can not contain backsteps ('..')`,
  ],
]);

refuses('mounts and devices together', mounts, [
  [
    {
      volumeMounts: [
        { name: 'data', mountPath: '/a' },
        { name: 'disk', mountPath: '/a' },
      ],
    },
    `${at}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`,
  ],
  [
    {
      volumeDevices: [
        { name: 'disk', devicePath: '/a' },
        { name: 'disk', devicePath: '/a' },
      ],
    },
    `${at}.volumeDevices[1].devicePath: Invalid value: "/a": must be unique`,
    `${at}.volumeDevices[1].name: Invalid value: "disk": must be unique`,
  ],
  [
    {
      volumeMounts: [{ name: 'disk', mountPath: '/a' }],
      volumeDevices: [{ name: 'disk', devicePath: '/a' }],
    },
    `${at}.volumeDevices[0].devicePath: Invalid value: "/a": must not already exist as a path in volumeMounts`,
    `${at}.volumeDevices[0].name: Invalid value: "disk": must not already exist in volumeMounts`,
    `${at}.volumeMounts[0].mountPath: Invalid value: "/a": must not already exist as a path in volumeDevices`,
    `${at}.volumeMounts[0].name: Invalid value: "disk": must not already exist in volumeDevices`,
  ],
]);
