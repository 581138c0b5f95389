/** A container runtime spoken to by CRI: containerd, and by the same calls CRI-O. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ExecResult,
  Logger,
  Runtime,
  RuntimeEvent,
  RuntimeSession,
  RuntimeStatus,
} from '../../core/ports.ts';
import type { Container, ContainerSpec, Image, Sandbox, SandboxSpec } from '../../core/runtime-model.ts';
import { RuntimeProblem } from '../../core/runtime-problem.ts';
import type { ContainerSample } from '../../core/usage.ts';
import { containerConfigOf, containerOf, imageOf } from './container-message.ts';
import { CriClient, type ContainerdEvent } from './cri-client.ts';
import type { ContainerItem, PodSandboxItem } from './cri-messages.ts';
import { sandboxConfigOf, sandboxOf } from './sandbox-message.ts';
import { sessionCall } from './session-message.ts';
import { sampleOf } from './stats-message.ts';

/** containerd's namespace for what CRI makes. */
const criNamespace = 'k8s.io';
const eventFilters = ['exit', 'oom', 'delete'].map(
  (topic) => `namespace=="${criNamespace}",topic=="/tasks/${topic}"`,
);
const resubscribeDelayMs = 100;
const connectTimeoutMs = 30_000;
/** Pulls end by their caller's signal; this only bounds a runtime that hangs. */
const pullTimeoutMs = 3_600_000;
/** The runtime only notes what is asked for; a person waits for it. */
const sessionTimeoutMs = 10_000;
/** What the runtime needs beyond the grace to kill and clean up. */
const stopMarginMs = 120_000;

export interface CriRuntimeOptions {
  readonly socket: string;
  /** Absolute folder of all pods' logs. */
  readonly logRoot: string;
  readonly logger: Logger;
}

export class CriRuntime implements Runtime {
  readonly #client: CriClient;
  readonly #logRoot: string;
  readonly #logger: Logger;
  /** Containers by id as last listed: their status alone does not say which sandbox they are in. */
  readonly #items = new Map<string, ContainerItem>();
  /** What listing found last; asked for again only where the listed state differs. */
  readonly #containers = new Map<
    string,
    { readonly listedState: number; readonly container: Container | undefined }
  >();
  readonly #sandboxes = new Map<
    string,
    { readonly listedState: number; readonly sandbox: Sandbox | undefined }
  >();

  constructor(options: CriRuntimeOptions) {
    this.#client = new CriClient(options.socket);
    this.#logRoot = options.logRoot;
    this.#logger = options.logger;
  }

  async status(): Promise<RuntimeStatus> {
    const options = { timeoutMs: 10_000 };
    const [version, answer] = await Promise.all([
      this.#client.call('Version', {}, options),
      this.#client.call('Status', {}, options),
    ]);
    const conditions = answer.status?.conditions ?? [];
    const isMet = (type: string): boolean =>
      conditions.find((condition) => condition.type === type)?.status === true;
    return {
      ready: isMet('RuntimeReady'),
      networkReady: isMet('NetworkReady'),
      message: conditions
        .filter(({ status }) => !status)
        .map(({ reason, message }) => `${reason}: ${message}`)
        .join('; '),
      version: `${version.runtimeName}://${version.runtimeVersion}`,
    };
  }

