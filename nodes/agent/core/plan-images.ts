/** Images that containers need before they start. */
import type { Container as PodContainer } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Draft, propose, wakeAt } from './draft.ts';
import { pullRetryAtMs } from './failure.ts';
import type { PullPolicy } from './operation.ts';
import type { Image } from './runtime-model.ts';

/** `Always` where the tag is `latest` or absent, unless the pod says otherwise. */
export function pullPolicyOf(container: PodContainer): PullPolicy {
  if (container.imagePullPolicy !== undefined && container.imagePullPolicy !== '')
    return container.imagePullPolicy as PullPolicy;
  const image = container.image ?? '';
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** The container's image where it is there; otherwise proposes what brings it and gives undefined. */
export function requireImage(draft: Draft, container: PodContainer): Image | undefined {
  const { observed, nowMs } = draft.input;
  const state = observed.images.get(container.name);
  if (state?.type === 'present') return state.image;
  const image = container.image ?? '';
  const atMs = state === undefined ? nowMs : pullRetryAtMs(state.failures, state.failedAtMs);
  if (atMs <= nowMs)
    propose(draft, {
      type: 'ensure-image',
      container: container.name,
      image,
      policy: pullPolicyOf(container),
    });
  else wakeAt(draft, atMs);
  if (state !== undefined && atMs > nowMs && state.reason === 'ErrImagePull') {
    draft.events.push({
      key: `pull-back-off/${container.name}/${String(state.failedAtMs)}`,
      severity: 'Normal',
      reason: 'BackOff',
      message: `Back-off pulling image ${JSON.stringify(image)}`,
      container: container.name,
    });
  }
  return undefined;
}
