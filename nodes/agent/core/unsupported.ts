/** Parts of a pod that the agent does not carry out yet. Each is told once per pod, never passed over in silence. */
import type { Container as PodContainer, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type CheckSource, checkActionOf } from './check-action.ts';
import type { EventDraft } from './operation.ts';

const podFeatures: readonly (readonly [what: string, used: (pod: Pod) => boolean])[] = [
  ['spec.runtimeClassName', ({ spec }) => (spec?.runtimeClassName ?? '') !== ''],
  ['spec.imagePullSecrets', ({ spec }) => (spec?.imagePullSecrets ?? []).length > 0],
  ['spec.resourceClaims', ({ spec }) => (spec?.resourceClaims ?? []).length > 0],
  ['spec.hostUsers: false', ({ spec }) => spec?.hostUsers === false],
  ['spec.setHostnameAsFQDN', ({ spec }) => spec?.setHostnameAsFQDN === true],
];

const containerFeatures: readonly (readonly [what: string, used: (container: PodContainer) => boolean])[] = [
  [
    'lifecycle.postStart with a port that the container does not name',
    ({ lifecycle, ...rest }) => isUnknown(lifecycle?.postStart, rest),
  ],
  [
    'lifecycle.preStop with a port that the container does not name',
    ({ lifecycle, ...rest }) => isUnknown(lifecycle?.preStop, rest),
  ],
  [
    'startupProbe with a port that the container does not name',
    (container) => isUnknown(container.startupProbe, container),
  ],
  [
    'livenessProbe with a port that the container does not name',
    (container) => isUnknown(container.livenessProbe, container),
  ],
  [
    'readinessProbe with a port that the container does not name',
    (container) => isUnknown(container.readinessProbe, container),
  ],
];

/** Given, but not to be carried out: ports that the container does not name. */
function isUnknown(source: CheckSource | undefined, container: PodContainer): boolean {
  return source !== undefined && checkActionOf(source, container, '') === undefined;
}

export function unsupportedOf(pod: Pod): readonly EventDraft[] {
  const ofPod = podFeatures.filter(([, used]) => used(pod)).map(([what]) => eventOf(what));
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const ofContainers = containers.flatMap((container) =>
    containerFeatures.filter(([, used]) => used(container)).map(([what]) => eventOf(what, container.name)),
  );
  return [...ofPod, ...ofContainers];
}

function eventOf(what: string, container?: string): EventDraft {
  return {
    key: `unsupported/${container ?? ''}/${what}`,
    severity: 'Warning',
    reason: 'NotSupported',
    message: `${what} is not built yet and has no effect`,
    ...(container === undefined ? {} : { container }),
  };
}
