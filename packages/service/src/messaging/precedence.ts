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

/** Those of a kind who stand back, in the order in which they came. */
interface Lane {
  running: number;
  readonly standing: Set<() => void>;
  /** Until when they need not stand back: one of them has waited long enough for all. */
  freeUntil: number;
}

/**
 * Who of a process goes first. A chain of events that somebody waits for (what was measured, how strong the control is, what the risk has become)
 * passes before the record of it and its way outside, which would otherwise take turns with every step of it. Those who stand back go on one
 * after the other, so that what came in order is recorded in order.
 */
export class Precedence {
  #atWork = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  readonly #lanes = new Map<string, Lane>();
  readonly #time: PassingTime;
  /** Those who wait for a quiet moment and go on all at once. */
  readonly #onlookers = new Set<() => void>();
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

  /** What somebody waits for is on its way to who will run it: the moment is not quiet. */
  coming(): void {
    this.#endedAt = this.#time.now();
  }

  /**
   * Runs what nobody waits for, when the others have been quiet for a moment and the one of its lane before it has ended, or after `patienceMs`.
   * Where the others are never quiet, a lane stands back half of the time: what is put off must not grow without end.
   */
  async afterwards<R>(name: string, run: () => Promise<R>): Promise<R> {
    const lane = this.#lane(name);
    if (!this.#mayGo(lane) || lane.running > 0) {
      await this.#turn(lane.standing, () => {
        lane.freeUntil = this.#time.now() + patienceMs;
      });
    }
    lane.running++;
    try {
      return await run();
    } finally {
      lane.running--;
      if (this.#mayGo(lane)) this.#release(lane);
    }
  }

  /** Resolves when the others have been quiet for a moment, or after `patienceMs`. */
  async quiet(): Promise<void> {
    if (this.#busy()) await this.#turn(this.#onlookers);
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = { running: 0, standing: new Set(), freeUntil: Number.NEGATIVE_INFINITY };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #busy(): boolean {
    return this.#atWork > 0 || this.#time.now() - this.#endedAt < quietMs;
  }

  #mayGo(lane: Lane): boolean {
    return !this.#busy() || this.#time.now() < lane.freeUntil;
  }

  /** Stands among others until it is let go, or has waited long enough. */
  #turn(standing: Set<() => void>, waitedEnough = () => {}): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        takeBack();
        standing.delete(go);
        resolve();
      };
      const takeBack = this.#time.after(patienceMs, () => {
        waitedEnough();
        go();
      });
      standing.add(go);
      this.#look();
    });
  }

  /** Lets the first of a lane go, unless one of it is under way. */
  #release(lane: Lane): void {
    const [next] = lane.standing;
    if (lane.running === 0) next?.();
  }

  #look(): void {
    const stands = this.#onlookers.size > 0 || [...this.#lanes.values()].some((lane) => lane.standing.size > 0);
    if (this.#looking || !stands) return;
    this.#looking = true;
    this.#time.after(quietMs / 2, () => {
      this.#looking = false;
      if (!this.#busy()) {
        for (const lane of this.#lanes.values()) this.#release(lane);
        for (const go of this.#onlookers) go();
      }
      this.#look();
    });
  }
}
