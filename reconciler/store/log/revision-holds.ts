interface Hold {
  readonly revision: number;
  readonly released: Promise<void>;
}

/** Who reads a revision over several turns: compaction leaves what they need until they are through. */
export class RevisionHolds {
  readonly #holds = new Set<Hold>();

  /** Keeps what can be read at `revision`, until the returned function is called. */
  hold(revision: number): () => void {
    const { promise: released, resolve } = Promise.withResolvers<void>();
    const hold = { revision, released };
    this.#holds.add(hold);
    return () => {
      this.#holds.delete(hold);
      resolve();
    };
  }

  /** Resolves when nobody who was there reads below `revision` any more. */
  async through(revision: number): Promise<void> {
    const below = [...this.#holds].filter((hold) => hold.revision < revision);
    await Promise.all(below.map((hold) => hold.released));
  }
}
