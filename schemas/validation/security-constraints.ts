/** Security contexts of pods and containers, and what each operating system has no meaning for. */
import { core } from './definition-names.ts';
import type { FieldPath } from './field-path.ts';
import { podSpecOf } from './handler-constraints.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, textOf } from './loose.ts';
import type { Check, Constraints, DefinitionConstraints, Reporter, Rule } from './rule.ts';

const id: Rule = { min: 0, max: 2147483647 };
const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const profilePathBytesMax = 4095;
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const sysctlRule =
  'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctlCharactersMax = 253;

const seccompProfile: Check = (profile, report) => {
  const { type, localhostProfile } = profile;
  if (type === 'Localhost') {
    if (isEmpty(localhostProfile))
      report.required(['localhostProfile'], 'must be set when seccomp type is Localhost');
    report.format(['localhostProfile'], localhostProfile, 'relativePath');
  } else if (localhostProfile !== undefined && localhostProfile !== null) {
    report.invalid(['localhostProfile'], profile, 'can only be set when seccomp type is Localhost');
  }
};

const appArmorProfile: Check = (profile, report) => {
  const { type } = profile;
  const path = textOf(profile['localhostProfile']);
  if (type !== 'Localhost') {
    if (path !== undefined && profileTypes.includes(textOf(type) ?? ''))
      report.invalid(['localhostProfile'], path, 'can only be set when AppArmor type is Localhost');
    return;
  }
  if (path === undefined || path === '')
    report.required(['localhostProfile'], 'must be set when AppArmor type is Localhost');
  else if (path !== path.trim())
    report.invalid(['localhostProfile'], path, 'must not be padded with whitespace');
  if ((path ?? '').length > profilePathBytesMax) report.tooLong(['localhostProfile'], profilePathBytesMax);
};

/** A process that may not gain privileges cannot begin with all of them. */
const escalation: Check = (context, report) => {
  if (context['allowPrivilegeEscalation'] !== false) return;
  if (context['privileged'] === true) {
    const rule = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    report.invalid([], context, rule);
  }
  const added = fieldsOf(context['capabilities'])['add'];
  if (Array.isArray(added) && added.includes('CAP_SYS_ADMIN')) {
    const rule = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    report.invalid([], context, rule);
  }
};

const unmasked: Check = (context, report, ancestors) => {
  if (context['procMount'] === 'Unmasked' && podSpecOf(ancestors)?.['hostUsers'] !== false)
    report.invalid(['procMount'], 'Unmasked', '`hostUsers` must be false to use `Unmasked`');
};

/** Kernel parameters by the namespace that holds them. */
function sysctlNamespace(name: string): 'net' | 'ipc' | undefined {
  const dotted = name.replaceAll('/', '.');
  if (dotted.startsWith('net.')) return 'net';
  const ipc = /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(dotted);
  return ipc ? 'ipc' : undefined;
}

const sysctls: Check = (context, report, ancestors) => {
  const spec = podSpecOf(ancestors) ?? {};
  const seen = new Set<string>();
  for (const [index, sysctl] of itemsOf(context['sysctls'])) {
    const name = textOf(sysctl['name']) ?? '';
    const path = ['sysctls', index, 'name'];
    if (name === '') continue;
    if (name.length > sysctlCharactersMax || !sysctlPattern.test(name))
      report.invalid(path, name, sysctlRule);
    else if (seen.has(name)) report.duplicate(path, name);
    seen.add(name);
    const namespace = sysctlNamespace(name);
    if (namespace === 'net' && spec['hostNetwork'] === true)
      report.invalid(path, name, "may not be specified when 'hostNetwork' is true");
    if (namespace === 'ipc' && spec['hostIPC'] === true)
      report.invalid(path, name, "may not be specified when 'hostIPC' is true");
  }
};

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];

/** Every container of a pod with its path. */
export function containersOf(spec: Fields): readonly (readonly [readonly [string, number], Fields])[] {
  return containerLists.flatMap((list) =>
    itemsOf(spec[list]).map(([index, container]) => [[list, index], container] as const),
  );
}

/** Fields that say something to Linux alone: of a pod, of its security context, of a container's. */
const linuxPodFields = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'];
const linuxPodContext = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const linuxContainerContext = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

function forbidSet(
  value: Fields,
  fields: readonly string[],
  path: FieldPath,
  why: string,
  report: Reporter,
): void {
  for (const field of fields) {
    if (!isEmpty(value[field]) && value[field] !== false) report.forbidden([...path, field], why);
  }
}

/** Pods that name their operating system may not set what only the other one has. */
export const operatingSystem: Check = (spec, report) => {
  const { name } = fieldsOf(spec['os']);
  if (name !== 'linux' && name !== 'windows') return;
  const windows = name === 'windows';
  const why = windows ? 'cannot be set for a windows pod' : 'windows options cannot be set for a linux pod';
  if (windows) forbidSet(spec, linuxPodFields, [], why, report);
  const pod = fieldsOf(spec['securityContext']);
  forbidSet(pod, windows ? linuxPodContext : ['windowsOptions'], ['securityContext'], why, report);
  for (const [path, container] of containersOf(spec)) {
    const context = fieldsOf(container['securityContext']);
    const fields = windows ? linuxContainerContext : ['windowsOptions'];
    forbidSet(context, fields, [...path, 'securityContext'], why, report);
  }
};

