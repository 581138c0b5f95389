/**
 * What an autoscaler wanted and did lately: windows and policies look back over it. It is kept in memory for one term
 * of the leader, as kube-controller-manager keeps it: a new leader begins with the size that it finds.
 */

/** The longest that any window or policy may look back (validation's bound on both). */
const keptMs = 3_600_000;

export interface Recommendation {
  readonly atMs: number;
  readonly replicas: number;
}

/** A change of size: positive up, negative down. */
export interface ScaleEvent {
  readonly atMs: number;
  readonly change: number;
}

interface Past {
  readonly recommendations: Recommendation[];
  readonly events: ScaleEvent[];
}

/** By autoscaler, named by an id of the caller's. */
export class ScalingHistory {
  readonly #pasts = new Map<string, Past>();

  /** What was wanted up to `found`, the oldest first; of an autoscaler that is new here, the size that it found. */
  recommendations(id: string, found: Recommendation): readonly Recommendation[] {
    const { recommendations } = this.#upTo(id, found.atMs);
    if (recommendations.length === 0) recommendations.push(found);
    return recommendations;
  }

  events(id: string, nowMs: number): readonly ScaleEvent[] {
    return this.#upTo(id, nowMs).events;
  }

  recommend(id: string, recommendation: Recommendation): void {
    this.#upTo(id, recommendation.atMs).recommendations.push(recommendation);
  }

  scaled(id: string, event: ScaleEvent): void {
    this.#upTo(id, event.atMs).events.push(event);
  }

  /** Takes back what was noted at `atMs`: it came to nothing. */
  retract(id: string, atMs: number): void {
    const past = this.#pasts.get(id);
    if (past === undefined) return;
    const others = (note: { readonly atMs: number }): boolean => note.atMs !== atMs;
    this.#pasts.set(id, {
      recommendations: past.recommendations.filter(others),
      events: past.events.filter(others),
    });
  }

  forget(id: string): void {
    this.#pasts.delete(id);
  }

  /** Without what is too old to count, and what a clock that was set back since has put into the future. */
  #upTo(id: string, nowMs: number): Past {
    const known = this.#pasts.get(id);
    const counts = ({ atMs }: { readonly atMs: number }): boolean => atMs <= nowMs && atMs > nowMs - keptMs;
    const past: Past = {
      recommendations: (known?.recommendations ?? []).filter(counts),
      events: (known?.events ?? []).filter(counts),
    };
    this.#pasts.set(id, past);
    return past;
  }
}
