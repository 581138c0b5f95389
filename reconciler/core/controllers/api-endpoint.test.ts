import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoints, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { type ApiEndpoint, apiEndpointController, kubernetesService } from './api-endpoint.ts';

const metadata = { name: 'kubernetes', namespace: 'default' };
const service: Service = { apiVersion: 'v1', kind: 'Service', metadata };

/** What a settled controller leaves in `view`. */
function settle(view: MutableView, endpoint: ApiEndpoint | undefined): number {
  const controller = apiEndpointController(endpoint);
  const { changes } = controller.plan(refOf(service), view, { nowMs: 0, seed: 0 });
  for (const change of changes)
    if (change.type !== 'delete') view.apply(refOf(change.object), change.object, view.revision + 1);
  return changes.length;
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function published(view: MutableView): readonly string[] {
  const endpoints = view.get<Endpoints>('v1', 'Endpoints', 'default', 'kubernetes');
  const slice = view.get<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', 'default', 'kubernetes');
  return [
    ...(endpoints?.subsets ?? []).map(
      ({ addresses, ports }) => `${addresses?.[0]?.ip ?? ''}:${ports?.[0]?.port ?? ''}`,
    ),
    ...(slice?.endpoints ?? []).map(
      ({ addresses }) => `${addresses[0] ?? ''}:${slice?.ports?.[0]?.port ?? ''}`,
    ),
  ];
}

test('the address of the API stands behind its service, and follows it', () => {
  const view = viewOf(service);
  assert.equal(settle(view, { address: '192.0.2.1', port: 6443 }), 2);
  assert.deepEqual(published(view), ['192.0.2.1:6443', '192.0.2.1:6443']);
  assert.equal(settle(view, { address: '192.0.2.1', port: 6443 }), 0);
  settle(view, { address: '192.0.2.2', port: 6443 });
  assert.deepEqual(published(view), ['192.0.2.2:6443', '192.0.2.2:6443']);
});

test('an API for its machine alone has no endpoint, and takes a former one back', () => {
  const view = viewOf(service);
  settle(view, { address: '192.0.2.1', port: 6443 });
  settle(view, undefined);
  assert.deepEqual(published(view), []);
  assert.equal(settle(view, undefined), 0);
});

test('the service is made again where someone took it away', () => {
  const view = viewOf();
  const controller = apiEndpointController(undefined, kubernetesService('10.43.0.0/16', 6443));
  const { changes } = controller.plan(refOf(service), view, { nowMs: 0, seed: 0 });
  const made = changes.map((change) => (change.type === 'create' ? (change.object as Service) : undefined));
  assert.deepEqual(
    made.map((one) => [one?.metadata.name, one?.spec?.clusterIP, one?.spec?.ports?.[0]?.targetPort]),
    [['kubernetes', '10.43.0.1', 6443]],
  );
});

test('without the service there is nothing to publish', () => {
  assert.equal(settle(viewOf(), { address: '192.0.2.1', port: 6443 }), 0);
});
