import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplyScenario } from './apply-scenario.ts';

const identity = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } };
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } };

function pod(...containers: object[]): object {
  return { ...identity, spec: { containers } };
}

test('an item that is no longer applied goes with all that is in it', () => {
  const scenario = new ApplyScenario();
  scenario.apply(pod({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }), { manager: 'git' });
  const defaulted = pod({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1', imagePullPolicy: 'Always' });
  scenario.live = {
    ...scenario.live,
    ...(defaulted as typeof identity),
    metadata: scenario.live?.metadata ?? {},
  };
  scenario.apply(pod({ name: 'a', image: 'a:1' }), { manager: 'git' });
  assert.deepEqual(scenario.object, pod({ name: 'a', image: 'a:1' }));
});

test('an item that another manager added stays', () => {
  const scenario = new ApplyScenario();
  scenario.apply(pod({ name: 'a', image: 'a:1' }), { manager: 'git' });
  scenario.update(
    {
      ...scenario.live,
      ...pod({ name: 'a', image: 'a:1' }, { name: 'sidecar', image: 's:1' }),
      metadata: scenario.live?.metadata,
    },
    { manager: 'injector' },
  );
  scenario.apply(pod({ name: 'a', image: 'a:2' }), { manager: 'git' });
  assert.deepEqual(scenario.object, pod({ name: 'a', image: 'a:2' }, { name: 'sidecar', image: 's:1' }));
});

test('a field of an item that another manager set stays when the applier’s own ones go', () => {
  const scenario = new ApplyScenario();
  const ports = (list: object[]): object => pod({ name: 'a', image: 'a:1', ports: list });
  scenario.apply(ports([{ containerPort: 80, name: 'http' }]), { manager: 'git' });
  scenario.apply(pod({ name: 'a', workingDir: '/srv' }), { manager: 'other' });
  scenario.apply(pod({ name: 'a', image: 'a:1' }), { manager: 'git' });
  assert.deepEqual(scenario.object, pod({ name: 'a', image: 'a:1', workingDir: '/srv' }));
});

test('ports are told apart by number and protocol, the protocol being TCP where it is not said', () => {
  const scenario = new ApplyScenario();
  const dns = (...ports: object[]): object => ({ ...service, spec: { ports } });
  scenario.apply(dns({ port: 53, protocol: 'UDP', name: 'udp' }, { port: 53, name: 'tcp' }), {
    manager: 'git',
  });
  scenario.apply(
    dns({ port: 53, protocol: 'TCP', name: 'dns' }, { port: 53, protocol: 'UDP', name: 'udp' }),
    { manager: 'git' },
  );
  assert.deepEqual(
    scenario.object,
    dns({ port: 53, name: 'dns', protocol: 'TCP' }, { port: 53, protocol: 'UDP', name: 'udp' }),
  );
});

test('a selector is atomic: it is replaced as a whole', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...service, spec: { selector: { a: '1', b: '2' } } }, { manager: 'git' });
  scenario.apply({ ...service, spec: { selector: { c: '3' } } }, { manager: 'git' });
  assert.deepEqual(scenario.object, { ...service, spec: { selector: { c: '3' } } });
  assert.deepEqual(scenario.owners['git/Apply'], { 'f:spec': { 'f:selector': {} } });
});

test('an atomic list is one value: who owns it, owns it all', () => {
  const scenario = new ApplyScenario();
  scenario.apply(pod({ name: 'a', args: ['-v', '-x'] }), { manager: 'a' });
  const result = scenario.apply(pod({ name: 'a', args: ['-v'] }), { manager: 'b' });
  assert.equal(
    result.ok || result.message,
    'Apply failed with 1 conflict: conflict with "a": .spec.containers[name="a"].args',
  );
});

test('finalizers are a set: each manager has its own', () => {
  const scenario = new ApplyScenario();
  const finalizers = (...list: string[]): object => ({
    ...service,
    metadata: { ...service.metadata, finalizers: list },
  });
  scenario.apply(finalizers('a/one', 'a/two'), { manager: 'a' });
  scenario.apply(finalizers('b/three'), { manager: 'b' });
  scenario.apply(finalizers('a/two'), { manager: 'a' });
  assert.deepEqual(scenario.object, finalizers('a/two', 'b/three'));
  assert.deepEqual(scenario.owners['b/Apply'], { 'f:metadata': { 'f:finalizers': { 'v:"b/three"': {} } } });
});

test('entries of a map have owners of their own', () => {
  const scenario = new ApplyScenario();
  const labels = (map: object): object => ({ ...service, metadata: { ...service.metadata, labels: map } });
  scenario.apply(labels({ a: '1', b: '2' }), { manager: 'git' });
  scenario.update(
    { ...scenario.live, metadata: { ...scenario.live?.metadata, labels: { a: '1', b: '2', c: '3' } } },
    { manager: 'kubectl' },
  );
  scenario.apply(labels({ a: '1' }), { manager: 'git' });
  assert.deepEqual(scenario.object, labels({ a: '1', c: '3' }));
  scenario.apply(service, { manager: 'git' });
  assert.deepEqual(scenario.object, labels({ c: '3' }));
});

