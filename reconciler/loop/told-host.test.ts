import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { MutableView } from '../core/model/view.ts';
import { type KubeObject, refOf } from '../core/model/object.ts';
import { type HostLink, LinkError } from '../core/ports.ts';
import { HandClock, settled } from '../../test/sim/hand-clock.ts';
import { PodTokens } from './pod-tokens.ts';
import { SharedState } from './shared-entries.ts';
import { ToldHost } from './told-host.ts';

const settings = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };

function podOf(
  name: string,
  projected: object = { sources: [{ serviceAccountToken: { path: 'token' } }] },
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name },
    spec: { nodeName: 'n1', containers: [{ name: 'main' }], volumes: [{ name: 'v', projected }] },
  };
}

/** Tokens are signed when the trial says so. */
function trial(...objects: readonly KubeObject[]) {
  const view = new MutableView();
  const apply = (object: KubeObject): unknown => view.apply(refOf(object), object, 1);
  for (const object of objects) apply(object);
  const told: string[] = [];
  const refused = (): never => {
    throw new LinkError('NotConnected', 'not asked for here');
  };
  const link: HostLink = {
    update: ({ upserts, removes }) =>
      void told.push([...upserts.map(({ key }) => key), ...removes.map((key) => `-${key}`)].join(' ')),
    logs: refused,
    session: refused,
    images: refused,
    importImage: refused,
    close: async () => undefined,
  };
  const signings: (() => void)[] = [];
  const tokens = new PodTokens({
    clock: new HandClock(),
    sign: ({ metadata }) =>
      new Promise((resolve) =>
        signings.push(() => resolve({ ok: true, token: metadata.name ?? '', expiresMs: Infinity })),
      ),
    changed: ({ metadata }) => host.tokensChanged(metadata.uid ?? ''),
    failed: (error) => assert.fail(String(error)),
  });
  const host = new ToldHost('n1', { link, view, settings, tokens, shared: new SharedState(view, settings) });
  const sign = async (): Promise<void> => {
    for (const run of signings.splice(0)) run();
    await settled();
  };
  const remove = (pod: Pod): void => {
    view.apply(refOf(pod), undefined, 2);
    tokens.forget(pod.metadata.uid ?? '');
    host.refresh(`pod/${pod.metadata.uid ?? ''}`);
  };
  return { host, told, sign, apply, remove };
}

test('the whole state goes once, with every pod’s tokens', async () => {
  const { host, told, sign } = trial(podOf('a'), podOf('b'), podOf('plain', { sources: [] }));
  host.tellWhole();
  host.refresh('pod/a');
  assert.deepEqual(told, []);
  await sign();
  assert.deepEqual(told, ['pod/a pod/b pod/plain token/a token/b']);
});

test('without tokens to wait for the state goes at once', () => {
  const { host, told } = trial(podOf('plain', { sources: [] }));
  host.tellWhole();
  assert.deepEqual(told, ['pod/plain']);
});

test('a pod that goes before its tokens are signed holds nobody up', async () => {
  const [stays, goes] = [podOf('stays'), podOf('goes')];
  const { host, told, sign, remove } = trial(stays, goes);
  host.tellWhole();
  remove(goes);
  await sign();
  assert.deepEqual(told, ['pod/stays token/stays']);
});

test('a later pod goes with its tokens, and they go with it', async () => {
  const { host, told, sign, apply, remove } = trial();
  host.tellWhole();
  const late = podOf('late');
  apply(late);
  host.refresh('pod/late');
  assert.deepEqual(told, ['']);
  await sign();
  remove(late);
  assert.deepEqual(told, ['', 'token/late pod/late', '-pod/late -token/late']);
});
