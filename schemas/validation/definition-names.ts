/** Names of definitions, shortened: `core('Pod')`, `apps('Deployment')`. */
export const core = (name: string): string => `io.k8s.api.core.v1.${name}`;
export const apps = (name: string): string => `io.k8s.api.apps.v1.${name}`;
export const batch = (name: string): string => `io.k8s.api.batch.v1.${name}`;
export const networking = (name: string): string => `io.k8s.api.networking.v1.${name}`;
export const rbac = (name: string): string => `io.k8s.api.rbac.v1.${name}`;
export const policy = (name: string): string => `io.k8s.api.policy.v1.${name}`;
export const storage = (name: string): string => `io.k8s.api.storage.v1.${name}`;
export const discovery = (name: string): string => `io.k8s.api.discovery.v1.${name}`;
export const autoscaling = (name: string): string => `io.k8s.api.autoscaling.v2.${name}`;
export const scheduling = (name: string): string => `io.k8s.api.scheduling.v1.${name}`;
export const meta = (name: string): string => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`;
export const berth = (name: string): string => `dev.berth.v1alpha1.${name}`;
export const certificates = (name: string): string => `io.k8s.api.certificates.v1.${name}`;
export const coordination = (name: string): string => `io.k8s.api.coordination.v1.${name}`;
export const nodeApi = (name: string): string => `io.k8s.api.node.v1.${name}`;
export const admissionregistration = (name: string): string => `io.k8s.api.admissionregistration.v1.${name}`;
export const apiregistration = (name: string): string =>
  `io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.${name}`;
export const flowcontrol = (name: string): string => `io.k8s.api.flowcontrol.v1.${name}`;
export const resourceApi = (name: string): string => `io.k8s.api.resource.v1.${name}`;
export const eventsApi = (name: string): string => `io.k8s.api.events.v1.${name}`;
