/** So long nobody else may have been at work before those who stand back go on, in milliseconds: about the way of an event between two services. */
const quietMs = 12;
/** Nobody stands back longer than this. */
const patienceMs = 200;

/** The time that passes, told in milliseconds from any beginning. */
export interface PassingTime {
  now(): number;
  /** @returns what takes it back */
  after(ms: number, run: () => void): () => void;
}

const realTime: PassingTime = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Who of a process goes first. A chain of events that somebody waits for (what was measured, how strong the control is, what the risk has become)
 * passes before the record of it and its way outside, which would otherwise take turns with every step of it.
 */
export class Precedence {
  #atWork = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  readonly #standing = new Set<() => void>();
  readonly #time: PassingTime;
  #looking = false;

  constructor(time: PassingTime = realTime) {
    this.#time = time;
  }

  /** Runs what somebody waits for. */
  async first<R>(run: () => Promise<R>): Promise<R> {
    this.#atWork++;
    try {
      return await run();
    } finally {
      this.#atWork--;
      this.#endedAt = this.#time.now();
    }
  }

  /** Runs what nobody waits for, when the others have been quiet for a moment or after `patienceMs`. */
  async afterwards<R>(run: () => Promise<R>): Promise<R> {
    if (this.#busy()) await this.#quiet();
    return run();
  }

  #busy(): boolean {
    return this.#atWork > 0 || this.#time.now() - this.#endedAt < quietMs;
  }

  #quiet(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        takeBack();
        this.#standing.delete(go);
        resolve();
      };
      const takeBack = this.#time.after(patienceMs, go);
      this.#standing.add(go);
      this.#look();
    });
  }

  #look(): void {
    if (this.#standing.size === 0 || this.#looking) return;
    this.#looking = true;
    this.#time.after(quietMs / 2, () => {
      this.#looking = false;
      if (!this.#busy()) for (const go of [...this.#standing]) go();
      this.#look();
    });
  }
}
