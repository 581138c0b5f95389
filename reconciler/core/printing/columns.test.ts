import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../../../schemas/kinds.ts';
import { MutableView } from '../model/view.ts';
import { columnsOf, scaleColumns } from './columns.ts';
import { made, nowMs } from './printing-scenario.ts';

/** NAME and AGE are left out where they come first and last; wide columns are in brackets. */
const headings: Readonly<Record<string, string>> = {
  '/ComponentStatus': 'NAME STATUS MESSAGE ERROR',
  '/ConfigMap': 'NAME DATA AGE',
  '/Endpoints': 'NAME ENDPOINTS AGE',
  '/Event': 'LAST-SEEN TYPE REASON OBJECT [SUBOBJECT] [SOURCE] MESSAGE [FIRST-SEEN] [COUNT] [NAME]',
  '/LimitRange': 'NAME CREATED-AT',
  '/Namespace': 'NAME STATUS AGE',
  '/Node':
    'NAME STATUS ROLES AGE VERSION [INTERNAL-IP] [EXTERNAL-IP] [OS-IMAGE] [KERNEL-VERSION] [CONTAINER-RUNTIME]',
  '/PersistentVolume':
    'NAME CAPACITY ACCESS-MODES RECLAIM-POLICY STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE [VOLUMEMODE]',
  '/PersistentVolumeClaim':
    'NAME STATUS VOLUME CAPACITY ACCESS-MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE [VOLUMEMODE]',
  '/Pod': 'NAME READY STATUS RESTARTS AGE [IP] [NODE] [NOMINATED-NODE] [READINESS-GATES]',
  '/PodTemplate': 'NAME CONTAINERS IMAGES POD-LABELS',
  '/ReplicationController': 'NAME DESIRED CURRENT READY AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  '/ResourceQuota': 'NAME REQUEST LIMIT AGE',
  '/Secret': 'NAME TYPE DATA AGE',
  '/Service': 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE [SELECTOR]',
  '/ServiceAccount': 'NAME AGE',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'NAME MUTATIONS PARAMKIND AGE',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'NAME POLICYNAME PARAMREF AGE',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'NAME WEBHOOKS AGE',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'NAME VALIDATIONS PARAMKIND AGE',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'NAME POLICYNAME PARAMREF AGE',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'NAME WEBHOOKS AGE',
  'apiextensions.k8s.io/CustomResourceDefinition': 'NAME CREATED-AT',
  'apiregistration.k8s.io/APIService': 'NAME SERVICE AVAILABLE AGE',
  'apps/ControllerRevision': 'NAME CONTROLLER REVISION AGE',
  'apps/DaemonSet':
    'NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE-SELECTOR AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  'apps/Deployment': 'NAME READY UP-TO-DATE AVAILABLE AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  'apps/ReplicaSet': 'NAME DESIRED CURRENT READY AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  'apps/StatefulSet': 'NAME READY AGE [CONTAINERS] [IMAGES]',
  'autoscaling/HorizontalPodAutoscaler': 'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE',
  'batch/CronJob': 'NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST-SCHEDULE AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  'batch/Job': 'NAME STATUS COMPLETIONS DURATION AGE [CONTAINERS] [IMAGES] [SELECTOR]',
  'berth.dev/Application': 'NAME STATUS APPLIED LATEST LAST-RUN AGE [REPOSITORY] [REF] [PATH] [MESSAGE]',
  'berth.dev/Host': 'NAME STATUS ADDRESS AGENT LAST-SEEN AGE [USER] [RUNTIME] [MESSAGE]',
  'certificates.k8s.io/CertificateSigningRequest':
    'NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION',
  'coordination.k8s.io/Lease': 'NAME HOLDER AGE',
  'discovery.k8s.io/EndpointSlice': 'NAME ADDRESSTYPE PORTS ENDPOINTS AGE',
  'events.k8s.io/Event':
    'LAST-SEEN TYPE REASON OBJECT [SUBOBJECT] [SOURCE] MESSAGE [FIRST-SEEN] [COUNT] [NAME]',
  'flowcontrol.apiserver.k8s.io/FlowSchema':
    'NAME PRIORITYLEVEL MATCHINGPRECEDENCE DISTINGUISHERMETHOD AGE MISSINGPL',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration':
    'NAME TYPE NOMINALCONCURRENCYSHARES QUEUES HANDSIZE QUEUELENGTHLIMIT AGE',
  'networking.k8s.io/IPAddress': 'NAME PARENTREF',
  'networking.k8s.io/Ingress': 'NAME CLASS HOSTS ADDRESS PORTS AGE',
  'networking.k8s.io/IngressClass': 'NAME CONTROLLER PARAMETERS AGE',
  'networking.k8s.io/NetworkPolicy': 'NAME POD-SELECTOR AGE',
  'networking.k8s.io/ServiceCIDR': 'NAME CIDRS AGE',
  'node.k8s.io/RuntimeClass': 'NAME HANDLER AGE',
  'policy/PodDisruptionBudget': 'NAME MIN-AVAILABLE MAX-UNAVAILABLE ALLOWED-DISRUPTIONS AGE',
  'rbac.authorization.k8s.io/ClusterRole': 'NAME CREATED-AT',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'NAME ROLE AGE [USERS] [GROUPS] [SERVICEACCOUNTS]',
  'rbac.authorization.k8s.io/Role': 'NAME CREATED-AT',
  'rbac.authorization.k8s.io/RoleBinding': 'NAME ROLE AGE [USERS] [GROUPS] [SERVICEACCOUNTS]',
  'resource.k8s.io/DeviceClass': 'NAME AGE',
  'resource.k8s.io/ResourceClaim': 'NAME STATE AGE',
  'resource.k8s.io/ResourceClaimTemplate': 'NAME AGE',
  'resource.k8s.io/ResourceSlice': 'NAME NODE DRIVER POOL AGE',
  'scheduling.k8s.io/PriorityClass': 'NAME VALUE GLOBAL-DEFAULT AGE PREEMPTIONPOLICY',
  'storage.k8s.io/CSIDriver':
    'NAME ATTACHREQUIRED PODINFOONMOUNT STORAGECAPACITY TOKENREQUESTS REQUIRESREPUBLISH MODES AGE',
  'storage.k8s.io/CSINode': 'NAME DRIVERS AGE',
  'storage.k8s.io/CSIStorageCapacity': 'NAME STORAGECLASSNAME CAPACITY',
  'storage.k8s.io/StorageClass': 'NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE',
  'storage.k8s.io/VolumeAttachment': 'NAME ATTACHER PV NODE ATTACHED AGE',
  'storage.k8s.io/VolumeAttributesClass': 'NAME DRIVERNAME AGE',
};

