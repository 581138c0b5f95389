/**
 * The host's network as the agent wants it: kernel settings, rules, routes to the other hosts' pods, and CNI's
 * configuration, in this order, so that the first pod finds all of it. A change of services alone is one run of nft.
 */
import { randomInt } from 'node:crypto';
import { hostPaths, type NetworkEntry, type NetworkPeer } from '../../../schemas/wire/messages.ts';
import { type Compiled, compile } from '../core/net/compile.ts';
import { renderConflist } from '../core/net/conflist.ts';
import { diffRulesets, stepsOf } from '../core/net/diff.ts';
import { planRoutes } from '../core/net/routes.ts';
import type { Transaction } from '../core/net/ruleset.ts';
import { staleFlows } from '../core/net/stale-flows.ts';
import type { DesiredNetwork, Logger, Network, NetworkStatus } from '../core/ports.ts';
import { ensureCniFile } from './cni-file.ts';
import { forgetFlows } from './flows.ts';
import { changeRoutes, observeRoutes } from './host-routes.ts';
import { ensureKernelSettings } from './kernel-settings.ts';
import { applyTransaction, NftRefused, readCookie } from './nft.ts';

export interface NetworkOptions {
  readonly logger: Logger;
  readonly cniConfigPath?: string;
  /** Of the pods' interfaces; undefined: as the kernel chooses. */
  readonly mtu?: number;
}

export function createNetwork(options: NetworkOptions): Network {
  return new HostNetwork(options);
}

type ReadyNetwork = DesiredNetwork & { readonly network: NetworkEntry };

/** What was brought about of a network entry's own part; rules are kept account of apart from it. */
type HostStep = 'kernel settings' | 'routes' | 'CNI configuration';

class HostNetwork implements Network {
  readonly #logger: Logger;
  readonly #cniConfigPath: string;
  readonly #mtu: number | undefined;
  #compiled: Compiled | undefined;
  /** What the kernel holds by our last transaction; undefined: unknown, so that all of it is replaced. */
  #inKernel: Compiled | undefined;
  #cookie = randomInt(0x1_0000_0000);
  /** Kernel settings, routes and CNI configuration are all as the network entry says. */
  #hostApplied = false;
  /** What is in place, yet not as it should be. */
  readonly #warnings = new Map<HostStep | 'flows', readonly string[]>();
  /** Routes that the kernel refused. */
  #unreachable: readonly string[] = [];
  #status: NetworkStatus = { ready: false, message: 'the network has not been applied yet' };
  #applying = false;

  constructor({ logger, cniConfigPath, mtu }: NetworkOptions) {
    this.#logger = logger;
    this.#cniConfigPath = cniConfigPath ?? hostPaths.cniConfig;
    this.#mtu = mtu;
  }

  status(): NetworkStatus {
    return this.#status;
  }

