/** Makes the ReplicaSet of a template that has none yet. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { stableHash } from '../../model/stable-hash.ts';
import { controllerReference } from '../owner.ts';
import { firstAnnotations } from './annotations.ts';
import { newSetSize } from './rolling-update.ts';
import { type Rollout, templateHashLabel } from './rollout.ts';

/** Hex digits of the hash: enough to tell templates apart, short enough to read. */
const hashLength = 10;

/** The set to create, or that its name is taken by another template: then count the collision and hash anew. */
export function newReplicaSet(
  rollout: Rollout,
): { readonly set: ReplicaSet } | { readonly collidesWith: string } {
  const { deployment, spec, view } = rollout;
  const collisions = deployment.status?.collisionCount ?? 0;
  const hash = stableHash(canonicalJson(spec.template) + (collisions === 0 ? '' : String(collisions))).slice(
    0,
    hashLength,
  );
  const name = `${deployment.metadata.name ?? ''}-${hash}`;
  const namespace = deployment.metadata.namespace ?? '';
  if (view.get<ReplicaSet>('apps/v1', 'ReplicaSet', namespace, name) !== undefined)
    return { collidesWith: name };
  const labels = { ...spec.template.metadata?.labels, [templateHashLabel]: hash };
  const set: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace,
      labels,
      annotations: firstAnnotations(rollout),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newSetSize(rollout, 0),
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: selectorWith(spec.selector, hash),
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
  return { set };
}

function selectorWith(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } };
}
