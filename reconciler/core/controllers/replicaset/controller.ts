import { replicatedSetController } from './replicated-set-controller.ts';

/** apps/v1 ReplicaSet. */
export const replicaSetController = replicatedSetController({
  controllerName: 'replicaset-controller',
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  countsTerminating: true,
});
