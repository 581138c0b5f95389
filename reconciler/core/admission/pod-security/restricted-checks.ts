/** The restricted level of the Pod Security Standards: how pods are hardened today. By id, as messages go. */
import type { Volume } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { procMount, unlessUserNamespace } from './baseline-checks.ts';
import {
  type AnyContainer,
  type Check,
  containersOf,
  containersWhere,
  counted,
  distinct,
  namedContainers,
  quoted,
  type Rule,
  settersOf,
  settersText,
} from './check.ts';
import { seccompProfileRequired } from './profile-rules.ts';

/** Windows has none of what the rule is about, and its pods may not name it. */
function unlessWindows(rule: Rule): Rule {
  return (subject) => (subject.spec.os?.name === 'windows' ? undefined : rule(subject));
}

const allowPrivilegeEscalation: Rule = (subject) => {
  const bad = containersWhere(
    subject,
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (bad.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${namedContainers(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  };
};

const capabilities: Rule = (subject) => {
  const keepsSome = ({ securityContext }: AnyContainer): boolean =>
    securityContext?.capabilities?.drop?.includes('ALL') !== true;
  const added = ({ securityContext }: AnyContainer): readonly string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const keeping = containersWhere(subject, keepsSome);
  const adding = containersWhere(subject, (container) => added(container).length > 0);
  const faults: string[] = [];
  if (keeping.length > 0)
    faults.push(`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const names = quoted(distinct(containersOf(subject).flatMap(added)));
    faults.push(`${namedContainers(adding)} must not include ${names} in securityContext.capabilities.add`);
  }
  return faults.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: faults.join('; ') };
};

const allowedVolumes: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** Volume types that messages name; newer ones are `unknown` to the check. */
const restrictedVolumeTypes = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
] as const satisfies readonly (keyof Volume)[];

const restrictedVolumes: Rule = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(
    (volume) => !Object.keys(volume).some((key) => allowedVolumes.has(key)),
  );
  if (bad.length === 0) return undefined;
  const types = distinct(
    bad.map((volume) => restrictedVolumeTypes.find((type) => volume[type] !== undefined) ?? 'unknown'),
  );
  const names = `${counted('volume', 'volumes', bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  const what = counted('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${names} ${counted('uses', 'use', bad.length)} ${what} ${quoted(types)}`,
  };
};

const runAsNonRoot: Rule = (subject) => {
  const reason = 'runAsNonRoot != true';
  const setters = settersOf(
    subject,
    ({ runAsNonRoot: nonRoot }) => nonRoot,
    (nonRoot) => !nonRoot,
  );
  if (setters.values.length > 0)
    return { reason, detail: `${settersText(setters)} must not set securityContext.runAsNonRoot=false` };
  if (subject.spec.securityContext?.runAsNonRoot === true) return undefined;
  const silent = containersWhere(
    subject,
    ({ securityContext }) => securityContext?.runAsNonRoot === undefined,
  );
  if (silent.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true`,
  };
};

const runAsUser: Rule = (subject) => {
  const setters = settersOf(
    subject,
    ({ runAsUser: user }) => user,
    (user) => user === 0,
  );
  if (setters.values.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${settersText(setters)} must not set runAsUser=0` };
};

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    versions: [
      { since: 8, rule: allowPrivilegeEscalation },
      { since: 25, rule: unlessWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    versions: [
      { since: 22, rule: capabilities, replaces: 'capabilities_baseline' },
      { since: 25, rule: unlessWindows(capabilities), replaces: 'capabilities_baseline' },
    ],
  },
  { id: 'procMount_restricted', versions: [{ since: 35, rule: procMount, replaces: 'procMount' }] },
  {
    id: 'restrictedVolumes',
    versions: [{ since: 0, rule: restrictedVolumes, replaces: 'hostPathVolumes' }],
  },
  {
    id: 'runAsNonRoot',
    versions: [
      { since: 0, rule: runAsNonRoot },
      { since: 35, rule: unlessUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    versions: [
      { since: 23, rule: runAsUser },
      { since: 35, rule: unlessUserNamespace(runAsUser) },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    versions: [
      { since: 19, rule: seccompProfileRequired, replaces: 'seccompProfile_baseline' },
      { since: 25, rule: unlessWindows(seccompProfileRequired), replaces: 'seccompProfile_baseline' },
    ],
  },
];
