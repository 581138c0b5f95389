/** Nodes that have the pod's images already; an image that is everywhere tells nothing. */
import { scoreMax } from './normalize.ts';
import type { Score } from './score.ts';

/** Kubernetes' bounds: less is not worth a choice, more per container makes no difference. */
const bytesMin = 23 * 2 ** 20;
const bytesMaxPerContainer = 1000 * 2 ** 20;

export const imageLocality: Score = ({ record, state }, slots, points) => {
  const { spec } = record.pods.pod;
  const names = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(
    ({ image }) => image ?? '',
  );
  const { table } = state;
  const images = names.map((name) => table.image(normalized(name))).filter((image) => image !== undefined);
  if (images.length === 0) return false;
  const bytesMax = bytesMaxPerContainer * names.length;
  for (const [at, slot] of slots.entries()) {
    let bytes = 0;
    for (const sizes of images) bytes += Math.floor(((sizes.get(slot) ?? 0) * sizes.size) / table.size);
    points[at] = Math.floor(
      (scoreMax * (Math.min(bytesMax, Math.max(bytesMin, bytes)) - bytesMin)) / (bytesMax - bytesMin),
    );
  }
  return true;
};

/** `nginx` is reported as `nginx:latest`. */
function normalized(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}
