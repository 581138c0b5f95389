import { replicatedSetController } from '../replicaset/replicated-set-controller.ts';

/** v1 ReplicationController: a ReplicaSet's ancestor, kept by the same engine. */
export const replicationController = replicatedSetController({
  controllerName: 'replication-controller',
  apiVersion: 'v1',
  kind: 'ReplicationController',
  countsTerminating: false,
});