test('an empty map is owned as such, and is there as long as it is applied', () => {
  const scenario = new ApplyScenario();
  const volume = (source: object): object => ({
    ...identity,
    spec: { volumes: [{ name: 'tmp', ...source }] },
  });
  scenario.apply(volume({ emptyDir: {} }), { manager: 'git' });
  assert.deepEqual(scenario.object, volume({ emptyDir: {} }));
  assert.deepEqual(scenario.owners['git/Apply'], {
    'f:spec': { 'f:volumes': { 'k:{"name":"tmp"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } } },
  });
  scenario.apply(volume({ emptyDir: { medium: 'Memory' } }), { manager: 'git' });
  scenario.apply(volume({ emptyDir: {} }), { manager: 'git' });
  assert.deepEqual(scenario.object, volume({ emptyDir: {} }));
});

test('a null is owned, and the field is without a value', () => {
  const scenario = new ApplyScenario();
  scenario.apply({ ...identity, spec: { hostname: 'a' } }, { manager: 'git' });
  scenario.apply({ ...identity, spec: { hostname: null } }, { manager: 'git' });
  assert.deepEqual(scenario.object, { ...identity, spec: {} });
  assert.deepEqual(scenario.owners['git/Apply'], { 'f:spec': { 'f:hostname': {} } });
});

test('merged lists follow the configuration’s order, with the others’ items kept in their places', () => {
  const scenario = new ApplyScenario();
  const names = (...list: string[]): object => pod(...list.map((name) => ({ name })));
  const order = (): unknown =>
    (scenario.object as { spec: { containers: { name: string }[] } }).spec.containers.map(({ name }) => name);
  scenario.apply(names('a', 'x', 'b', 'y', 'c'), { manager: 'others' });
  scenario.apply(names('a', 'b', 'c'), { manager: 'git' });
  assert.deepEqual(order(), ['a', 'x', 'b', 'y', 'c']);
  scenario.apply(names('b', 'new', 'a', 'c'), { manager: 'git' });
  assert.deepEqual(order(), ['x', 'b', 'y', 'new', 'a', 'c']);
});

test('live items that share a key give way to one that is applied, and stay otherwise', () => {
  const env = (...list: object[]): object => pod({ name: 'a', env: list });
  const doubled = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
    { name: 'B', value: '3' },
  ];
  const scenario = new ApplyScenario();
  scenario.update(env(...doubled), { manager: 'kubectl' });
  scenario.apply(env({ name: 'C', value: '4' }), { manager: 'git' });
  assert.deepEqual(scenario.object, env(...doubled, { name: 'C', value: '4' }));
  const result = scenario.apply(env({ name: 'A', value: '9' }), { manager: 'git' });
  assert.equal(
    result.ok || result.message,
    'Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.containers[name="a"].env[name="A"]',
  );
  scenario.apply(env({ name: 'A', value: '9' }), { manager: 'git', force: true });
  assert.deepEqual(scenario.object, env({ name: 'A', value: '9' }, { name: 'B', value: '3' }));
});

test('a kind without a schema merges its maps by entry and its lists as a whole', () => {
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
  const scenario = new ApplyScenario();
  scenario.apply({ ...widget, spec: { size: { x: 1 }, parts: [{ name: 'a' }] } }, { manager: 'a' });
  scenario.apply({ ...widget, spec: { size: { y: 2 } } }, { manager: 'b' });
  assert.deepEqual(scenario.object, { ...widget, spec: { size: { x: 1, y: 2 }, parts: [{ name: 'a' }] } });
  assert.deepEqual(scenario.owners['a/Apply'], {
    'f:spec': { '.': {}, 'f:parts': {}, 'f:size': { '.': {}, 'f:x': {} } },
  });
  const result = scenario.apply({ ...widget, spec: { parts: [{ name: 'b' }] } }, { manager: 'b' });
  assert.equal(result.ok || result.message, 'Apply failed with 1 conflict: conflict with "a": .spec.parts');
});

test('a container that an updater shares loses only the applier’s part', () => {
  const scenario = new ApplyScenario();
  const context = (fields: object): object => ({ ...identity, spec: { securityContext: fields } });
  scenario.apply(context({ runAsUser: 1 }), { manager: 'git' });
  scenario.update(
    { ...scenario.live, ...context({ runAsUser: 1, fsGroup: 2 }), metadata: scenario.live?.metadata },
    { manager: 'kubectl' },
  );
  scenario.apply(identity, { manager: 'git' });
  assert.deepEqual(scenario.object, context({ fsGroup: 2 }));
});
