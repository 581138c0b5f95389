/** Nodes that have the pod's images already; an image that is everywhere tells nothing. */
import { scoreMax } from './normalize.ts';
import type { Scoring } from './scoring.ts';

/** Kubernetes' bounds: less is not worth a choice, more per container makes no difference. */
const bytesMin = 23 * 2 ** 20;
const bytesMaxPerContainer = 1000 * 2 ** 20;

export function imageLocality({ pod, snapshot, feasible }: Scoring, scores: Float64Array): boolean {
  const names = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map((container) =>
    normalized(container.image ?? ''),
  );
  const images = names.map((name) => snapshot.image(name)).filter((image) => image !== undefined);
  if (images.length === 0) return false;
  const bytesMax = bytesMaxPerContainer * names.length;
  for (const [at, index] of feasible.entries()) {
    let bytes = 0;
    for (const sizes of images) bytes += ((sizes.get(index) ?? 0) * sizes.size) / snapshot.nodes.length;
    scores[at] =
      (scoreMax * (Math.min(bytesMax, Math.max(bytesMin, bytes)) - bytesMin)) / (bytesMax - bytesMin);
  }
  return true;
}

/** `nginx` is reported as `nginx:latest`. */
function normalized(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}
