/** An object's two halves, what is desired and what is observed, and which kinds count the changes of the first. */
import type { Namespace, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import { kindKey } from '../model/kind-key.ts';
import type { KubeObject } from '../model/object.ts';

/** The object as `status` and `spec` bearers see it. */
export type Halves = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export function isPod(object: KubeObject): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}

export function isService(object: KubeObject): object is Service {
  return object.apiVersion === 'v1' && object.kind === 'Service';
}

export function isNamespace(object: KubeObject): object is Namespace {
  return object.apiVersion === 'v1' && object.kind === 'Namespace';
}

/** Whether the status is written through its own subresource, and kept by every other write. */
export function hasStatusSubresource(info: KindInfo): boolean {
  return info.subresources.some(({ name }) => name === 'status');
}

/** Kinds whose `metadata.generation` counts changes of the desired half, as Kubernetes' strategies have it. */
const counted: ReadonlySet<string> = new Set([
  '/Pod',
  '/ReplicationController',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'berth.dev/Application',
  'berth.dev/Host',
  'discovery.k8s.io/EndpointSlice',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'networking.k8s.io/ServiceCIDR',
  'policy/PodDisruptionBudget',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
]);

export function countsGenerations(info: KindInfo): boolean {
  return isCustom(info) || counted.has(`${info.group}/${info.kind}`);
}

/** Whether a CustomResourceDefinition made this kind. */
export function isCustom(info: KindInfo): boolean {
  return info.definition.startsWith('custom:');
}

/** Everything but metadata and, where it has a subresource of its own, status. */
export function desiredHalf(object: Halves, info: KindInfo): unknown {
  const { metadata: _, status, ...rest } = object;
  return hasStatusSubresource(info) || status === undefined ? rest : { ...rest, status };
}

export function withStatus(object: Halves, status: unknown): Halves {
  if (status !== undefined) return { ...object, status };
  if (object.status === undefined) return object;
  const { status: _, ...rest } = object;
  return rest;
}

/** The fields that are there. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `apps/Deployment`: the kind without its version. */
export function groupKind(object: { readonly apiVersion: string; readonly kind: string }): string {
  return kindKey(object.apiVersion, object.kind);
}
