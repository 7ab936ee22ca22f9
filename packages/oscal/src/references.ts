import type { OscalWarning } from './error.ts';

const mostWarnings = 1_000;

/** Collects warnings, and after the thousandth only their number. */
export class Warnings {
  readonly #kept: OscalWarning[] = [];
  #more = 0;

  add(warning: OscalWarning): void {
    if (this.#kept.length < mostWarnings) this.#kept.push(warning);
    else this.#more++;
  }

  list(): OscalWarning[] {
    if (this.#more === 0) return [...this.#kept];
    const message = `${this.#more} more warnings are left out`;
    return [...this.#kept, { code: 'MORE_WARNINGS', pointer: '', given: String(this.#more), message }];
  }
}

/** What a document defines and what its internal links (`#id`) point at. */
export class References {
  readonly #defined = new Set<string>();
  readonly #linked = new Map<string, string>();

  define(id: unknown): void {
    if (typeof id !== 'string') return;
    this.#defined.add(id);
    this.#linked.delete(id);
  }

  link(href: string, pointer: string): void {
    if (!href.startsWith('#')) return;
    const id = href.slice(1);
    if (!this.#defined.has(id) && !this.#linked.has(id)) this.#linked.set(id, pointer);
  }

  /** One warning for each target that nothing in the document has, at the first link to it. */
  dangling(warnings: Warnings): void {
    for (const [id, pointer] of this.#linked) {
      if (this.#defined.has(id)) continue;
      const message = 'Nothing in the document has this id';
      warnings.add({ code: 'DANGLING_LINK', pointer, given: `#${id}`, message });
    }
  }
}
