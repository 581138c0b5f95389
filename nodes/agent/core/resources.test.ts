import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, ResourceRequirements } from '../../../schemas/kubernetes/types/core-v1.ts';
import { qosClassOf, resourceSpecOf } from './resources.ts';

const gibibyte = 1024 ** 3;

function podWith(resources: ResourceRequirements): { readonly pod: Pod; readonly container: Container } {
  const container: Container = { name: 'main', image: 'app:1', resources };
  return {
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [container] } },
    container,
  };
}

test('the quality of service follows from requests and limits', () => {
  const both = { cpu: '1', memory: '1Gi' };
  assert.equal(qosClassOf(podWith({}).pod), 'BestEffort');
  assert.equal(qosClassOf(podWith({ requests: { cpu: '100m' } }).pod), 'Burstable');
  assert.equal(qosClassOf(podWith({ limits: both }).pod), 'Guaranteed');
  assert.equal(qosClassOf(podWith({ limits: both, requests: { cpu: '1000m' } }).pod), 'Guaranteed');
  assert.equal(qosClassOf(podWith({ limits: { cpu: '1' } }).pod), 'Burstable');
});

test('cgroup values are those of a kubelet', () => {
  const { pod, container } = podWith({
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '1500m', memory: '2Gi' },
  });
  assert.deepEqual(resourceSpecOf(pod, container, 4 * gibibyte), {
    cpuShares: 256,
    cpuQuotaUs: 150_000,
    cpuPeriodUs: 100_000,
    memoryLimitBytes: 2 * gibibyte,
    oomScoreAdj: 750,
  });
  const none = podWith({});
  assert.deepEqual(resourceSpecOf(none.pod, none.container, 4 * gibibyte), {
    cpuShares: 2,
    cpuQuotaUs: 0,
    cpuPeriodUs: 100_000,
    memoryLimitBytes: 0,
    oomScoreAdj: 1000,
  });
});
