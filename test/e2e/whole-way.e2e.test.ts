/** The whole way on two real hosts: pushes in, containers and HTTP answers out, with faults in between. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { agentPattern } from '../../fixtures/lab/demo/cluster-steps.ts';
import { eventually } from '../../fixtures/lab/berth-process.ts';
import type { Deployment } from '../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { startCluster, type TestCluster } from './cluster.ts';
import { webSite } from './manifests.ts';

let cluster: TestCluster;
const first = { image: 'berth.local/nginx:1', replicas: 3, page: 'one' };

before(async () => {
  cluster = await startCluster({ name: 'e2eway', hosts: 2, images: ['nginx:1'] });
});
after(async () => {
  await cluster.down();
});

/** One fetch on a connection of its own; rejects where anything goes wrong. */
function fetchPage(address: string, port = 30_080): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: address, port, agent: false, timeout: 5_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(chunks).toString())
          : reject(new Error(`HTTP ${answer.statusCode ?? 0}`)),
      );
      answer.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Container id and start time of every container, asked of containerd through the pods' status. */
function containers(pods: readonly Pod[]): string[] {
  return pods
    .flatMap((pod) =>
      (pod.status?.containerStatuses ?? []).map(
        (one) => `${one.containerID ?? ''} ${one.state?.running?.startedAt ?? ''} ${one.restartCount}`,
      ),
    )
    .sort();
}

test('a push becomes running containers, and every host answers on the node port', async () => {
  await cluster.push({ 'web.yaml': webSite('shop', first) });
  const pods = await cluster.ready('shop', 3);
  assert.equal(new Set(pods.map((pod) => pod.spec?.nodeName)).size, 2, 'the pods are spread over both hosts');
  for (const host of cluster.lab.hosts) {
    const { stdout } = await host.run(['ctr', '--namespace', 'k8s.io', 'tasks', 'ls']);
    const here = pods.filter((pod) => pod.spec?.nodeName === host.name);
    for (const pod of here) {
      const id = (pod.status?.containerStatuses?.[0]?.containerID ?? '').replace('containerd://', '');
      assert.match(stdout, new RegExp(`${id}\\s+\\d+\\s+RUNNING`));
    }
    await eventually(`the page from ${host.name}`, async () =>
      (await fetchPage(host.address).catch(() => '')) === 'one' ? true : undefined,
    );
  }
});

test('a push with mistakes names each one, changes nothing, and does not block the next', async () => {
  const before = containers(await cluster.pods('shop'));
  const bad = webSite('shop', first)
    .replace('replicas: 3', 'replicas: "three"')
    .replace('image: berth', 'imag: berth');
  const commit = await cluster.push({ 'web.yaml': bad });
  const problems = await eventually('the refusal', async () => {
    const application = await cluster.berth.api<{
      status?: { latest?: { commit: string; problems?: string[] } };
    }>('GET', '/apis/berth.dev/v1alpha1/applications/test');
    return application.status?.latest?.commit === commit
      ? (application.status.latest.problems ?? [])
      : undefined;
  });
  assert.match(problems.join('\n'), /^web\.yaml:20:13: spec\.replicas: /m);
  assert.match(problems.join('\n'), /^web\.yaml:\d+:\d+: spec\.template\.spec\.containers\[0\]\.imag: /m);
  assert.equal(await fetchPage(cluster.lab.hosts[0]?.address ?? ''), 'one');
  assert.deepEqual(containers(await cluster.pods('shop')), before);
});

test('a changed image rolls out, and what left the repository is removed', async () => {
  const old = (await cluster.pods('shop')).map((pod) => pod.metadata.uid);
  const extra = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  namespace: shop\ndata: {}\n';
  await cluster.push({
    'web.yaml': webSite('shop', { ...first, page: 'two', replicas: 2 }).replace(
      'app: web\n    spec',
      'app: web\n      annotations:\n        release: second\n    spec',
    ),
    'extra.yaml': extra,
  });
  const pods = await eventually('two new pods', async () => {
    const found = await cluster.pods('shop');
    const fresh = found.filter((pod) => !old.includes(pod.metadata.uid) && pod.status?.phase === 'Running');
    return found.length === 2 && fresh.length === 2 ? fresh : undefined;
  });
  assert.equal(pods.length, 2);
  for (const host of cluster.lab.hosts)
    await eventually('the second page', async () =>
      (await fetchPage(host.address).catch(() => '')) === 'two' ? true : undefined,
    );
  await cluster.berth.api('GET', '/api/v1/namespaces/shop/configmaps/extra');
  await cluster.push({ 'extra.yaml': null });
  await eventually(
    'the pruned config map',
    async () =>
      await cluster.berth.api('GET', '/api/v1/namespaces/shop/configmaps/extra').then(
        () => undefined,
        () => true,
      ),
  );
});

