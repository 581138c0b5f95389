import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service, ServiceSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { allocateService, networkDefaults } from './allocate.ts';
import { applyDefaults } from './defaults/defaults.ts';
import { keepAllocation } from './keep-allocation.ts';
import type { RegistryContext } from './prepared.ts';

function context(...others: readonly Service[]): RegistryContext {
  const view = new MutableView();
  for (const service of others) view.apply(refOf(service), service, 1);
  const random = (): number => 0;
  return {
    view,
    nowMs: 0,
    uuid: () => 'u',
    random,
    settings: networkDefaults,
    newNamespaces: new Set(),
    user: undefined,
  };
}

function service(spec: ServiceSpec, name = 'web'): Service {
  return applyDefaults({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec,
  } as Service) as Service;
}

function created(spec: ServiceSpec, ...others: readonly Service[]): Service {
  const { view, settings, random } = context(...others);
  const made = allocateService(service(spec), view, settings, random);
  assert.ok(!('code' in made), JSON.stringify(made));
  return made;
}

function updated(before: Service, spec: ServiceSpec): ServiceSpec {
  const next = keepAllocation(before, service(spec), context(before));
  assert.ok(!('code' in next), JSON.stringify(next));
  return next.spec ?? {};
}

function refused(made: ReturnType<typeof keepAllocation>): string {
  assert.ok('code' in made);
  return made.message;
}

const ports = [{ port: 80 }];

test('a service has one family and one address', () => {
  const { spec } = created({ ports });
  assert.deepEqual(
    [spec?.clusterIP, spec?.clusterIPs, spec?.ipFamilies, spec?.ipFamilyPolicy],
    ['10.43.0.2', ['10.43.0.2'], ['IPv4'], 'SingleStack'],
  );
});

test('a headless service without a selector has both families, one with a selector the cluster’s', () => {
  const free = created({ clusterIP: 'None' }).spec;
  assert.deepEqual([free?.ipFamilies, free?.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack']);
  const selecting = created({ clusterIP: 'None', selector: { a: 'b' } }).spec;
  assert.deepEqual([selecting?.ipFamilies, selecting?.ipFamilyPolicy], [['IPv4'], 'SingleStack']);
});

test('families that the cluster has not are refused', () => {
  const { view, settings, random } = context();
  const dual = allocateService(
    service({ ports, ipFamilyPolicy: 'RequireDualStack' }),
    view,
    settings,
    random,
  );
  assert.match(
    refused(dual),
    /spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services$/,
  );
  const six = allocateService(service({ ports, ipFamilies: ['IPv6'] }), view, settings, random);
  assert.match(refused(six), /spec.ipFamilies\[0\]: Invalid value: "IPv6": not configured on this cluster$/);
});

test('an update that leaves out what was given out keeps it', () => {
  const before = created({ type: 'NodePort', ports });
  const after = updated(before, { type: 'NodePort', ports: [{ port: 81 }] });
  assert.equal(after.clusterIP, before.spec?.clusterIP);
  assert.equal(after.ports?.[0]?.nodePort, before.spec?.ports?.[0]?.nodePort);
});

test('one port by TCP and UDP has one node port', () => {
  const both = [
    { port: 53, name: 'a' },
    { port: 53, name: 'b', protocol: 'UDP' },
  ];
  const nodePorts = created({ type: 'NodePort', ports: both }).spec?.ports?.map(({ nodePort }) => nodePort);
  assert.deepEqual(nodePorts, [30000, 30000]);
});

test('an address cannot change, unless there was none', () => {
  const before = created({ ports });
  const next = service({ ports, clusterIP: '10.43.0.9' });
  assert.match(
    refused(keepAllocation(before, next, context(before))),
    /spec.clusterIPs\[0\]: Invalid value: \["10.43.0.9"\]: may not change once set$/,
  );
  const named = service({ type: 'ExternalName', externalName: 'a.b' });
  assert.equal(updated(named, { ports, clusterIP: '10.43.0.9' }).clusterIP, '10.43.0.9');
});

test('a service that becomes a name gives its address and node ports back', () => {
  const before = created({ type: 'NodePort', ports });
  const { spec = {} } = before;
  const after = updated(before, { ...spec, type: 'ExternalName', externalName: 'a.b' });
  assert.deepEqual(
    [after.clusterIP, after.clusterIPs, after.ipFamilies, after.ipFamilyPolicy, after.externalTrafficPolicy],
    [undefined, undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(after.ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
});

test('a balancer that is one no more loses what only balancers have', () => {
  const before = created({
    type: 'LoadBalancer',
    ports,
    externalTrafficPolicy: 'Local',
    loadBalancerClass: 'a/b',
  });
  const { spec = {} } = before;
  assert.notEqual(spec.healthCheckNodePort ?? 0, 0);
  assert.notEqual(spec.healthCheckNodePort, spec.ports?.[0]?.nodePort);
  const after = updated(before, { ...spec, type: 'ClusterIP' });
  assert.deepEqual(Object.keys(after).toSorted(), [
    'clusterIP',
    'clusterIPs',
    'internalTrafficPolicy',
    'ipFamilies',
    'ipFamilyPolicy',
    'ports',
    'sessionAffinity',
    'type',
  ]);
});

test('a balancer without node ports gets none but those it names', () => {
  const spec: ServiceSpec = {
    type: 'LoadBalancer',
    allocateLoadBalancerNodePorts: false,
    ports: [
      { port: 1, name: 'a' },
      { port: 2, name: 'b', nodePort: 30500 },
    ],
  };
  assert.deepEqual(
    created(spec).spec?.ports?.map(({ nodePort }) => nodePort),
    [undefined, 30500],
  );
});
