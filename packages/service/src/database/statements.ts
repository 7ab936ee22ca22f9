/** A statement that came so often in this process is prepared. */
const often = 3;
/** Each connection keeps the plans of all of them, some ten kilobytes each. */
const mostPrepared = 200;
/** So many texts are remembered to be counted. */
const mostCounted = 2000;

/**
 * Which statements a connection keeps parsed and planned, which is half the cost of a small one: those that come often, by a name for their text.
 * Reads of the past use other tables by the same text, so they have names of their own.
 */
export class Statements {
  #counts = new Map<string, number>();
  #names = new Map<string, string>();
  #generation = 1;

  /** The name to prepare a text under, or undefined where it is not worth it. */
  nameOf(text: string, past: boolean): string | undefined {
    const key = past ? `past ${text}` : text;
    const known = this.#names.get(key);
    if (known !== undefined || this.#names.size >= mostPrepared) return known;
    const count = (this.#counts.get(key) ?? 0) + 1;
    if (count < often) {
      if (this.#counts.size >= mostCounted) this.#counts.clear();
      this.#counts.set(key, count);
      return undefined;
    }
    this.#counts.delete(key);
    const name = `annex_${this.#generation}_${this.#names.size}`;
    this.#names.set(key, name);
    return name;
  }

  /**
   * Whether an error says that a migration changed what a prepared `select *` returns. Names begin anew then, so that no connection uses such a
   * plan again; a transaction that met it can be tried again.
   */
  outdatedBy(error: unknown): boolean {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    if (code !== '0A000' || typeof message !== 'string' || !message.includes('cached plan')) return false;
    this.#generation++;
    this.#names.clear();
    return true;
  }
}
