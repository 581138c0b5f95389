/**
 * What a node may write, beyond what the node authorizer sees in a request's path: its own objects under its own name,
 * nothing that would draw pods or secrets to it, and of pods only those that run on it.
 */
import type { Node, PersistentVolumeClaim, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { ResourceSlice } from '../../../schemas/kubernetes/types/resource-v1.ts';
import { nodeNameOf } from '../authorization/node-authorizer.ts';
import { sameJson } from '../model/json.ts';
import { groupKind } from '../registry/halves.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { certificateSubject } from './certificate-subject.ts';
import { mirrorPodReason } from './mirror-pod.ts';
import { forbiddenNodeLabels } from './node-labels.ts';
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';

/** Why the node may not do it; nothing where it may. */
type NodeRule = (request: AdmissionRequest, node: string) => string | undefined;

const leaseNamespace = 'kube-node-lease';
const kubeletSigners = ['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving'];

/** By `group/Kind`. Other kinds are the authorizer's business alone. */
const rules: Readonly<Record<string, NodeRule>> = {
  '/Node': nodeReason,
  '/PersistentVolumeClaim': claimReason,
  '/Pod': podReason,
  'certificates.k8s.io/CertificateSigningRequest': certificateReason,
  'coordination.k8s.io/Lease': leaseReason,
  'resource.k8s.io/ResourceSlice': sliceReason,
  'storage.k8s.io/CSINode': csiNodeReason,
};

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  kinds: new Set(Object.keys(rules)),
  subresources: new Set(['ephemeralcontainers', 'resize', 'status']),
  admit: (request) => {
    const node = request.user === undefined ? undefined : nodeNameOf(request.user);
    const why = node === undefined ? undefined : rules[groupKind(request.object)]?.(request, node);
    return why === undefined ? admitted : refuse(request, why);
  },
};

function nodeReason({ operation, object, before }: AdmissionRequest, node: string): string | undefined {
  const name = object.metadata.name ?? '';
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  if (operation === 'DELETE') return undefined;
  const { spec, metadata } = object as Node;
  const old = before as Node | undefined;
  const source = spec?.configSource;
  if (operation === 'CREATE') {
    if (source !== undefined)
      return `node "${node}" is not allowed to create pods with a non-nil configSource`;
    const labels = forbiddenNodeLabels(metadata.labels ?? {}, {});
    return labels.length === 0
      ? undefined
      : `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`;
  }
  if (source !== undefined && !sameJson(source, old?.spec?.configSource))
    return `node "${node}" is not allowed to update configSource to a new non-nil configSource`;
  if (!sameJson(spec?.taints ?? [], old?.spec?.taints ?? []))
    return `node "${node}" is not allowed to modify taints`;
  const labels = forbiddenNodeLabels(metadata.labels ?? {}, old?.metadata.labels ?? {});
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(', ')}`;
}

function podReason(request: AdmissionRequest, node: string): string | undefined {
  const { operation, subresource } = request;
  const pod = request.object as Pod;
  const old = request.before as Pod | undefined;
  if (subresource === 'status') return podStatusReason(pod, old, node);
  if (subresource !== '')
    return `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`;
  if (operation === 'CREATE') return mirrorPodReason(pod, node, request.view);
  if (operation === 'UPDATE')
    return `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`;
  return pod.spec?.nodeName === node
    ? undefined
    : `node "${node}" can only delete pods with spec.nodeName set to itself`;
}

function podStatusReason(pod: Pod, old: Pod | undefined, node: string): string | undefined {
  if (old?.spec?.nodeName !== node)
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  if (!sameJson(pod.metadata.labels ?? {}, old.metadata.labels ?? {}))
    return `node "${node}" cannot update labels through pod status`;
  const claims = ({ status }: Pod): unknown => status?.resourceClaimStatuses ?? [];
  return sameJson(claims(pod), claims(old))
    ? undefined
    : `node "${node}" cannot update resource claim statues`;
}

/** What a node says of a claim is how far its growth has come. */
function claimReason(
  { operation, subresource, object, before }: AdmissionRequest,
  node: string,
): string | undefined {
  if (subresource !== 'status' || operation !== 'UPDATE') return 'may only update PVC status';
  if (sameJson(beyondGrowth(object as PersistentVolumeClaim), beyondGrowth(before as PersistentVolumeClaim)))
    return undefined;
  return `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`;
}

function beyondGrowth({ metadata, spec, status }: PersistentVolumeClaim): object {
  const { resourceVersion: _, managedFields: __, ...identity } = metadata;
  const {
    capacity: ___,
    conditions: ____,
    allocatedResources: _____,
    allocatedResourceStatuses: ______,
    ...rest
  } = status ?? {};
  return { identity, spec, rest };
}

function leaseReason({ object }: AdmissionRequest, node: string): string | undefined {
  if (object.metadata.namespace !== leaseNamespace)
    return `can only access leases in the "${leaseNamespace}" system namespace`;
  return object.metadata.name === node
    ? undefined
    : 'can only access node lease with the same name as the requesting node';
}

function csiNodeReason({ object }: AdmissionRequest, node: string): string | undefined {
  return object.metadata.name === node
    ? undefined
    : 'can only access CSINode with the same name as the requesting node';
}

function sliceReason({ operation, object }: AdmissionRequest, node: string): string | undefined {
  if (operation === 'UPDATE' || (object as ResourceSlice).spec.nodeName === node) return undefined;
  return `can only ${operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`;
}

/** Certificates that nodes are known by are its own. */
function certificateReason({ operation, object }: AdmissionRequest, node: string): string | undefined {
  const spec = (object as CertificateSigningRequest).spec as CertificateSigningRequest['spec'] | undefined;
  if (operation !== 'CREATE' || !kubeletSigners.includes(spec?.signerName ?? '')) return undefined;
  const own = `system:node:${node}`;
  try {
    const { commonName } = certificateSubject(spec?.request ?? '');
    return commonName === own ? undefined : `can only create a node CSR with CN=${own}`;
  } catch (error) {
    return `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`;
  }
}
