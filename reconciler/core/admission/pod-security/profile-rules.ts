/** Rules about the profiles that confine a container's system calls: AppArmor and seccomp, fields and annotations. */
import {
  containersOf,
  containersWhere,
  counted,
  distinct,
  namedContainers,
  quoted,
  type Rule,
  type Setters,
  settersOf,
  settersText,
  type Subject,
  type Violation,
} from './check.ts';

const confined = ['RuntimeDefault', 'Localhost'];
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';
const seccompPodAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

export const appArmorProfile: Rule = (subject) => {
  const setters = settersOf(
    subject,
    ({ appArmorProfile: profile }) => profile?.type,
    (type) => !confined.includes(type),
  );
  const annotations = Object.entries(subject.annotations)
    .filter(([key, value]) => key.startsWith(appArmorPrefix) && !confinedByAppArmor(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const values = [...distinct(setters.values), ...annotations];
  if (values.length === 0) return undefined;
  const who = [
    settersText(setters),
    annotations.length === 0 ? '' : counted('annotation', 'annotations', annotations.length),
  ].filter((part) => part !== '');
  return {
    reason: counted('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

function confinedByAppArmor(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/');
}

/** Up to 1.18, when profiles stood in annotations. */
export const seccompAnnotations: Rule = (subject) => {
  const keys = [
    seccompPodAnnotation,
    ...containersOf(subject).map(({ name }) => `${seccompContainerPrefix}${name}`),
  ];
  const forbidden = distinct(
    keys.flatMap((key) => {
      const value = subject.annotations[key];
      return value === undefined || confinedBySeccomp(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  if (forbidden.length === 0) return undefined;
  const what = counted('annotation', 'annotations', forbidden.length);
  return { reason: 'seccompProfile', detail: `forbidden ${what} ${forbidden.join(', ')}` };
};

function confinedBySeccomp(value: string): boolean {
  return value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');
}

function unconfined(subject: Subject): Setters<string> {
  return settersOf(
    subject,
    ({ seccompProfile: profile }) => profile?.type,
    (type) => !confined.includes(type),
  );
}

function forbiddenProfile(setters: Setters<string>): Violation | undefined {
  if (setters.values.length === 0) return undefined;
  const types = quoted(distinct(setters.values));
  return {
    reason: 'seccompProfile',
    detail: `${settersText(setters)} must not set securityContext.seccompProfile.type to ${types}`,
  };
}

/** A profile, if any is named, confines. */
export const seccompProfile: Rule = (subject) => forbiddenProfile(unconfined(subject));

/** Every container has a profile, its own or its pod's. */
export const seccompProfileRequired: Rule = (subject) => {
  const forbidden = forbiddenProfile(unconfined(subject));
  if (forbidden !== undefined) return forbidden;
  if (subject.spec.securityContext?.seccompProfile !== undefined) return undefined;
  const without = containersWhere(
    subject,
    ({ securityContext }) => securityContext?.seccompProfile === undefined,
  );
  if (without.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${namedContainers(without)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
};
