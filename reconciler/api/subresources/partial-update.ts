/** Subresources that write a part of their object: what of the new object counts, the rest stays as it is. */
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import type { Container, Namespace, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../core/model/object.ts';
import type { UpdateChange } from '../../core/model/plan.ts';

/** `now` is RFC 3339. */
type Part = (before: KubeObject, after: KubeObject, now: string) => KubeObject;

interface PartialUpdate {
  readonly scope: UpdateChange['scope'];
  readonly part: Part;
}

/** By `group/Kind/subresource`; `status` needs none, the registry keeps the halves apart. */
const parts: Readonly<Record<string, PartialUpdate>> = {
  '/Pod/ephemeralcontainers': { scope: 'spec', part: ephemeralContainers },
  '/Pod/resize': { scope: 'spec', part: resources },
  '/Namespace/finalize': { scope: 'spec', part: finalizers },
  'certificates.k8s.io/CertificateSigningRequest/approval': { scope: 'status', part: approval },
};

export function partialUpdate(group: string, kind: string, subresource: string): PartialUpdate | undefined {
  return parts[`${group}/${kind}/${subresource}`];
}

/** The stored object with the version that the new one was made from. */
function based(before: KubeObject, after: KubeObject): KubeObject {
  const { resourceVersion } = after.metadata;
  return resourceVersion === undefined
    ? before
    : { ...before, metadata: { ...before.metadata, resourceVersion } };
}

function ephemeralContainers(before: KubeObject, after: KubeObject): KubeObject {
  const pod = based(before, after) as Pod;
  const added = (after as Pod).spec?.ephemeralContainers;
  return {
    ...pod,
    spec: { ...pod.spec, ...(added === undefined ? {} : { ephemeralContainers: added }) },
  } as Pod;
}

function resources(before: KubeObject, after: KubeObject): KubeObject {
  const pod = based(before, after) as Pod;
  const wanted = (after as Pod).spec;
  const resized = (list: readonly Container[] | undefined, by: readonly Container[] | undefined) =>
    list?.map((container) => {
      const other = by?.find(({ name }) => name === container.name);
      return other === undefined ? container : { ...container, ...picked(other) };
    });
  const containers = resized(pod.spec?.containers, wanted?.containers);
  const initContainers = resized(pod.spec?.initContainers, wanted?.initContainers);
  const spec = {
    ...pod.spec,
    ...(containers === undefined ? {} : { containers }),
    ...(initContainers === undefined ? {} : { initContainers }),
    ...(wanted?.resources === undefined ? {} : { resources: wanted.resources }),
  };
  return { ...pod, spec } as Pod;
}

function picked({ resources: amounts, resizePolicy }: Container): Partial<Container> {
  return {
    ...(amounts === undefined ? {} : { resources: amounts }),
    ...(resizePolicy === undefined ? {} : { resizePolicy }),
  };
}

function finalizers(before: KubeObject, after: KubeObject): KubeObject {
  const namespace = based(before, after) as Namespace;
  return {
    ...namespace,
    spec: { ...namespace.spec, finalizers: (after as Namespace).spec?.finalizers ?? [] },
  } as Namespace;
}

/** A verdict that is new bears the time of this write, unless it brings its own. */
function approval(before: KubeObject, after: KubeObject, now: string): KubeObject {
  const { annotations, labels } = after.metadata;
  const request = based(before, after) as CertificateSigningRequest;
  const conditions = ((after as CertificateSigningRequest).status?.conditions ?? []).map((condition) => ({
    lastUpdateTime: now,
    lastTransitionTime: now,
    ...condition,
  }));
  const metadata = {
    ...request.metadata,
    ...(annotations === undefined ? {} : { annotations }),
    ...(labels === undefined ? {} : { labels }),
  };
  return { ...request, metadata, status: { ...request.status, conditions } } as CertificateSigningRequest;
}
