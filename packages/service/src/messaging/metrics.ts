import { Counter, Gauge, type Registry } from 'prom-client';

/** What messaging counts, by service and, where it is about one, consumer. */
export interface MessagingMetrics {
  recorded(count: number): void;
  published(consumer: string, count: number): void;
  handled(consumer: string): void;
  repeated(consumer: string): void;
  failed(consumer: string): void;
  dead(consumer: string): void;
  dueHandled(kind: string): void;
  dueFailed(kind: string): void;
  lag(seconds: number): void;
}

/** Services in one process share a registry: a metric that is there already is used. */
function counter(registry: Registry, name: string, help: string, labelNames: string[]): Counter {
  const existing = registry.getSingleMetric(name);
  return existing ? (existing as Counter) : new Counter({ name, help, labelNames, registers: [registry] });
}

/** Counts into `registry`, or nowhere when there is none. */
export function messagingMetrics(service: string, registry: Registry | undefined): MessagingMetrics {
  if (!registry) {
    const nothing = () => undefined;
    return {
      recorded: nothing,
      published: nothing,
      handled: nothing,
      repeated: nothing,
      failed: nothing,
      dead: nothing,
      dueHandled: nothing,
      dueFailed: nothing,
      lag: nothing,
    };
  }
  const byConsumer = ['service', 'consumer'];
  const recorded = counter(registry, 'annex_events_recorded_total', 'Events that committed and got their sequence', [
    'service',
  ]);
  const published = counter(
    registry,
    'annex_events_published_total',
    'Events added to a queue, repeats included',
    byConsumer,
  );
  const handled = counter(registry, 'annex_events_handled_total', 'Events handled for the first time', byConsumer);
  const repeated = counter(
    registry,
    'annex_events_repeated_total',
    'Deliveries of events that were handled before',
    byConsumer,
  );
  const failed = counter(registry, 'annex_events_failed_total', 'Deliveries that failed', byConsumer);
  const dead = counter(registry, 'annex_events_dead_total', 'Events that became dead letters', byConsumer);
  const byKind = ['service', 'kind'];
  const dueHandled = counter(registry, 'annex_due_handled_total', 'Due moments handled', byKind);
  const dueFailed = counter(registry, 'annex_due_failed_total', 'Due moments whose handler failed', byKind);
  const lagName = 'annex_outbox_lag_seconds';
  const lag =
    (registry.getSingleMetric(lagName) as Gauge | undefined) ??
    new Gauge({
      name: lagName,
      help: 'Age of the oldest event that was not yet published when last looked at',
      labelNames: ['service'],
      registers: [registry],
    });
  return {
    recorded: (count) => recorded.inc({ service }, count),
    published: (consumer, count) => published.inc({ service, consumer }, count),
    handled: (consumer) => handled.inc({ service, consumer }),
    repeated: (consumer) => repeated.inc({ service, consumer }),
    failed: (consumer) => failed.inc({ service, consumer }),
    dead: (consumer) => dead.inc({ service, consumer }),
    dueHandled: (kind) => dueHandled.inc({ service, kind }),
    dueFailed: (kind) => dueFailed.inc({ service, kind }),
    lag: (seconds) => lag.set({ service }, seconds),
  };
}
