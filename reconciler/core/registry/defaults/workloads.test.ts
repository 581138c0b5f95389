import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { applyDefaults } from './defaults.ts';

type Fields = Readonly<Record<string, unknown>>;

const metadata = { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: '7' };
const container = { name: 'web', image: 'nginx' };
const filledContainer = {
  ...container,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
  imagePullPolicy: 'Always',
};
const filledTemplateSpec = {
  containers: [filledContainer],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
};
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } };
const filledTemplate = { ...template, spec: filledTemplateSpec };

function objectOf(apiVersion: string, kind: string, fields: object): KubeObject {
  return { apiVersion, kind, metadata, ...fields };
}

/** The spec of an object after defaulting, which a second defaulting leaves alone to the identity. */
function specOf(apiVersion: string, kind: string, spec: object): Fields {
  const input = objectOf(apiVersion, kind, { spec });
  const before = structuredClone(input);
  const filled = applyDefaults(input);
  assert.deepEqual(input, before, 'the input stays as it is');
  assert.equal(applyDefaults(filled), filled, 'complete objects come back as themselves');
  return (filled as KubeObject & { readonly spec: Fields }).spec;
}

test('a deployment and what it leaves out', () => {
  assert.deepEqual(specOf('apps/v1', 'Deployment', { template }), {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    template: filledTemplate,
  });
  assert.deepEqual(specOf('apps/v1', 'Deployment', { strategy: { type: 'Recreate' } })['strategy'], {
    type: 'Recreate',
  });
  assert.deepEqual(
    specOf('apps/v1', 'Deployment', { strategy: { rollingUpdate: { maxSurge: 1 } } })['strategy'],
    {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: 1 },
    },
  );
});

test('a replica set chooses no selector', () => {
  assert.deepEqual(specOf('apps/v1', 'ReplicaSet', { template }), { replicas: 1, template: filledTemplate });
});

test('a daemon set', () => {
  assert.deepEqual(specOf('apps/v1', 'DaemonSet', { template }), {
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    template: filledTemplate,
  });
});

test('a stateful set and its claims', () => {
  const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];
  assert.deepEqual(specOf('apps/v1', 'StatefulSet', { template, volumeClaimTemplates }), {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    volumeClaimTemplates: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ],
    template: filledTemplate,
  });
  const strategy = (updateStrategy: object): unknown =>
    specOf('apps/v1', 'StatefulSet', { updateStrategy })['updateStrategy'];
  assert.deepEqual(strategy({ type: 'OnDelete' }), { type: 'OnDelete' });
  assert.deepEqual(strategy({ type: 'RollingUpdate' }), { type: 'RollingUpdate' });
  assert.deepEqual(strategy({ type: 'RollingUpdate', rollingUpdate: {} }), {
    type: 'RollingUpdate',
    rollingUpdate: { partition: 0 },
  });
});

test('a replication controller takes labels and selector from its template', () => {
  const filled = applyDefaults(objectOf('v1', 'ReplicationController', { spec: { template } }));
  assert.deepEqual((filled as { readonly spec?: unknown }).spec, {
    replicas: 1,
    selector: { app: 'web' },
    template: filledTemplate,
  });
  assert.deepEqual(filled.metadata.labels, { app: 'web' });
});

const jobDefaults = {
  completions: 1,
  parallelism: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  suspend: false,
  manualSelector: false,
  podReplacementPolicy: 'TerminatingOrFailed',
};

test('a job', () => {
  assert.deepEqual(specOf('batch/v1', 'Job', {}), jobDefaults);
  const { completions: _, ...unbounded } = jobDefaults;
  assert.deepEqual(specOf('batch/v1', 'Job', { parallelism: 2 }), { ...unbounded, parallelism: 2 });
  assert.deepEqual(specOf('batch/v1', 'Job', { completions: 3 }), { ...jobDefaults, completions: 3 });
  assert.equal(specOf('batch/v1', 'Job', { backoffLimitPerIndex: 1 })['backoffLimit'], 2147483647);
  const failing = specOf('batch/v1', 'Job', {
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
  });
  assert.equal(failing['podReplacementPolicy'], 'Failed');
  assert.deepEqual(failing['podFailurePolicy'], {
    rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
  });
});

test('a new job knows its pods by its uid', () => {
  const { resourceVersion: _, ...fresh } = metadata;
  const spec = { template: { spec: { containers: [container] } } };
  const job = applyDefaults({ apiVersion: 'batch/v1', kind: 'Job', metadata: fresh, spec } as KubeObject);
  const labels = {
    'batch.kubernetes.io/controller-uid': 'u-1',
    'batch.kubernetes.io/job-name': 'web',
    'controller-uid': 'u-1',
    'job-name': 'web',
  };
  const filled = (job as KubeObject & { readonly spec: Fields }).spec;
  assert.deepEqual(filled['selector'], { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } });
  assert.deepEqual((filled['template'] as Fields)['metadata'], { labels });
  assert.deepEqual(job.metadata.labels, labels);
  const manual = { ...spec, manualSelector: true, selector: { matchLabels: { a: 'b' } } };
  const own = applyDefaults({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: fresh,
    spec: manual,
  } as KubeObject);
  assert.deepEqual((own as KubeObject & { readonly spec: Fields }).spec['selector'], manual.selector);
});

test('a cron job settles its pods and leaves its jobs to be', () => {
  assert.deepEqual(
    specOf('batch/v1', 'CronJob', { schedule: '@daily', jobTemplate: { spec: { template } } }),
    {
      schedule: '@daily',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: filledTemplate } },
    },
  );
});

test('an autoscaler', () => {
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  assert.deepEqual(specOf('autoscaling/v2', 'HorizontalPodAutoscaler', { maxReplicas: 3 }), {
    maxReplicas: 3,
    minReplicas: 1,
    metrics: [cpu],
  });
  const behavior = { scaleUp: { stabilizationWindowSeconds: 60 } };
  assert.deepEqual(
    specOf('autoscaling/v2', 'HorizontalPodAutoscaler', { metrics: [cpu], behavior })['behavior'],
    {
      scaleUp: {
        stabilizationWindowSeconds: 60,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
    },
  );
});

test('a pod template', () => {
  const filled = applyDefaults(objectOf('v1', 'PodTemplate', { template }));
  assert.deepEqual((filled as { readonly template?: unknown }).template, filledTemplate);
});