/** A pod with a user namespace of its own shares no other namespace with its host. */
export const hostNamespaces: Check = (spec, report) => {
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const rule = 'ShareProcessNamespace and HostPID cannot both be enabled';
    report
      .showing(['securityContext', 'shareProcessNamespace'])
      .invalid(['shareProcessNamespace'], true, rule);
  }
  if (spec['hostUsers'] !== false) return;
  for (const [field, name] of [
    ['hostNetwork', 'hostNetwork'],
    ['hostPID', 'HostPID'],
    ['hostIPC', 'HostIPC'],
  ] as const) {
    if (spec[field] === true) report.showing([name]).forbidden([field], 'when `pod.Spec.HostUsers` is false');
  }
};

const controlCharacter = /\p{Cc}/u;
const netBiosDomain = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsDomain =
  /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** What is wrong with a Windows user name, with or without its domain. */
function userNameProblem(name: string): string | undefined {
  if (name === '') return 'runAsUserName cannot be an empty string';
  if (controlCharacter.test(name)) return 'runAsUserName cannot contain control characters';
  const parts = name.split('\\');
  if (parts.length > 2) return 'runAsUserName cannot contain more than one backslash';
  const [user = '', domain] = parts.toReversed();
  if ((domain ?? '').length >= 256) return "runAsUserName's Domain length must be under 256 characters";
  if (domain !== undefined && !netBiosDomain.test(domain) && !dnsDomain.test(domain))
    return "runAsUserName's Domain doesn't match the NetBios nor the DNS format";
  if (user === '') return "runAsUserName's User cannot be empty";
  if (user.length > 104) return "runAsUserName's User length must not be longer than 104 characters";
  if (/^[. ]+$/.test(user)) return "runAsUserName's User cannot contain only periods or spaces";
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    return 'runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]';
  return undefined;
}

const credentialSpecBytesMax = 64 * 1024;

const windowsOptions: Check = (options, report) => {
  report.format(['gmsaCredentialSpecName'], options['gmsaCredentialSpecName'], 'dns1123Subdomain');
  const spec = textOf(options['gmsaCredentialSpec']);
  if (spec === '')
    report.invalid(['gmsaCredentialSpec'], spec, 'gmsaCredentialSpec cannot be an empty string');
  else if (spec !== undefined && spec.length > credentialSpecBytesMax)
    report.invalid(['gmsaCredentialSpec'], spec, 'gmsaCredentialSpec size must be under 64 KiB');
  const user = textOf(options['runAsUserName']);
  const wrong = user === undefined ? undefined : userNameProblem(user);
  if (wrong !== undefined) report.invalid(['runAsUserName'], user, wrong);
};

/** Windows' host processes: all containers or none, and always on the host's network. */
export const hostProcesses: Check = (spec, report) => {
  const inherited = isHostProcess(spec);
  let count = 0;
  const containers = containersOf(spec);
  for (const [path, container] of containers) {
    const own = isHostProcess(container);
    if (own !== undefined && inherited !== undefined && own !== inherited) {
      const rule = `pod hostProcess value must be identical if both are specified, was ${String(inherited)}`;
      report.invalid([...path, 'securityContext', 'windowsOptions', 'hostProcess'], own, rule);
    }
    if (own ?? inherited) count++;
  }
  if (count === 0) return;
  if (count !== containers.length) {
    const rule =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    report.invalid([], '', rule);
  }
  if (spec['hostNetwork'] !== true)
    report.invalid(
      ['hostNetwork'],
      false,
      'hostNetwork must be true if pod contains any hostProcess containers',
    );
};

function isHostProcess(bearer: Fields): boolean | undefined {
  const options = fieldsOf(bearer['securityContext'])['windowsOptions'];
  const value = isFields(options) ? options['hostProcess'] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}

const profile = (kind: string, check: Check): DefinitionConstraints => ({
  fields: { type: { required: `type is required when ${kind} is set`, oneOf: profileTypes } },
  checks: [check],
});

export const securityConstraints: Constraints = {
  [core('SecurityContext')]: {
    fields: { runAsUser: id, runAsGroup: id, procMount: { oneOf: ['Default', 'Unmasked'] } },
    checks: [escalation, unmasked],
  },
  [core('PodSecurityContext')]: {
    fields: {
      runAsUser: id,
      runAsGroup: id,
      fsGroup: id,
      supplementalGroups: { items: id },
      fsGroupChangePolicy: { oneOf: ['Always', 'OnRootMismatch'] },
      supplementalGroupsPolicy: { oneOf: ['Merge', 'Strict'] },
      seLinuxChangePolicy: { oneOf: ['MountOption', 'Recursive'] },
    },
    checks: [sysctls],
  },
  [core('Sysctl')]: { fields: { name: { required: true } } },
  [core('SeccompProfile')]: profile('seccompProfile', seccompProfile),
  [core('AppArmorProfile')]: profile('appArmorProfile', appArmorProfile),
  [core('WindowsSecurityContextOptions')]: { checks: [windowsOptions] },
};
