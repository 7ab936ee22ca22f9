import type DataLoader from 'dataloader';
import type { GraphQLFieldResolver, GraphQLScalarType } from 'graphql';
import type { QueryResultRow } from 'pg';
import type { Logger } from 'pino';
import type { Tx, WriteTx } from '../database/transaction.ts';
import type { Caller, RequestInfo } from '../identity/caller.ts';

/** What a resolver is given. One read transaction serves a request; a write ends it, and reads after it see the write. */
export interface CallContext<T = unknown> {
  readonly caller: Caller;
  readonly request: RequestInfo;
  readonly log: Logger;
  /** Reads in the request's one read transaction (repeatable read, opened on first use, as of the asked moment). */
  read<R>(run: (tx: Tx<T>) => Promise<R>): Promise<R>;
  /**
   * One statement in the request's read transaction. Where that is not open yet, the statement travels with its opening: one round trip
   * instead of two, for what is asked alone and often.
   * @param statement without parameters: `literal` says how a value is written into it
   */
  ask<R extends QueryResultRow>(statement: string): Promise<readonly R[]>;
  /** What holds at the moment that is asked about; at once where the transaction is open, so that many of a list cost nothing. */
  at<R>(judge: (now: Date) => R): R | Promise<R>;
  /**
   * One mutation: one write transaction with the idempotency key of the request, if it has one. `run` returns the small result
   * that a repeat is answered with (ids and versions); the payload is read afterwards.
   * @param operation name of the mutation, part of the key's scope
   * @param input the mutation's input; its hash guards the key
   */
  write<R>(operation: string, input: unknown, run: (tx: WriteTx<T>) => Promise<R>): Promise<R>;
  /** A DataLoader for this request by name; `batch` gets the keys that one level of the query asks for, in one call. */
  loader<K, V>(
    name: string,
    batch: (tx: Tx<T>, keys: readonly K[]) => Promise<readonly (V | Error)[]>,
  ): DataLoader<K, V>;
}

// biome-ignore lint/suspicious/noExplicitAny: resolvers are typed where they are written; the map holds them all
export type Resolver<T> = GraphQLFieldResolver<any, CallContext<T>, any, any>;

export interface ResolverMap<T> {
  readonly [typeName: string]:
    | GraphQLScalarType
    | {
        /** `__resolveReference`, `__resolveType` */
        readonly [meta: `__${string}`]: ReferenceResolver<T> | TypeResolver;
        readonly [field: string]: Resolver<T>;
      };
}

/** `__resolveReference` of an entity: load through `context.loader`, so that a level is one statement. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type ReferenceResolver<T> = (reference: any, context: CallContext<T>) => unknown;
/** `__resolveType` of an interface or union. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type TypeResolver = (value: any) => string;

/** One concept's part of a subgraph. */
export interface GraphqlModule<T> {
  readonly typeDefs: string;
  readonly resolvers: ResolverMap<T>;
}
