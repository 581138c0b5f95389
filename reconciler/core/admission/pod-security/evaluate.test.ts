import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { violationsOf } from './evaluate.ts';
import type { LevelVersion } from './policy.ts';

const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

function told(spec: object, at: LevelVersion, annotations: Readonly<Record<string, string>> = {}): string[] {
  const whole = { containers: [{ name: 'a' }], ...spec } as PodSpec;
  return violationsOf({ annotations, spec: whole }, at).map(({ reason, detail }) => `${reason} | ${detail}`);
}

function baseline(minor: LevelVersion['minor'] = 'latest'): LevelVersion {
  return { level: 'baseline', minor };
}

/** With a container that only what `securityContext` adds can make the level complain about. */
function secured(securityContext: object, name = 'a'): object {
  return { name, securityContext: { ...hardened, ...securityContext } };
}

interface Case {
  readonly what: string;
  readonly spec: object;
  readonly at: LevelVersion;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const both = (one: object): object => ({
  containers: [{ name: 'a', ...one }],
  initContainers: [{ name: 'i', ...one }],
});
const appArmor = 'container.apparmor.security.beta.kubernetes.io/a';

const baselineCases: readonly Case[] = [
  { what: 'a plain pod', spec: {}, at: baseline(), says: [] },
  {
    what: 'AppArmor of fields and annotations',
    spec: { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    annotations: { [appArmor]: 'unconfined' },
    at: baseline(),
    says: [
      `forbidden AppArmor profiles | pod and annotation must not set AppArmor profile type to "Unconfined", "${appArmor}="unconfined""`,
    ],
  },
  {
    what: 'capabilities',
    spec: both({ securityContext: { capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } } }),
    at: baseline(),
    says: [
      'non-default capabilities | containers "i", "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add',
    ],
  },
  {
    what: 'namespaces of the host',
    spec: { hostNetwork: true, hostIPC: true, hostPID: true },
    at: baseline(),
    says: ['host namespaces | hostNetwork=true, hostPID=true, hostIPC=true'],
  },
  {
    what: 'paths of the host',
    spec: {
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', emptyDir: {} },
      ],
    },
    at: baseline(),
    says: ['hostPath volumes | volume "v"'],
  },
  {
    what: 'ports of the host',
    spec: both({
      ports: [
        { containerPort: 80, hostPort: 80 },
        { containerPort: 81, hostPort: 8080 },
      ],
    }),
    at: baseline(),
    says: ['hostPort | containers "i", "a" use hostPorts 80, 8080'],
  },
  {
    what: 'hosts of probes',
    spec: {
      containers: [
        {
          name: 'a',
          livenessProbe: { httpGet: { host: 'b', port: 80 } },
          lifecycle: { preStop: { tcpSocket: { host: 'c', port: 80 } } },
        },
      ],
    },
    at: baseline(34),
    says: ['probe or lifecycle host | container "a" uses probe or lifecycle hosts "b", "c"'],
  },
  {
    what: 'hosts of probes, which 1.33 did not judge',
    spec: { containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'b', port: 80 } } }] },
    at: baseline(33),
    says: [],
  },
  {
    what: 'hosts of probes, which only a version that is named forbids',
    spec: { containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'b', port: 80 } } }] },
    at: baseline(),
    says: [],
  },
  {
    what: 'privileged ephemeral containers',
    spec: { ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }] },
    at: baseline(),
    says: ['privileged | container "debug" must not set securityContext.privileged=true'],
  },
  {
    what: '/proc unmasked',
    spec: { containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] },
    at: baseline(),
    says: ['procMount | container "a" must not set securityContext.procMount to "Unmasked"'],
  },
  {
    what: '/proc unmasked in a user namespace',
    spec: { hostUsers: false, containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] },
    at: baseline(35),
    says: [],
  },
  {
    what: '/proc unmasked in a user namespace, as 1.34 judged it',
    spec: { hostUsers: false, containers: [{ name: 'a', securityContext: { procMount: 'Unmasked' } }] },
    at: baseline(34),
    says: ['procMount | container "a" must not set securityContext.procMount to "Unmasked"'],
  },
  {
    what: 'SELinux',
    spec: {
      securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } },
      containers: [{ name: 'a', securityContext: { seLinuxOptions: { role: 'r', type: 'container_t' } } }],
    },
    at: baseline(),
    says: [
      'seLinuxOptions | pod and container "a" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set',
    ],
  },
  {
    what: "SELinux's type of 1.31",
    spec: { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } },
    at: baseline(30),
    says: ['seLinuxOptions | pod set forbidden securityContext.seLinuxOptions: type "container_engine_t"'],
  },
  {
    what: 'seccomp',
    spec: {
      securityContext: { seccompProfile: { type: 'Unconfined' } },
      containers: [{ name: 'a', securityContext: { seccompProfile: { type: 'Unconfined' } } }],
    },
    at: baseline(),
    says: [
      'seccompProfile | pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined"',
    ],
  },
  {
    what: 'seccomp as annotations, before 1.19',
    spec: { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' },
    at: baseline(18),
    says: ['seccompProfile | forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined"'],
  },
  {
    what: 'sysctls',
    spec: { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }, { name: 'kernel.msgmax' }] } },
    at: baseline(),
    says: ['forbidden sysctls | kernel.msgmax'],
  },
  {
    what: 'sysctls that 1.31 did not know as safe',
    spec: { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem' }] } },
    at: baseline(31),
    says: ['forbidden sysctls | net.ipv4.tcp_rmem'],
  },
  {
    what: 'processes of a Windows host',
    spec: {
      securityContext: { windowsOptions: { hostProcess: true } },
      containers: [{ name: 'a', securityContext: { windowsOptions: { hostProcess: true } } }],
    },
    at: baseline(),
    says: [
      'hostProcess | pod and container "a" must not set securityContext.windowsOptions.hostProcess=true',
    ],
  },
];

