/** What a check of the Pod Security Standards is, and how it says who broke it. */
import type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  SecurityContext,
} from '../../../../schemas/kubernetes/types/core-v1.ts';

/** What is judged: a pod, or what a workload's template makes of it. */
export interface Subject {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

export interface Violation {
  /** What is forbidden, the same words for every pod. */
  readonly reason: string;
  /** Who of this pod does it. */
  readonly detail: string;
}

export type Rule = (subject: Subject) => Violation | undefined;

/** One check. From each of its versions on another rule may count; before the first there is none. */
export interface Check {
  /** Kubernetes' id. */
  readonly id: string;
  readonly versions: readonly CheckVersion[];
}

interface CheckVersion {
  /** Minor of the first Kubernetes version with this rule. */
  readonly since: number;
  readonly rule: Rule;
  /** `latest` does not have it: only a namespace that names this version or a later one. */
  readonly onlyNamed?: true;
  /** The laxer check which this one makes superfluous. */
  readonly replaces?: string;
}

export type AnyContainer = Container | EphemeralContainer;

/** All containers of a pod, in the order in which messages name them. */
export function containersOf({ spec }: Subject): readonly AnyContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** Names of the containers of which `bad` is true. */
export function containersWhere(
  subject: Subject,
  bad: (container: AnyContainer) => boolean,
): readonly string[] {
  return containersOf(subject)
    .filter(bad)
    .map(({ name }) => name);
}

/** `"a", "b"` */
export function quoted(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(', ');
}

/** The first word for one, the second for any other number. */
export function counted(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

/** `container "a"` or `containers "a", "b"` */
export function namedContainers(names: readonly string[]): string {
  return `${counted('container', 'containers', names.length)} ${quoted(names)}`;
}

/** Each value once, sorted. */
export function distinct(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort();
}

/** Who sets something: the pod for all of its containers, and containers for themselves. */
export interface Setters<T> {
  readonly pod: boolean;
  readonly containers: readonly string[];
  readonly values: readonly T[];
}

/** Those that set a field which pods and containers both have to a value that is `bad`. */
export function settersOf<T>(
  subject: Subject,
  field: (context: PodSecurityContext | SecurityContext) => T | undefined,
  bad: (value: T) => boolean,
): Setters<T> {
  const values: T[] = [];
  const isBad = (context: PodSecurityContext | SecurityContext | undefined): boolean => {
    const value = context === undefined ? undefined : field(context);
    if (value === undefined || !bad(value)) return false;
    values.push(value);
    return true;
  };
  const pod = isBad(subject.spec.securityContext);
  const containers = containersWhere(subject, ({ securityContext }) => isBad(securityContext));
  return { pod, containers, values };
}

/** `pod and containers "a", "b"`; empty where nobody sets it. */
export function settersText({ pod, containers }: Omit<Setters<unknown>, 'values'>): string {
  const parts = pod ? ['pod'] : [];
  return (containers.length === 0 ? parts : [...parts, namedContainers(containers)]).join(' and ');
}
