import { accepts, containerWith, podWith, refuses } from './constraint-trial.ts';

const at = 'spec.containers[0].securityContext';
const container = (securityContext: object): object => containerWith({ securityContext });
const pod = (securityContext: object): object => podWith({ securityContext });
const ids = 'must be between 0 and 2147483647, inclusive';
const types = 'supported values: "Localhost", "RuntimeDefault", "Unconfined"';

refuses('security contexts of containers', container, [
  [{ runAsUser: -1 }, `${at}.runAsUser: Invalid value: -1: ${ids}`],
  [{ runAsGroup: 2147483648 }, `${at}.runAsGroup: Invalid value: 2147483648: ${ids}`],
  [
    { procMount: 'Some' },
    `${at}.procMount: Unsupported value: "Some": supported values: "Default", "Unmasked"`,
  ],
  [
    { procMount: 'Unmasked' },
    `${at}.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
  ],
  [
    { allowPrivilegeEscalation: false, privileged: true },
    `${at}: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
  ],
  [
    { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } },
    `${at}: Invalid value: {"allowPrivilegeEscalation":false,"capabilities":{"add":["CAP_SYS_ADMIN"]}}: cannot set \`allowPrivilegeEscalation\` to false and \`capabilities.Add\` CAP_SYS_ADMIN`,
  ],
  [
    { seccompProfile: { type: '' } },
    `${at}.seccompProfile.type: Required value: type is required when seccompProfile is set`,
  ],
  [{ seccompProfile: { type: 'Some' } }, `${at}.seccompProfile.type: Unsupported value: "Some": ${types}`],
  [
    { seccompProfile: { type: 'Localhost' } },
    `${at}.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`,
  ],
  [
    { seccompProfile: { type: 'Localhost', localhostProfile: '/a' } },
    `${at}.seccompProfile.localhostProfile: Invalid value: "/a": must be a relative path`,
  ],
  [
    { seccompProfile: { type: 'Unconfined', localhostProfile: 'a' } },
    `${at}.seccompProfile.localhostProfile: Invalid value: {"type":"Unconfined","localhostProfile":"a"}: can only be set when seccomp type is Localhost`,
  ],
  [
    { appArmorProfile: { type: 'Localhost' } },
    `${at}.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost`,
  ],
  [
    { appArmorProfile: { type: 'Localhost', localhostProfile: ' a' } },
    `${at}.appArmorProfile.localhostProfile: Invalid value: " a": must not be padded with whitespace`,
  ],
  [
    { appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'a' } },
    `${at}.appArmorProfile.localhostProfile: Invalid value: "a": can only be set when AppArmor type is Localhost`,
  ],
  [
    { windowsOptions: { runAsUserName: '' } },
    `${at}.windowsOptions.runAsUserName: Invalid value: "": runAsUserName cannot be an empty string`,
  ],
  [
    { windowsOptions: { runAsUserName: 'a\\b\\c' } },
    `${at}.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash`,
  ],
  [
    { windowsOptions: { gmsaCredentialSpec: '' } },
    `${at}.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string`,
  ],
]);

accepts('restricted and privileged containers', container, [
  {
    runAsNonRoot: true,
    runAsUser: 1000,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
  { privileged: true },
  { appArmorProfile: { type: 'Localhost', localhostProfile: 'a' } },
]);

refuses('security contexts of pods', pod, [
  [{ fsGroup: -1 }, `spec.securityContext.fsGroup: Invalid value: -1: ${ids}`],
  [{ supplementalGroups: [1, -1] }, `spec.securityContext.supplementalGroups[1]: Invalid value: -1: ${ids}`],
  [
    { fsGroupChangePolicy: 'Never' },
    'spec.securityContext.fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch"',
  ],
  [
    { supplementalGroupsPolicy: 'Some' },
    'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "Some": supported values: "Merge", "Strict"',
  ],
  [
    { seLinuxChangePolicy: 'Some' },
    'spec.securityContext.seLinuxChangePolicy: Unsupported value: "Some": supported values: "MountOption", "Recursive"',
  ],
  [{ sysctls: [{ name: '', value: '1' }] }, 'spec.securityContext.sysctls[0].name: Required value'],
  [
    { sysctls: [{ name: 'Net.a', value: '1' }] },
    'spec.securityContext.sysctls[0].name: Invalid value: "Net.a": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
  ],
  [
    {
      sysctls: [
        { name: 'net.a', value: '1' },
        { name: 'net.a', value: '2' },
      ],
    },
    'spec.securityContext.sysctls[1].name: Duplicate value: "net.a"',
  ],
]);

refuses('namespaces that are shared with the host', podWith, [
  [
    { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.ipv4.a', value: '1' }] } },
    `spec.securityContext.sysctls[0].name: Invalid value: "net.ipv4.a": may not be specified when 'hostNetwork' is true`,
  ],
  [
    { hostIPC: true, securityContext: { sysctls: [{ name: 'kernel.shmmax', value: '1' }] } },
    `spec.securityContext.sysctls[0].name: Invalid value: "kernel.shmmax": may not be specified when 'hostIPC' is true`,
  ],
  [
    { hostPID: true, shareProcessNamespace: true },
    'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
  ],
  [
    { hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true },
    'spec.HostIPC: Forbidden: when `pod.Spec.HostUsers` is false',
    'spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false',
    'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
  ],
]);

refuses('operating systems', podWith, [
  [{ os: { name: '' } }, 'spec.os.name: Required value: cannot be empty'],
  [{ os: { name: 'plan9' } }, 'spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
  [
    { os: { name: 'linux' }, securityContext: { windowsOptions: {} } },
    'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
  ],
  [
    { os: { name: 'windows' }, hostPID: true, securityContext: { runAsUser: 1 } },
    'spec.hostPID: Forbidden: cannot be set for a windows pod',
    'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
  ],
  [
    { securityContext: { windowsOptions: { hostProcess: true } } },
    'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
  ],
]);