test('a change by hand to what Git owns is put back', async () => {
  const path = '/apis/apps/v1/namespaces/shop/deployments/web';
  await cluster.berth.api('PATCH', path, { spec: { replicas: 5 } }, 'application/merge-patch+json');
  await eventually('two replicas again', async () =>
    (await cluster.berth.api<Deployment>('GET', path)).spec?.replicas === 2 ? true : undefined,
  );
  await cluster.ready('shop', 2);
});

test('a container that dies is started again', async () => {
  const [pod] = await cluster.ready('shop', 2);
  const status = pod?.status?.containerStatuses?.[0];
  const host = cluster.lab.hosts.find((one) => one.name === pod?.spec?.nodeName);
  const id = (status?.containerID ?? '').replace('containerd://', '');
  assert.ok(host);
  const killed = await host.run(['ctr', '--namespace', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', id]);
  assert.equal(killed.code, 0, killed.stderr);
  await eventually('one restart', async () => {
    const now = (await cluster.pods('shop')).find((one) => one.metadata.uid === pod?.metadata.uid)?.status
      ?.containerStatuses?.[0];
    return now?.restartCount === 1 && now.state?.running !== undefined ? true : undefined;
  });
});

test('killing the reconciler and the agents fails no request and restarts no container', async () => {
  const before = containers(await cluster.ready('shop', 2));
  const addresses = cluster.lab.hosts.map((host) => host.address);
  const failures: string[] = [];
  let requests = 0;
  let going = true;
  const load = (async () => {
    while (going) {
      const address = addresses[requests++ % addresses.length] ?? '';
      await fetchPage(address).catch((error: unknown) => failures.push(`${address}: ${String(error)}`));
    }
  })();
  try {
    await cluster.berth.kill();
    for (const host of cluster.lab.hosts) {
      const instance = await agentPid(host);
      await host.check(['kill', '-9', String(instance)]);
      await eventually(`another agent on ${host.name}`, async () =>
        (await agentPid(host).catch(() => instance)) === instance ? undefined : true,
      );
    }
    await cluster.berth.start();
    await eventually('both hosts connected', async () => {
      const { items } = await cluster.berth.api<{ items: { status?: { phase?: string } }[] }>(
        'GET',
        '/apis/berth.dev/v1alpha1/hosts',
      );
      return items.every((host) => host.status?.phase === 'Connected') ? true : undefined;
    });
    const marked = requests;
    await eventually('some more requests', async () => (requests > marked + 50 ? true : undefined));
  } finally {
    going = false;
    await load;
  }
  assert.deepEqual(failures, [], `of ${requests} requests`);
  assert.deepEqual(containers(await cluster.ready('shop', 2)), before);
});

test('a host that is cut off shows NotReady, and is Ready when it is back', async () => {
  const host = cluster.lab.hosts[1];
  assert.ok(host);
  const readiness = async (): Promise<string | undefined> => {
    const node = await cluster.berth.api<{ status?: { conditions?: { type: string; status: string }[] } }>(
      'GET',
      `/api/v1/nodes/${host.name}`,
    );
    return node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  };
  await host.isolate();
  await eventually('Ready=Unknown', async () => ((await readiness()) === 'Unknown' ? true : undefined));
  await host.rejoin();
  await eventually('Ready=True', async () => ((await readiness()) === 'True' ? true : undefined));
  await cluster.ready('shop', 2);
});

test('a removed host keeps nothing of Berth, and its pods run elsewhere', async () => {
  const [stays, goes] = cluster.lab.hosts;
  assert.ok(stays !== undefined && goes !== undefined);
  await cluster.berth.run('host', 'rm', goes.name);
  assert.deepEqual(await goes.pidsOf(agentPattern), []);
  assert.equal((await goes.check(['ctr', '--namespace', 'k8s.io', 'tasks', 'ls', '--quiet'])).trim(), '');
  assert.doesNotMatch(await goes.check(['nft', 'list', 'tables']), /berth/);
  const pods = await cluster.ready('shop', 2);
  assert.deepEqual([...new Set(pods.map((pod) => pod.spec?.nodeName))], [stays.name]);
});

/** The agent's process, found by its executable inside the host. */
async function agentPid(host: TestCluster['lab']['hosts'][number]): Promise<number> {
  const pids = await host.pidsOf(agentPattern);
  const pid = pids[0];
  if (pid === undefined || pids.length > 1) throw new Error(`${pids.length} agents run on ${host.name}`);
  return pid;
}
