import type { WriteTx } from '../database/transaction.ts';

/**
 * Asks for the handler of `kind` to be called about `subjectId` once business time has reached `dueAt`. There is one
 * due moment a kind and subject: a later call moves it, and one without a moment takes it back.
 */
export async function schedule<T>(
  tx: WriteTx<T>,
  kind: string,
  subjectId: string,
  dueAt: Date | null | undefined,
): Promise<void> {
  if (!dueAt) return unschedule(tx, kind, subjectId);
  await tx.query(
    `insert into due (tenant_id, kind, subject_id, due_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, kind, subject_id) do update set due_at = excluded.due_at, attempts = 0, retry_after = null`,
    [tx.tenant, kind, subjectId, dueAt.toISOString()],
  );
}

/** Asks for the handler of `kind` about many subjects, each at its own moment, in one statement. */
export async function scheduleAll<T>(
  tx: WriteTx<T>,
  kind: string,
  moments: readonly { readonly subjectId: string; readonly dueAt: Date }[],
): Promise<void> {
  if (moments.length === 0) return;
  // In one order, so that two that move the same moments wait for each other and not both.
  await tx.query(
    `insert into due (tenant_id, kind, subject_id, due_at)
     select $1, $2, f."subjectId", f."dueAt" from jsonb_to_recordset($3::jsonb) as f("subjectId" text, "dueAt" timestamptz) order by f."subjectId"
     on conflict (tenant_id, kind, subject_id) do update set due_at = excluded.due_at, attempts = 0, retry_after = null`,
    [tx.tenant, kind, JSON.stringify(moments)],
  );
}

/** Takes a due moment back; nothing happens when there is none. */
export async function unschedule<T>(tx: WriteTx<T>, kind: string, subjectId: string): Promise<void> {
  await tx.query('delete from due where tenant_id = $1 and kind = $2 and subject_id = $3', [
    tx.tenant,
    kind,
    subjectId,
  ]);
}
