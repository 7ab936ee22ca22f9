import type { ConsumerName } from '@annex/schema';

/**
 * Which jobs of which tenant may still be in the queues: what a relay published and has not yet seen gone. It is
 * memory alone; a relay that starts anew begins with an empty one, and a tenant may then have twice its share.
 */
export class Ledger {
  readonly #byTenant = new Map<string, Map<ConsumerName, Set<string>>>();
  #size = 0;

  /** Jobs of all tenants. */
  get size(): number {
    return this.#size;
  }

  inFlight(tenant: string): number {
    let count = 0;
    for (const ids of this.#byTenant.get(tenant)?.values() ?? []) count += ids.size;
    return count;
  }

  add(tenant: string, consumer: ConsumerName, ids: readonly string[]): void {
    const consumers = this.#byTenant.get(tenant) ?? new Map<ConsumerName, Set<string>>();
    this.#byTenant.set(tenant, consumers);
    const held = consumers.get(consumer) ?? new Set<string>();
    consumers.set(consumer, held);
    this.#size -= held.size;
    for (const id of ids) held.add(id);
    this.#size += held.size;
  }

  tenants(): string[] {
    return [...this.#byTenant.keys()];
  }

  /** Forgets the tenant's jobs that `existing` no longer finds. */
  async check(
    tenant: string,
    existing: (consumer: ConsumerName, ids: readonly string[]) => Promise<Set<string>>,
  ): Promise<void> {
    const consumers = this.#byTenant.get(tenant);
    if (!consumers) return;
    for (const [consumer, held] of consumers) {
      const found = await existing(consumer, [...held]);
      this.#size += found.size - held.size;
      if (found.size === 0) consumers.delete(consumer);
      else consumers.set(consumer, found);
    }
    if (consumers.size === 0) this.#byTenant.delete(tenant);
  }
}
