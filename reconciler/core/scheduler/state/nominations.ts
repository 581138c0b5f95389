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

  set(pod: PlacedPod): void {
    this.delete(pod.uid);
    this.#byUid.set(pod.uid, pod);
    const others = this.#byNode.get(pod.nodeName) ?? new Map<string, PlacedPod>();
    others.set(pod.uid, pod);
    this.#byNode.set(pod.nodeName, others);
  }

  delete(uid: string): boolean {
    const known = this.#byUid.get(uid);
    if (known === undefined) return false;
    this.#byUid.delete(uid);
    const others = this.#byNode.get(known.nodeName);
    others?.delete(uid);
    if (others?.size === 0) this.#byNode.delete(known.nodeName);
    return true;
  }

  list(): readonly string[] {
    return [...this.#byUid.values()].map(({ uid, nodeName }) => `${uid} ${nodeName}`).sort();
  }
}
