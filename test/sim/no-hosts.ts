/** What the API asks of Berth itself, for trials in which there are no hosts. */
import type { BerthBackend } from '../../reconciler/api/berth-routes.ts';
import { LinkError } from '../../reconciler/core/ports.ts';

const refusing = (): never => {
  throw new LinkError('NotConnected', 'there are no hosts here');
};

export const noHosts: BerthBackend = {
  plan: refusing,
  scan: refusing,
  images: refusing,
  importImage: refusing,
  logs: refusing,
  session: refusing,
};
