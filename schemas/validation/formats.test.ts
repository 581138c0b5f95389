import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FormatName, formats } from './formats.ts';

const cases: Readonly<
  Record<FormatName, { readonly good: readonly string[]; readonly bad: readonly string[] }>
> = {
  dns1123Label: { good: ['a', 'web-1', '1web'], bad: ['', 'Web', '-web', 'web-', 'a.b', 'a'.repeat(64)] },
  dns1123Subdomain: { good: ['a.b', 'web', 'a'.repeat(253)], bad: ['a..b', '.a', 'a_b', 'a'.repeat(254)] },
  dns1035Label: { good: ['web'], bad: ['1web', 'web-'] },
  cronJobName: { good: ['a'.repeat(52)], bad: ['a'.repeat(53)] },
  wildcardSubdomain: { good: ['*.example.com', 'example.com'], bad: ['*', 'a.*.com'] },
  qualifiedName: {
    good: ['app', 'app.kubernetes.io/name', 'My_App.1'],
    bad: ['', '/a', 'a/', 'a/b/c', 'A.com/x', '-a', 'a'.repeat(64)],
  },
  annotationKey: { good: ['Example.com/Key'], bad: ['a/b/c', ''] },
  labelValue: { good: ['', 'a', 'A_b.c-1'], bad: ['-a', 'a b', 'a'.repeat(64)] },
  pathSegment: { good: ['system:node', 'a b'], bad: ['a/b', '%', '.', '..'] },
  portName: { good: ['http', 'h2c-1'], bad: ['80', 'http_', '-a', 'a--b', 'a'.repeat(16)] },
  configKey: { good: ['nginx.conf', '.dockercfg', 'A_b-c'], bad: ['a b', '..', '..data', ''] },
  envName: { good: ['PATH', 'my.var', '1a b'], bad: ['A=B', '', 'ü'] },
  ip: {
    good: ['10.0.0.1', '::1', 'fe80::1:2', '::ffff:10.0.0.1'],
    bad: ['10.0.0.256', '1.2.3', '01.2.3.4', ':::', 'g::'],
  },
  cidr: { good: ['10.0.0.0/8', '::/0'], bad: ['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/8/8'] },
  clusterIp: { good: ['None', '', '10.0.0.1'], bad: ['none', '10.0.0.300'] },
  absolutePath: { good: ['/run'], bad: ['run'] },
  relativePath: { good: ['a/b', 'a..b'], bad: ['/a', '../a', 'a/..'] },
  localPath: { good: ['a/b', 'a/..b'], bad: ['/a', '../a', '..data', '..'] },
  pathNoBacksteps: { good: ['/a/b', 'a..b'], bad: ['/a/../b', '..'] },
  searchDomain: { good: ['.', 'a.b.', '_tcp.a'], bad: ['a..b', 'A.b', 'a b'] },
  httpHeaderName: { good: ['X-Header-Name'], bad: ['a_b', 'a b', ''] },
  domainPrefixedPath: { good: ['acme.io/foo', 'acme.io/a/b'], bad: ['foo', '/foo', 'acme.io/', 'A_b/foo'] },
  percent: { good: ['0%', '25%'], bad: ['25', '-1%', '%'] },
  quantity: {
    good: ['1', '100m', '1.5Gi', '2e3', '-1', '.5', '1E'],
    bad: ['', '1 Gi', '128MB', 'x', '1Kib', '..'],
  },
  nonNegativeQuantity: { good: ['0', '1Gi'], bad: ['-1', 'x'] },
  fingerprint: { good: [`SHA256:${'a'.repeat(43)}`], bad: ['SHA256:abc', 'a'.repeat(43)] },
  time: {
    good: ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.123456+02:00'],
    bad: ['2024-05-01', 'now', '2024-13-01T00:00:00Z'],
  },
  base64: { good: ['', 'eA==', 'YWJj\n'], bad: ['x', 'eA=', 'e A='] },
};

for (const [name, { good, bad }] of Object.entries(cases)) {
  test(`accepts and refuses ${name}`, () => {
    const format = formats[name as FormatName];
    for (const text of good) assert.equal(format(text), undefined, text);
    for (const text of bad) assert.equal(typeof format(text), 'string', text);
  });
}