  async apply(desired: DesiredNetwork, changedKeys?: ReadonlySet<string>): Promise<void> {
    const { network } = desired;
    if (network === undefined) {
      this.#status = { ready: false, message: 'the reconciler has not sent a network entry yet' };
      return;
    }
    if (this.#applying) throw new Error('Network.apply was called while it runs');
    this.#applying = true;
    try {
      await this.#applySteps({ ...desired, network }, changedKeys);
    } finally {
      this.#applying = false;
    }
  }

  /** Each step runs even where one before it failed: a peer that cannot be reached is no reason for old rules. */
  async #applySteps(desired: ReadyNetwork, changedKeys: ReadonlySet<string> | undefined): Promise<void> {
    const { network, peers } = desired;
    const failures = new Map<HostStep | 'rules', string>();
    const attempt = async (step: HostStep | 'rules', run: () => Promise<void>): Promise<void> => {
      await run().catch((error: unknown) =>
        failures.set(step, error instanceof Error ? error.message : String(error)),
      );
    };
    const hostToo = !this.#hostApplied || (changedKeys?.has('network') ?? true);
    if (hostToo) await attempt('kernel settings', () => this.#applySettings());
    await attempt('rules', () => this.#applyRules(desired, changedKeys));
    if (hostToo || [...(changedKeys ?? [])].some((key) => key.startsWith('peers/')))
      await attempt('routes', () => this.#applyRoutes(network, peers));
    if (hostToo) await attempt('CNI configuration', () => this.#applyCni(network));
    this.#hostApplied =
      ![...failures.keys()].some((step) => step !== 'rules') && this.#unreachable.length === 0;
    this.#report(failures);
  }

  #report(failures: ReadonlyMap<HostStep | 'rules', string>): void {
    const ready = failures.size === 0;
    const texts = [...failures].map(([step, text]) => `${step}: ${text}`);
    const message = [...texts, ...[...this.#warnings.values()].flat()].join('; ');
    this.#status = message === '' ? { ready } : { ready, message };
    if (!ready) throw new Error(texts.join('; '));
  }

  async #applySettings(): Promise<void> {
    this.#warn('kernel settings', await ensureKernelSettings());
  }

  async #applyRules(desired: ReadyNetwork, changedKeys: ReadonlySet<string> | undefined): Promise<void> {
    const compiled = compile(desired, this.#compiled, changedKeys);
    this.#compiled = compiled;
    if (changedKeys === undefined) await this.#checkKernel();
    const before = this.#inKernel;
    if (before === undefined || !(await this.#tryChange(before, compiled))) {
      await this.#transact(diffRulesets(undefined, compiled.ruleset), compiled);
    }
    const warning = await forgetFlows(staleFlows(before, compiled));
    this.#warn('flows', warning === undefined ? [] : [warning]);
  }

  /** Somebody may have flushed the rules. */
  async #checkKernel(): Promise<void> {
    if (this.#inKernel === undefined) return;
    const cookie = await readCookie();
    if (cookie === this.#cookie) return;
    this.#logger.warn('rules were removed or replaced by someone else: loading them again', { cookie });
    this.#inKernel = undefined;
  }

  /** Answers false where the kernel refused, as it does when our table is not what we left. */
  async #tryChange(before: Compiled, compiled: Compiled): Promise<boolean> {
    try {
      await this.#transact(diffRulesets(before.ruleset, compiled.ruleset), compiled);
      return true;
    } catch (error) {
      if (!(error instanceof NftRefused)) throw error;
      this.#logger.warn('a change of rules was refused: loading all of them', { error: error.message });
      return false;
    }
  }

  async #transact(transaction: Transaction, compiled: Compiled): Promise<void> {
    for (const step of stepsOf(transaction)) {
      const cookie = (this.#cookie + 1) >>> 0;
      // Until nft says that it succeeded, nobody knows.
      this.#inKernel = undefined;
      await applyTransaction(step, cookie);
      this.#cookie = cookie;
    }
    this.#inKernel = compiled;
  }

  /**
   * A peer that no route can be made to is no reason to hold up the host: it is told of, and tried again with each
   * application that follows.
   */
  async #applyRoutes(network: NetworkEntry, peers: readonly NetworkPeer[]): Promise<void> {
    const { commands, problems } = planRoutes(network, peers, await observeRoutes());
    this.#unreachable = await changeRoutes(commands);
    this.#warn('routes', [...problems, ...this.#unreachable]);
  }

  async #applyCni(network: NetworkEntry): Promise<void> {
    const written = await ensureCniFile(this.#cniConfigPath, renderConflist(network, this.#mtu));
    if (written) this.#logger.info('wrote the CNI configuration', { path: this.#cniConfigPath });
  }

  /** Told once for as long as it lasts. */
  #warn(step: HostStep | 'flows', warnings: readonly string[]): void {
    const told = this.#warnings.get(step) ?? [];
    for (const warning of warnings) if (!told.includes(warning)) this.#logger.warn(warning);
    this.#warnings.set(step, warnings);
  }
}
