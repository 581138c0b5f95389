/** The baseline level of the Pod Security Standards: what is known to break out of a container. By id, as messages go. */
import type {
  Probe,
  LifecycleHandler,
  SELinuxOptions,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
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
import { appArmorProfile, seccompAnnotations, seccompProfile } from './profile-rules.ts';

/** Capabilities that container runtimes give anyway. */
const defaultCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const capabilities: Rule = (subject) => {
  const added = ({ securityContext }: AnyContainer): readonly string[] =>
    (securityContext?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name));
  const bad = containersWhere(subject, (container) => added(container).length > 0);
  if (bad.length === 0) return undefined;
  const names = distinct(containersOf(subject).flatMap(added));
  return {
    reason: 'non-default capabilities',
    detail: `${namedContainers(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: Rule = ({ spec }) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
};

const hostPathVolumes: Rule = ({ spec }) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return {
    reason: 'hostPath volumes',
    detail: `${counted('volume', 'volumes', names.length)} ${quoted(names)}`,
  };
};

const hostPorts: Rule = (subject) => {
  const portsOf = ({ ports = [] }: AnyContainer): readonly string[] =>
    ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));
  const bad = containersWhere(subject, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = distinct(containersOf(subject).flatMap(portsOf));
  const uses = `${counted('uses', 'use', bad.length)} ${counted('hostPort', 'hostPorts', ports.length)}`;
  return { reason: 'hostPort', detail: `${namedContainers(bad)} ${uses} ${ports.join(', ')}` };
};

/** Hosts that probes and hooks name: the kubelet would connect there from the node's network. */
function hostsOf(container: AnyContainer): readonly string[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? ''])
    .filter((host) => host !== '');
}

const hostProbesAndHostLifecycle: Rule = (subject) => {
  const bad = distinct(containersWhere(subject, (container) => hostsOf(container).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = distinct(containersOf(subject).flatMap(hostsOf));
  const what = counted('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length);
  return {
    reason: 'probe or lifecycle host',
    detail: `${namedContainers(bad)} ${counted('uses', 'use', bad.length)} ${what} ${quoted(hosts)}`,
  };
};

const privileged: Rule = (subject) => {
  const bad = containersWhere(subject, ({ securityContext }) => securityContext?.privileged === true);
  if (bad.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${namedContainers(bad)} must not set securityContext.privileged=true`,
  };
};

/** Also what the restricted level says, without the exception for pods in a user namespace. */
export const procMount: Rule = (subject) => {
  const typeOf = ({ securityContext }: AnyContainer): string => securityContext?.procMount ?? 'Default';
  const bad = containersWhere(subject, (container) => typeOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = distinct(
    containersOf(subject)
      .map(typeOf)
      .filter((type) => type !== 'Default'),
  );
  return {
    reason: 'procMount',
    detail: `${namedContainers(bad)} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

/** Root of a user namespace is nobody on the node. */
export function unlessUserNamespace(rule: Rule): Rule {
  return (subject) => (subject.spec.hostUsers === false ? undefined : rule(subject));
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

function seLinuxOptions(types: readonly string[]): Rule {
  const badType = ({ type = '' }: SELinuxOptions): boolean => !types.includes(type);
  const set = (text: string | undefined): boolean => (text ?? '') !== '';
  return (subject) => {
    const setters = settersOf(
      subject,
      ({ seLinuxOptions: options }) => options,
      (options) => badType(options) || set(options.user) || set(options.role),
    );
    const { values } = setters;
    if (values.length === 0) return undefined;
    const forbidden = distinct(values.filter(badType).map(({ type = '' }) => type));
    const faults = [
      ...(forbidden.length === 0
        ? []
        : [`${counted('type', 'types', forbidden.length)} ${quoted(forbidden)}`]),
      ...(values.some(({ user }) => set(user)) ? ['user may not be set'] : []),
      ...(values.some(({ role }) => set(role)) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${settersText(setters)} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}`,
    };
  };
}

const sysctls10 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
];
const sysctls27 = [...sysctls10, 'net.ipv4.ip_local_reserved_ports'];
const sysctls29 = [
  ...sysctls27,
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
];
const sysctls32 = [...sysctls29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

function sysctls(safe: readonly string[]): Rule {
  return ({ spec }) => {
    const names = (spec.securityContext?.sysctls ?? [])
      .map(({ name }) => name)
      .filter((name) => !safe.includes(name));
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
  };
}

const windowsHostProcess: Rule = (subject) => {
  const setters = settersOf(
    subject,
    ({ windowsOptions }) => windowsOptions?.hostProcess,
    (hostProcess) => hostProcess,
  );
  if (setters.values.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${settersText(setters)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
};

export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', versions: [{ since: 0, rule: appArmorProfile }] },
  { id: 'capabilities_baseline', versions: [{ since: 0, rule: capabilities }] },
  { id: 'hostNamespaces', versions: [{ since: 0, rule: hostNamespaces }] },
  { id: 'hostPathVolumes', versions: [{ since: 0, rule: hostPathVolumes }] },
  { id: 'hostPorts', versions: [{ since: 0, rule: hostPorts }] },
  // What ran under `latest` before 1.34, Kubernetes' own conformance tests of hooks among it, goes on running.
  {
    id: 'hostProbesAndHostLifecycle',
    versions: [{ since: 34, rule: hostProbesAndHostLifecycle, onlyNamed: true }],
  },
  { id: 'privileged', versions: [{ since: 0, rule: privileged }] },
  {
    id: 'procMount',
    versions: [
      { since: 0, rule: procMount },
      { since: 35, rule: unlessUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, rule: seLinuxOptions(seLinuxTypes) },
      { since: 31, rule: seLinuxOptions([...seLinuxTypes, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, rule: seccompAnnotations },
      { since: 19, rule: seccompProfile },
    ],
  },
  {
    id: 'sysctls',
    versions: [
      { since: 0, rule: sysctls(sysctls10) },
      { since: 27, rule: sysctls(sysctls27) },
      { since: 29, rule: sysctls(sysctls29) },
      { since: 32, rule: sysctls(sysctls32) },
    ],
  },
  { id: 'windowsHostProcess', versions: [{ since: 0, rule: windowsHostProcess }] },
];
