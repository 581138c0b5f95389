/** Pods that wait for a node which others are leaving for them: their room is kept from pods of lower priority. */
import type { PlacedPod } from './placed-pod.ts';

export class Nominations {
  readonly #byUid = new Map<string, PlacedPod>();
  readonly #byNode = new Map<string, Map<string, PlacedPod>>();

  get size(): number {
    return this.#byUid.size;
  }

  nodeOf(uid: string): string | undefined {
    return this.#byUid.get(uid)?.nodeName;
  }

  /** Pods that are nominated to the node, by uid; undefined where none is. */
  on(nodeName: string): ReadonlyMap<string, PlacedPod> | undefined {
    return this.#byNode.get(nodeName);
  }

  /** Gives the node that the pod was nominated to before. */
  set(pod: PlacedPod): string | undefined {
    const former = this.delete(pod.uid);
    this.#byUid.set(pod.uid, pod);
    const others = this.#byNode.get(pod.nodeName) ?? new Map<string, PlacedPod>();
    others.set(pod.uid, pod);
    this.#byNode.set(pod.nodeName, others);
    return former;
  }

  /** Gives the node that the pod was nominated to; undefined where there was none. */
  delete(uid: string): string | undefined {
    const known = this.#byUid.get(uid);
    if (known === undefined) return undefined;
    this.#byUid.delete(uid);
    const others = this.#byNode.get(known.nodeName);
    others?.delete(uid);
    if (others?.size === 0) this.#byNode.delete(known.nodeName);
    return known.nodeName;
  }

  list(): readonly string[] {
    return [...this.#byUid.values()].map(({ uid, nodeName }) => `${uid} ${nodeName}`).sort();
  }
}
