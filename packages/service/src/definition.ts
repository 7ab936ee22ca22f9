import type { AnnexEvent, ConsumerName, EventType, ServiceName } from '@annex/schema';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Database } from './database/database.ts';
import type { Migration } from './database/migrations.ts';
import type { WriteTx } from './database/transaction.ts';
import type { GraphqlModule } from './graphql/module.ts';

/**
 * Handles one event in one transaction, together with the record that it was handled. `raw` is the exact text that was sent, which
 * the trail keeps.
 */
export type EventHandler<T, E extends EventType> = (tx: WriteTx<T>, event: AnnexEvent<E>, raw: string) => Promise<void>;
export type EventHandlers<T> = { readonly [E in EventType]?: EventHandler<T, E> };

/** What fell due: `kind` chose the handler, `subjectId` says about what. */
export interface Due {
  readonly kind: string;
  readonly subjectId: string;
  readonly dueAt: Date;
}
/** `context` is for what must begin once the transaction has committed. */
export type DueHandler<T> = (tx: WriteTx<T>, due: Due, context: ServiceContext<T>) => Promise<void>;

/** What a running service gives to the parts that a definition adds to it. */
export interface ServiceContext<T> {
  readonly name: ServiceName;
  readonly database: Database<T>;
  readonly log: Logger;
}

/**
 * A service as a value: everything that makes risk risk. `startService` turns it into a running one; the standalone
 * system starts six in one process.
 */
export interface ServiceDefinition<T> {
  readonly name: ServiceName;
  readonly migrations: readonly Migration[];
  readonly modules: readonly GraphqlModule<T>[];
  /** Handlers by consumer and event type. Every type that `routes` sends to a consumer of this service has one. */
  readonly subscriptions: { readonly [C in ConsumerName]?: EventHandlers<T> };
  /** Handlers of due moments by kind. */
  readonly timers: { readonly [kind: string]: DueHandler<T> };
  /** Announces the present state of everything, in events of at most 1,000 rows (`annex resync`). One tenant a call. */
  readonly announce: (tx: WriteTx<T>) => Promise<void>;
  /** Routes beside GraphQL: only streams have one. */
  readonly routes?: (app: FastifyInstance, context: ServiceContext<T>) => void | Promise<void>;
  /** Background work of its own; returns how to stop it, finishing what it has begun. */
  readonly start?: (context: ServiceContext<T>) => Promise<() => Promise<void>>;
}
