/** The ConfigMap `kube-root-ca.crt` of every namespace: what pods verify the API server by. */
import type { ConfigMap } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { namespaceObjectController } from './namespace-objects.ts';

export const rootCaName = 'kube-root-ca.crt';
const descriptionKey = 'kubernetes.io/description';
const description = "The CA that signed the API server's certificate, for clients inside the cluster.";

/** `caPem`: the certificate of the cluster's CA; several reconcilers share one. */
export function rootCaController(caPem: string): Controller {
  const data = { 'ca.crt': caPem };
  return namespaceObjectController<ConfigMap>({
    name: 'root-ca-certificate-publisher-controller',
    apiVersion: 'v1',
    kind: 'ConfigMap',
    objectName: rootCaName,
    desired: (namespace, live) => {
      if (live === undefined) {
        const metadata = { name: rootCaName, namespace, annotations: { [descriptionKey]: description } };
        return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
      }
      const annotations = { ...live.metadata.annotations, [descriptionKey]: description };
      return { ...live, metadata: { ...live.metadata, annotations }, data };
    },
  });
}