const restricted: LevelVersion = { level: 'restricted', minor: 'latest' };

const restrictedCases: readonly Case[] = [
  { what: 'a hardened pod', spec: { containers: [secured({})] }, at: restricted, says: [] },
  {
    what: 'a plain pod',
    spec: {},
    at: restricted,
    says: [
      'allowPrivilegeEscalation != false | container "a" must set securityContext.allowPrivilegeEscalation=false',
      'unrestricted capabilities | container "a" must set securityContext.capabilities.drop=["ALL"]',
      'runAsNonRoot != true | pod or container "a" must set securityContext.runAsNonRoot=true',
      'seccompProfile | pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
    ],
  },
  {
    what: 'a plain pod of Windows',
    spec: { os: { name: 'windows' } },
    at: restricted,
    says: ['runAsNonRoot != true | pod or container "a" must set securityContext.runAsNonRoot=true'],
  },
  {
    what: 'a plain pod as 1.18 judged it',
    spec: {},
    at: { level: 'restricted', minor: 18 },
    says: [
      'allowPrivilegeEscalation != false | container "a" must set securityContext.allowPrivilegeEscalation=false',
      'runAsNonRoot != true | pod or container "a" must set securityContext.runAsNonRoot=true',
    ],
  },
  {
    what: 'capabilities, told once',
    spec: {
      containers: [secured({ capabilities: { add: ['NET_BIND_SERVICE', 'SYS_TIME'], drop: ['ALL'] } })],
    },
    at: restricted,
    says: [
      'unrestricted capabilities | container "a" must not include "SYS_TIME" in securityContext.capabilities.add',
    ],
  },
  {
    what: '/proc unmasked, in a user namespace too',
    spec: { hostUsers: false, containers: [secured({ procMount: 'Unmasked' })] },
    at: restricted,
    says: ['procMount | container "a" must not set securityContext.procMount to "Unmasked"'],
  },
  {
    what: 'volumes',
    spec: {
      containers: [secured({})],
      volumes: [
        { name: 'v', hostPath: { path: '/' } },
        { name: 'w', nfs: { server: 's', path: '/' } },
        { name: 'x', configMap: { name: 'c' } },
      ],
    },
    at: restricted,
    says: ['restricted volume types | volumes "v", "w" use restricted volume types "hostPath", "nfs"'],
  },
  {
    what: 'root, said by the pod and a container',
    spec: {
      securityContext: { runAsNonRoot: false, runAsUser: 0 },
      containers: [secured({ runAsNonRoot: false, runAsUser: 0 }), secured({}, 'b')],
    },
    at: restricted,
    says: [
      'runAsNonRoot != true | pod and container "a" must not set securityContext.runAsNonRoot=false',
      'runAsUser=0 | pod and container "a" must not set runAsUser=0',
    ],
  },
  {
    what: 'root of a user namespace',
    spec: { hostUsers: false, containers: [secured({ runAsNonRoot: false, runAsUser: 0 })] },
    at: restricted,
    says: [],
  },
  {
    what: "the pod's word for its containers",
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost', localhostProfile: 'p' } },
      containers: [
        {
          name: 'a',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
    at: restricted,
    says: [],
  },
];

for (const { what, spec, at, annotations, says } of [...baselineCases, ...restrictedCases])
  test(`${at.level} and ${what}`, () => {
    assert.deepEqual(told(spec, at, annotations), says);
  });
