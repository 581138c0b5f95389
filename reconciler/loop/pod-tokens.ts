/**
 * The service account tokens of pods, as their projected volumes ask for them: signed when a host has to be told of
 * the pod, anew before they end, and kept in memory alone.
 */
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { PodToken, TokenEntry } from '../../schemas/wire/messages.ts';
import type { Clock } from '../core/ports.ts';
import { type TokenDemand, tokenDemands } from '../core/desired/token-demands.ts';

/** As the kubelet: a token is renewed after four fifths of its life, and once a day at least. */
const renewAfterPart = 0.8;
const renewAfterMsMax = 24 * 3_600_000;
/** A token that was refused (its account may come yet) is asked for again after so long. */
const refusedAgainMs = 1000;

export type SignedToken =
  | { readonly ok: true; readonly token: string; readonly expiresMs: number }
  | { readonly ok: false; readonly message: string };

/** Signs a token of the pod's account, bound to the pod. An empty audience is the API's. Never rejects for what a pod asks. */
export type TokenSigner = (pod: Pod, demand: TokenDemand) => Promise<SignedToken>;

interface Known {
  readonly pod: Pod;
  entry: TokenEntry | undefined;
  cancel: () => void;
}

export interface PodTokensOptions {
  readonly clock: Clock;
  readonly sign: TokenSigner;
  /** The pod's tokens are there, or have been renewed. */
  readonly changed: (pod: Pod) => void;
  readonly failed: (error: unknown) => void;
}

export class PodTokens {
  readonly #options: PodTokensOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: PodTokensOptions) {
    this.#options = options;
  }

  /** The pod's tokens; `none` where it asks for none, `later` while they are being signed for the first time. */
  of(pod: Pod): TokenEntry | 'none' | 'later' {
    const uid = pod.metadata.uid ?? '';
    const known = this.#known.get(uid);
    if (known !== undefined) return known.entry ?? 'later';
    if (tokenDemands(pod).length === 0) return 'none';
    const begun: Known = { pod, entry: undefined, cancel: () => undefined };
    this.#known.set(uid, begun);
    void this.#sign(uid, begun);
    return 'later';
  }

  /** The pod has gone from its host. */
  forget(uid: string): void {
    this.#known.get(uid)?.cancel();
    this.#known.delete(uid);
  }

  stop(): void {
    for (const uid of [...this.#known.keys()]) this.forget(uid);
  }

  async #sign(uid: string, known: Known): Promise<void> {
    const { clock, sign, changed, failed } = this.#options;
    try {
      const begunMs = clock.now();
      const demands = tokenDemands(known.pod);
      const signed = await Promise.all(demands.map((demand) => sign(known.pod, demand)));
      if (this.#known.get(uid) !== known) return;
      const tokens = demands.map((demand, index): PodToken => tokenOf(demand, signed[index]));
      known.entry = { key: `token/${uid}`, type: 'token', tokens };
      const delayMs = Math.min(...signed.map((one) => renewalMs(one, begunMs)));
      known.cancel = clock.after(delayMs, () => void this.#sign(uid, known));
      changed(known.pod);
    } catch (error) {
      failed(error);
    }
  }
}

function tokenOf(demand: TokenDemand, signed: SignedToken | undefined): PodToken {
  if (signed === undefined) return { ...demand, problem: 'no token was signed' };
  return signed.ok ? { ...demand, token: signed.token } : { ...demand, problem: signed.message };
}

/** Milliseconds from its signing to the next one. */
function renewalMs(signed: SignedToken, begunMs: number): number {
  if (!signed.ok) return refusedAgainMs;
  return Math.min(renewAfterMsMax, Math.max(refusedAgainMs, (signed.expiresMs - begunMs) * renewAfterPart));
}