const view = new MutableView();

test('every kind that can be listed has the columns of kube-apiserver', () => {
  const found: Record<string, string> = {};
  for (const info of kinds.filter(({ verbs }) => verbs.includes('list'))) {
    const names = columnsOf(info, view).definitions.map(({ name, priority }) => {
      const heading = name.toUpperCase().replaceAll(' ', '-');
      return priority === 0 ? heading : `[${heading}]`;
    });
    found[`${info.group}/${info.kind}`] = names.join(' ');
  }
  assert.deepEqual(found, headings);
});

test('every column says what it shows, and one of them names the object', () => {
  for (const info of kinds) {
    const { definitions } = columnsOf(info, view);
    for (const { name, description } of definitions)
      assert.ok(description.length > 3, `${info.kind} ${name}`);
    assert.ok(definitions.some(({ name, format }) => name === 'Name' && format === 'name'));
  }
});

test('the role of whoever has no columns is told with the time it was made', () => {
  const role = made({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' });
  const info = kinds.find(({ kind }) => kind === 'Role');
  assert.ok(info !== undefined);
  assert.deepEqual(columnsOf(info, view).cells(role, nowMs), ['one', '2026-11-26T11:55:00Z']);
});

test('a scale has columns of its own', () => {
  const scale = made({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    spec: { replicas: 3 },
    status: { replicas: 2 },
  });
  assert.deepEqual(scaleColumns().cells(scale, nowMs), ['one', 3, 2, '5m']);
});
