/** What the API description leaves out about kinds: the short names and categories that kubectl users type. */
export interface KindNames {
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

const all = ['all'];
const apiExtensions = ['api-extensions'];

/** By `plural` in the core group, by `plural.group` elsewhere. */
export const kindNames: Readonly<Record<string, KindNames>> = {
  componentstatuses: { shortNames: ['cs'] },
  configmaps: { shortNames: ['cm'] },
  endpoints: { shortNames: ['ep'] },
  events: { shortNames: ['ev'] },
  limitranges: { shortNames: ['limits'] },
  namespaces: { shortNames: ['ns'] },
  nodes: { shortNames: ['no'] },
  persistentvolumeclaims: { shortNames: ['pvc'] },
  persistentvolumes: { shortNames: ['pv'] },
  pods: { shortNames: ['po'], categories: all },
  replicationcontrollers: { shortNames: ['rc'], categories: all },
  resourcequotas: { shortNames: ['quota'] },
  serviceaccounts: { shortNames: ['sa'] },
  services: { shortNames: ['svc'], categories: all },
  'apiservices.apiregistration.k8s.io': { categories: apiExtensions },
  'certificatesigningrequests.certificates.k8s.io': { shortNames: ['csr'] },
  'cronjobs.batch': { shortNames: ['cj'], categories: all },
  'customresourcedefinitions.apiextensions.k8s.io': {
    shortNames: ['crd', 'crds'],
    categories: apiExtensions,
  },
  'daemonsets.apps': { shortNames: ['ds'], categories: all },
  'deployments.apps': { shortNames: ['deploy'], categories: all },
  'events.events.k8s.io': { shortNames: ['ev'] },
  'horizontalpodautoscalers.autoscaling': { shortNames: ['hpa'], categories: all },
  'ingresses.networking.k8s.io': { shortNames: ['ing'] },
  'ipaddresses.networking.k8s.io': { shortNames: ['ip'] },
  'jobs.batch': { categories: all },
  'mutatingadmissionpolicies.admissionregistration.k8s.io': { categories: apiExtensions },
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': { categories: apiExtensions },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': { categories: apiExtensions },
  'networkpolicies.networking.k8s.io': { shortNames: ['netpol'] },
  'poddisruptionbudgets.policy': { shortNames: ['pdb'] },
  'priorityclasses.scheduling.k8s.io': { shortNames: ['pc'] },
  'replicasets.apps': { shortNames: ['rs'], categories: all },
  'statefulsets.apps': { shortNames: ['sts'], categories: all },
  'storageclasses.storage.k8s.io': { shortNames: ['sc'] },
  'validatingadmissionpolicies.admissionregistration.k8s.io': { categories: apiExtensions },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': { categories: apiExtensions },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': { categories: apiExtensions },
  'volumeattributesclasses.storage.k8s.io': { shortNames: ['vac'] },
};
