/** What a node may write: its own Node, and pods that run on it. */
import { nodeNameOf } from '../authorization/node-authorizer.ts';
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  kinds: new Set(['/Node']),
  subresources: new Set(['status']),
  admit: (request) => {
    const node = request.user === undefined ? undefined : nodeNameOf(request.user);
    if (node === undefined || request.object.metadata.name === node) return admitted;
    return refuse(
      request,
      `node "${node}" is not allowed to modify node "${request.object.metadata.name ?? ''}"`,
    );
  },
};
