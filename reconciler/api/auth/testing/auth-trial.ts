/** An `Auth` on a directory of its own, a clock that tests move, and a view with a service account and its pod. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod, Secret, ServiceAccount } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../../core/model/object.ts';
import { MutableView } from '../../../core/model/view.ts';
import type { Clock, Logger } from '../../../core/ports.ts';
import { type Auth, type AuthSettings, createAuth } from '../auth.ts';
import type { Authenticated } from '../authenticate.ts';
import { fileVault } from '../file-vault.ts';
import type { KeyVault } from '../key-vault.ts';

const silent = (): void => undefined;
export const quietLogger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

/** Starts at the machine's time, which TLS goes by, and moves when told. */
export class TrialClock implements Clock {
  #aheadMs = 0;
  readonly #timers = new Set<() => void>();

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  steady(): number {
    return this.now();
  }

  after(_delayMs: number, run: () => void): () => void {
    this.#timers.add(run);
    return () => this.#timers.delete(run);
  }

  pass(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Runs everything that waits. */
  ring(): void {
    for (const run of [...this.#timers]) {
      this.#timers.delete(run);
      run();
    }
  }
}

export const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-account' },
};

export const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', uid: 'uid-pod' },
  spec: { containers: [], serviceAccountName: 'web', nodeName: 'a' },
};

export const tokenSecret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'web-token',
    namespace: 'shop',
    uid: 'uid-secret',
    annotations: { 'kubernetes.io/service-account.name': 'web' },
  },
  type: 'kubernetes.io/service-account-token',
};

export interface AuthTrial {
  readonly auth: Auth;
  readonly clock: TrialClock;
  readonly view: MutableView;
  readonly vault: KeyVault;
  readonly directory: string;
  put(...objects: readonly KubeObject[]): void;
  remove(object: KubeObject): void;
  bearer(token: string): Promise<Authenticated>;
}

interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

export async function authTrial(
  context: TestContext,
  settings: Partial<AuthSettings> = {},
): Promise<AuthTrial> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-auth-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  const clock = new TrialClock();
  const view = new MutableView();
  const vault = fileVault(join(directory, 'pki'));
  const auth = await createAuth({
    vault,
    settings: { stateDirectory: directory, serverUrl: 'https://127.0.0.1:6443', ...settings },
    view,
    clock,
    random: { next: () => 0.5, uuid: () => randomUUID() },
    logger: quietLogger,
  });
  const trial: AuthTrial = {
    auth,
    clock,
    view,
    vault,
    directory,
    put: (...objects) => {
      for (const object of objects) view.apply(refOf(object), object, view.revision + 1);
    },
    remove: (object) => void view.apply(refOf(object), undefined, view.revision + 1),
    bearer: (token) =>
      auth.authenticator.authenticate({ headers: ['Authorization', `Bearer ${token}`], local: false }),
  };
  trial.put(account, pod, tokenSecret);
  return trial;
}
