/** What each kind is for. */
const core = 'io.k8s.api.core.v1';
const admission = 'io.k8s.api.admissionregistration.v1';
const authentication = 'io.k8s.api.authentication.v1';
const authorization = 'io.k8s.api.authorization.v1';
const flow = 'io.k8s.api.flowcontrol.v1';
const networking = 'io.k8s.api.networking.v1';
const rbac = 'io.k8s.api.rbac.v1';
const resource = 'io.k8s.api.resource.v1';
const storage = 'io.k8s.api.storage.v1';

/** By name of the definition. */
export const kindDescriptions: Readonly<Record<string, string>> = {
  [`${core}.Binding`]: 'Puts a pod on a node.',
  [`${core}.ComponentStatus`]: 'Health of a part of the control plane. Deprecated.',
  [`${core}.ConfigMap`]: 'Configuration that pods read as files or environment variables.',
  [`${core}.Endpoints`]: 'Addresses and ports behind a service. EndpointSlices have taken their place.',
  [`${core}.Event`]: 'A note of something that happened to an object. It is forgotten after a while.',
  [`${core}.LimitRange`]: 'Bounds and defaults for the resources of each pod and container in a namespace.',
  [`${core}.Namespace`]: 'A room for names: objects in different namespaces may be called the same.',
  [`${core}.Node`]: 'A machine that runs pods.',
  [`${core}.PersistentVolume`]: 'A piece of storage that outlives the pods which use it.',
  [`${core}.PersistentVolumeClaim`]: 'A request for storage, which is bound to a PersistentVolume.',
  [`${core}.Pod`]: 'Containers that run together on one node and share its network and volumes.',
  [`${core}.PodTemplate`]: 'A pattern that pods are made from.',
  [`${core}.ReplicationController`]: 'Keeps a number of pods running. Deployments have taken its place.',
  [`${core}.ResourceQuota`]: 'Bounds what all objects of a namespace may use together.',
  [`${core}.Secret`]: 'Confidential data that pods read as files or environment variables.',
  [`${core}.Service`]: 'One stable address for a set of pods.',
  [`${core}.ServiceAccount`]: 'The identity that pods have towards the API.',
  [`${admission}.MutatingAdmissionPolicy`]: 'Rules that change objects as they are written.',
  [`${admission}.MutatingAdmissionPolicyBinding`]: 'Says where a MutatingAdmissionPolicy applies.',
  [`${admission}.MutatingWebhookConfiguration`]: 'Services that may change objects as they are written.',
  [`${admission}.ValidatingAdmissionPolicy`]: 'Rules that objects must satisfy to be written.',
  [`${admission}.ValidatingAdmissionPolicyBinding`]: 'Says where a ValidatingAdmissionPolicy applies.',
  [`${admission}.ValidatingWebhookConfiguration`]: 'Services that may refuse objects as they are written.',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition':
    'A kind that is added to the API.',
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService':
    'A group and version of the API, and who serves it.',
  'io.k8s.api.apps.v1.ControllerRevision':
    'A former state of a DaemonSet or StatefulSet, kept to go back to.',
  'io.k8s.api.apps.v1.DaemonSet': 'Runs one pod on every node, or on those that it selects.',
  'io.k8s.api.apps.v1.Deployment': 'Runs a number of equal pods and rolls changes of them out step by step.',
  'io.k8s.api.apps.v1.ReplicaSet': 'Keeps a number of equal pods running. Usually a Deployment makes it.',
  'io.k8s.api.apps.v1.StatefulSet': 'Runs pods that keep their names and their storage.',
  [`${authentication}.SelfSubjectReview`]: 'Asks who the caller is.',
  [`${authentication}.TokenRequest`]: 'Asks for a token of a ServiceAccount.',
  [`${authentication}.TokenReview`]: 'Asks whether a token is good, and whose it is.',
  [`${authorization}.LocalSubjectAccessReview`]: 'Asks whether a user may do something in a namespace.',
  [`${authorization}.SelfSubjectAccessReview`]: 'Asks whether the caller may do something.',
  [`${authorization}.SelfSubjectRulesReview`]: 'Asks what the caller may do in a namespace.',
  [`${authorization}.SubjectAccessReview`]: 'Asks whether a user may do something.',
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler': 'Keeps the number of pods in step with their load.',
  'io.k8s.api.autoscaling.v1.Scale': 'How many pods a workload has, and how many it should have.',
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler': 'Keeps the number of pods in step with their load.',
  'io.k8s.api.batch.v1.CronJob': 'Starts jobs at set times.',
  'io.k8s.api.batch.v1.Job': 'Runs pods until enough of them have succeeded.',
  'io.k8s.api.certificates.v1.CertificateSigningRequest': 'Asks a signer for a certificate.',
  'io.k8s.api.coordination.v1.Lease': 'Says who holds something at present, and until when.',
  'io.k8s.api.discovery.v1.EndpointSlice': 'Some of the addresses behind a service.',
  'io.k8s.api.events.v1.Event':
    'A note of something that happened to an object. It is forgotten after a while.',
  [`${flow}.FlowSchema`]: 'Sorts requests to the API into priority levels.',
  [`${flow}.PriorityLevelConfiguration`]: 'How many requests of a level are served at once.',
  [`${networking}.IPAddress`]: 'An address that is taken, and by whom.',
  [`${networking}.Ingress`]: 'Leads HTTP requests from outside to services, by host and path.',
  [`${networking}.IngressClass`]: 'Says which controller serves an Ingress.',
  [`${networking}.NetworkPolicy`]: 'Says who may talk to pods, and to whom they may talk.',
  [`${networking}.ServiceCIDR`]: 'A range that the addresses of services are taken from.',
  'io.k8s.api.node.v1.RuntimeClass': 'A way to run containers that pods may ask for.',
  'io.k8s.api.policy.v1.Eviction': 'Asks a pod to leave, as far as budgets allow.',
  'io.k8s.api.policy.v1.PodDisruptionBudget': 'How many pods may be taken down on purpose at the same time.',
  [`${rbac}.ClusterRole`]: 'Permissions in the whole cluster, or in any namespace.',
  [`${rbac}.ClusterRoleBinding`]: 'Gives a ClusterRole to users in the whole cluster.',
  [`${rbac}.Role`]: 'Permissions in one namespace.',
  [`${rbac}.RoleBinding`]: 'Gives a role to users in one namespace.',
  [`${resource}.DeviceClass`]: 'A sort of devices that pods may ask for.',
  [`${resource}.ResourceClaim`]: 'Asks for devices.',
  [`${resource}.ResourceClaimTemplate`]: 'A pattern that claims of devices are made from.',
  [`${resource}.ResourceSlice`]: 'Devices that a driver offers.',
  'io.k8s.api.scheduling.v1.PriorityClass': 'A name for how much pods matter.',
  [`${storage}.CSIDriver`]: 'A storage driver, and what it can do.',
  [`${storage}.CSINode`]: 'The storage drivers of a node.',
  [`${storage}.CSIStorageCapacity`]: 'How much room a storage driver has left somewhere.',
  [`${storage}.StorageClass`]: 'A sort of storage that claims may ask for.',
  [`${storage}.VolumeAttachment`]: 'Attaches a volume to a node.',
  [`${storage}.VolumeAttributesClass`]: 'Attributes of volumes that may be changed while they are in use.',
  'dev.berth.v1alpha1.Application': 'A folder of a Git repository that the cluster is kept equal to.',
  'dev.berth.v1alpha1.Host': 'A plain Linux machine that Berth reaches over SSH and makes a node of.',
};
