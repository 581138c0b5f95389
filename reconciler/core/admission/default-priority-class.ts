/** Of the priority classes one at most counts for pods that name none. */
import type { PriorityClass } from '../../../schemas/kubernetes/types/scheduling-v1.ts';
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';

export const defaultPriorityClass: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['scheduling.k8s.io/PriorityClass']),
  admit: (request) => {
    const given = request.object as PriorityClass;
    if (given.globalDefault !== true) return admitted;
    const other = request.view
      .list<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass')
      .find(({ globalDefault, metadata }) => globalDefault === true && metadata.name !== given.metadata.name);
    if (other === undefined) return admitted;
    const name = other.metadata.name ?? '';
    return refuse(request, `PriorityClass ${name} is already marked as default. Only one default can exist`);
  },
};