  async list(): Promise<{
    readonly sandboxes: readonly Sandbox[];
    readonly containers: readonly Container[];
  }> {
    const [sandboxList, containerList] = await Promise.all([
      this.#client.call('ListPodSandbox', {}),
      this.#client.call('ListContainers', {}),
    ]);
    forgetOthers(this.#items, containerList.containers);
    forgetOthers(this.#containers, containerList.containers);
    forgetOthers(this.#sandboxes, sandboxList.items);
    for (const item of containerList.containers) this.#items.set(item.id, item);
    const sandboxes = await Promise.all(sandboxList.items.map((item) => this.#listedSandbox(item)));
    const containers = await Promise.all(containerList.containers.map((item) => this.#listedContainer(item)));
    return {
      sandboxes: sandboxes.filter((sandbox) => sandbox !== undefined),
      containers: containers.filter((container) => container !== undefined),
    };
  }

  async #listedSandbox(item: PodSandboxItem): Promise<Sandbox | undefined> {
    const known = this.#sandboxes.get(item.id);
    if (known?.listedState === item.state) return known.sandbox;
    const sandbox = await this.sandbox(item.id);
    this.#sandboxes.set(item.id, { listedState: item.state, sandbox });
    return sandbox;
  }

  async #listedContainer(item: ContainerItem): Promise<Container | undefined> {
    const known = this.#containers.get(item.id);
    if (known?.listedState === item.state) return known.container;
    const container = await this.#statusOf(item);
    this.#containers.set(item.id, { listedState: item.state, container });
    return container;
  }

  async sandbox(id: string): Promise<Sandbox | undefined> {
    const answer = await ifFound(this.#client.call('PodSandboxStatus', { podSandboxId: id }));
    return answer?.status ? sandboxOf(answer.status) : undefined;
  }

  async container(id: string): Promise<Container | undefined> {
    const known = this.#items.get(id);
    if (known !== undefined) return this.#statusOf(known);
    const list = await this.#client.call('ListContainers', { filter: { id } });
    const item = list.containers[0];
    if (item === undefined) return undefined;
    this.#items.set(id, item);
    return this.#statusOf(item);
  }

  async #statusOf(item: ContainerItem): Promise<Container | undefined> {
    const answer = await ifFound(this.#client.call('ContainerStatus', { containerId: item.id }));
    return answer?.status ? containerOf(item, answer.status) : undefined;
  }

  async runSandbox(spec: SandboxSpec): Promise<Sandbox> {
    const { podSandboxId } = await this.#client.call('RunPodSandbox', {
      config: sandboxConfigOf(spec, this.#logRoot),
    });
    const sandbox = await this.sandbox(podSandboxId);
    if (sandbox === undefined)
      throw new RuntimeProblem('Internal', `sandbox ${podSandboxId} is gone right after it was made`);
    return sandbox;
  }

  /** The counters of all containers that run. */
  async usage(): Promise<readonly ContainerSample[]> {
    const { stats } = await this.#client.call('ListContainerStats', {});
    return stats.map(sampleOf).filter((sample) => sample !== undefined);
  }

  async stopSandbox(id: string): Promise<void> {
    await ifFound(this.#client.call('StopPodSandbox', { podSandboxId: id }));
  }

  async removeSandbox(id: string): Promise<void> {
    // Stopping frees the network of a sandbox that died by itself.
    await this.stopSandbox(id);
    await ifFound(this.#client.call('RemovePodSandbox', { podSandboxId: id }));
  }

  async createContainer(
    sandboxId: string,
    spec: ContainerSpec,
    sandbox: SandboxSpec,
    hostPaths: readonly string[],
  ): Promise<string> {
    const { containerId } = await this.#client.call('CreateContainer', {
      podSandboxId: sandboxId,
      config: containerConfigOf(spec, hostPaths),
      sandboxConfig: sandboxConfigOf(sandbox, this.#logRoot),
    });
    return containerId;
  }

  async startContainer(id: string): Promise<Container> {
    await this.#client.call('StartContainer', { containerId: id });
    const container = await this.container(id);
    if (container === undefined)
      throw new RuntimeProblem('NotFound', `container ${id} is gone right after its start`);
    return container;
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const timeoutMs = graceSeconds * 1000 + stopMarginMs;
    await ifFound(
      this.#client.call('StopContainer', { containerId: id, timeout: graceSeconds }, { timeoutMs }),
    );
  }

  async removeContainer(id: string): Promise<void> {
    await ifFound(this.#client.call('RemoveContainer', { containerId: id }));
    this.#items.delete(id);
  }

  async execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult> {
    const timeout = Math.max(1, Math.ceil(timeoutMs / 1000));
    const answer = await this.#client.call(
      'ExecSync',
      { containerId: id, cmd: command, timeout },
      { timeoutMs: timeoutMs + 2000 },
    );
    const decoder = new TextDecoder();
    return {
      exitCode: answer.exitCode,
      stdout: decoder.decode(answer.stdout),
      stderr: decoder.decode(answer.stderr),
    };
  }

  async session(ask: RuntimeSession): Promise<string> {
    const { method, request } = sessionCall(ask);
    const { url } = await this.#client.call(method, request, { timeoutMs: sessionTimeoutMs });
    return url;
  }

  async reopenLog(id: string): Promise<void> {
    await this.#client.call('ReopenContainerLog', { containerId: id });
  }

  async images(): Promise<readonly Image[]> {
    const { images } = await this.#client.call('ListImages', {});
    return images.map(imageOf);
  }

  async image(name: string): Promise<Image | undefined> {
    const { image } = await this.#client.call('ImageStatus', { image: { image: name } });
    return image === null ? undefined : imageOf(image);
  }

  async pull(name: string, signal: AbortSignal): Promise<Image> {
    const { imageRef } = await this.#client.call(
      'PullImage',
      { image: { image: name } },
      { timeoutMs: pullTimeoutMs, signal },
    );
    const image = await this.image(imageRef);
    if (image === undefined)
      throw new RuntimeProblem('NotFound', `image ${name} is gone right after it was pulled`);
    return image;
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    while (!signal.aborted) {
      try {
        await this.#client.connected(connectTimeoutMs);
        // Whatever happened before the subscription is only seen by listing.
        yield { type: 'missed' };
        for await (const event of this.#client.subscribe(eventFilters, signal)) {
          const exited = isExitOfContainer(event);
          if (event.containerId !== '' && (event.topic !== '/tasks/exit' || exited)) {
            yield { type: 'changed', id: event.containerId, exited };
          }
        }
      } catch (error) {
        this.#logger.warn('runtime events interrupted', { error: String(error) });
      }
      await sleep(resubscribeDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  close(): void {
    this.#client.close();
  }
}

/** Processes that exec started exit too; only the first one's exit ends the container. */
function isExitOfContainer(event: ContainerdEvent): boolean {
  return event.topic === '/tasks/exit' && event.processId === event.containerId;
}

function forgetOthers(known: Map<string, unknown>, listed: readonly { readonly id: string }[]): void {
  const ids = new Set(listed.map(({ id }) => id));
  for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
}

async function ifFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RuntimeProblem && error.reason === 'NotFound') return undefined;
    throw error;
  }
}
