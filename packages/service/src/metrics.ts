import type { ServiceName } from '@annex/schema';
import type { Pool } from 'pg';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What a service counts. One registry a service, so that several in one process do not mix. */
export interface Metrics {
  readonly registry: Registry;
  /** Seconds of an HTTP request by method, route (its pattern, never its path) and status. */
  readonly http: Histogram<'method' | 'route' | 'status'>;
  /** Seconds of a GraphQL operation by kind (query, mutation) and outcome (ok, error). */
  readonly graphql: Histogram<'kind' | 'outcome'>;
  /** GraphQL errors by code of the error catalogue. */
  readonly errors: Counter<'code'>;
  /** Shows a pool's connections: all, idle, and requests that wait for one. */
  watchPool(pool: Pool): void;
  /** Shows another service's figures along with these: services of one process have one `/metrics`. */
  include(other: Metrics): void;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * @param service becomes the label `service` of everything
 * @param options `process: true` adds the process's own figures (memory, event loop); once a process is enough
 */
export function createMetrics(service: ServiceName | 'gateway', options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.process) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const included: Metrics[] = [];
  return {
    registry,
    include: (other) => {
      included.push(other);
    },
    async text() {
      if (included.length === 0) return registry.metrics();
      const all = [registry, ...included.map((other) => other.registry)];
      return AggregatorRegistry.aggregate(await Promise.all(all.map((one) => one.getMetricsAsJSON()))).metrics();
    },
    http: new Histogram({
      name: 'annex_http_request_seconds',
      help: 'Duration of HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: seconds,
      registers,
    }),
    graphql: new Histogram({
      name: 'annex_graphql_operation_seconds',
      help: 'Duration of GraphQL operations',
      labelNames: ['kind', 'outcome'],
      buckets: seconds,
      registers,
    }),
    errors: new Counter({
      name: 'annex_graphql_errors_total',
      help: 'GraphQL errors by code',
      labelNames: ['code'],
      registers,
    }),
    watchPool(pool) {
      new Gauge({
        name: 'annex_database_connections',
        help: 'Connections of the pool: open and idle, and requests waiting for one',
        labelNames: ['state'],
        registers,
        collect() {
          this.set({ state: 'open' }, pool.totalCount);
          this.set({ state: 'idle' }, pool.idleCount);
          this.set({ state: 'waiting' }, pool.waitingCount);
        },
      });
    },
  };
}
