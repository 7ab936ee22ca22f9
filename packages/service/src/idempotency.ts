import { createHash } from 'node:crypto';
import { AnnexError, badInput } from '@annex/schema';
import type { Migration } from './database/migrations.ts';
import { rolesOf } from './database/roles.ts';
import type { WriteTx } from './database/transaction.ts';
import type { RequestInfo } from './identity/caller.ts';

/** How long a key is remembered, by the wall: 24 hours. */
export const keyLifetimeHours = 24;

const tenant = `(select nullif(current_setting('annex.tenant', true), '')::uuid)`;

/** The table of remembered keys, in each service's schema. It has no history: it is about requests, not about the ISMS. */
export const idempotencyMigrations: readonly Migration[] = [
  {
    name: '20261124_0010_idempotency',
    async up(tables) {
      await tables.sql(`
        create table idempotency (
          tenant_id uuid not null,
          caller text not null,
          operation text not null,
          key text not null check (length(key) between 1 and 255),
          input_hash bytea not null,
          result jsonb,
          created_at timestamptz not null default clock_timestamp(),
          expires_at timestamptz not null,
          primary key (tenant_id, caller, operation, key)
        );
        create index idempotency_expiry on idempotency (tenant_id, expires_at);
        alter table idempotency enable row level security;
        alter table idempotency force row level security;
        create policy own_tenant on idempotency using (tenant_id = ${tenant}) with check (tenant_id = ${tenant});
        grant select, insert, update, delete on idempotency to ${rolesOf(tables.service).login};`);
    },
  },
];

/** Under which key an operation is done once. */
export interface IdempotencyKey {
  /** The API key's id or the actor: two callers never share a key. */
  readonly caller: string;
  readonly operation: string;
  readonly key: string;
}

/** @throws AnnexError BAD_INPUT unless the key has 1 to 255 characters */
export function checkIdempotencyKey(key: string): void {
  if (key.length < 1 || key.length > 255) {
    throw badInput('Idempotency-Key', key.length > 64 ? `${key.slice(0, 64)}…` : key, 'must have 1 to 255 characters');
  }
}

/** JSON with the members of objects in one order, so that equal inputs have equal text. */
function canonical(value: unknown): string {
  const plain = value instanceof Date ? value.toISOString() : value;
  if (Array.isArray(plain)) return `[${plain.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof plain === 'object' && plain !== null) {
    const members = Object.entries(plain).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(plain) ?? 'null';
}

const hashOf = (input: unknown) => createHash('sha256').update(canonical(input)).digest();

/**
 * Does `run` once for a key: a repeat with the same input within 24 hours gets the stored result and no effect. Stands in the
 * transaction of the effect, so that both are kept or neither; a second request with the key waits for the first one's commit.
 * @returns what `run` returned, as JSON gives it back
 * @throws AnnexError IDEMPOTENCY_KEY_REUSED when the key came with another input before
 */
export async function once<R>(tx: WriteTx, about: IdempotencyKey, input: unknown, run: () => Promise<R>): Promise<R> {
  const { caller, operation, key } = about;
  const hash = hashOf(input);
  // Each key that is added takes up to two expired ones of the tenant away, so that the table needs no sweeper.
  const claimed = await tx.query<{ claimed: number }>(
    `with swept as (
       delete from idempotency where (tenant_id, caller, operation, key) in (
         select tenant_id, caller, operation, key from idempotency
         where tenant_id = $1 and expires_at <= clock_timestamp() and (caller, operation, key) <> ($2, $3, $4)
         order by expires_at limit 2 for update skip locked))
     insert into idempotency as i (tenant_id, caller, operation, key, input_hash, expires_at)
     values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(hours => $6))
     on conflict (tenant_id, caller, operation, key) do update
       set input_hash = excluded.input_hash, result = null, created_at = clock_timestamp(), expires_at = excluded.expires_at
       where i.expires_at <= clock_timestamp()
     returning 1 as claimed`,
    [tx.tenant, caller, operation, key, hash, keyLifetimeHours],
  );
  const row = [tx.tenant, caller, operation, key];
  if (claimed.rowCount === 0) {
    const found = await tx.query<{ input_hash: Buffer; result: R }>(
      `select input_hash, result from idempotency where tenant_id = $1 and caller = $2 and operation = $3 and key = $4`,
      row,
    );
    const stored = found.rows[0];
    if (!stored?.input_hash.equals(hash)) {
      throw new AnnexError('IDEMPOTENCY_KEY_REUSED', `The idempotency key was used for another input of ${operation}`, {
        details: { operation },
      });
    }
    return stored.result;
  }
  const result = JSON.stringify((await run()) ?? null);
  await tx.query(
    `update idempotency set result = $5 where tenant_id = $1 and caller = $2 and operation = $3 and key = $4`,
    [...row, result],
  );
  return JSON.parse(result) as R;
}

/**
 * `once` for the idempotency key of a request; without one it simply runs.
 * @param operation the operation's name; keys are scoped by tenant, caller and operation
 * @throws AnnexError BAD_INPUT for a key of the wrong length, IDEMPOTENCY_KEY_REUSED
 */
export async function onceAsAsked<T, R>(
  tx: WriteTx<T>,
  { idempotencyKey: key, caller }: RequestInfo,
  operation: string,
  input: unknown,
  run: () => Promise<R>,
): Promise<R> {
  if (key === undefined) return run();
  checkIdempotencyKey(key);
  return once(
    tx as unknown as WriteTx,
    { caller: caller.keyId ? `key:${caller.keyId}` : caller.actor, operation, key },
    input,
    run,
  );
}
