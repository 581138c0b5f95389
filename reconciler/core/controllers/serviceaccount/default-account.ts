/** The ServiceAccount `default` of every namespace: what pods run as that name none. */
import type { ServiceAccount } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { namespaceObjectController } from './namespace-objects.ts';

export const serviceAccountController = namespaceObjectController<ServiceAccount>({
  name: 'serviceaccount-controller',
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  objectName: 'default',
  desired: (namespace, live) =>
    live ?? { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
});
