import type { Tx, WriteTx } from '@annex/service';
import type { RiskRow, RiskTables } from '../risk/risk.store.ts';

/** Rows of one statement: its parameter stays some megabytes small. */
const rowsAStatement = 1000;

/** The register of an ISMS by reference, a page at a time: those after a number. */
export function registerPage(tx: Tx<RiskTables>, ismsId: string, after: number, limit: number): Promise<RiskRow[]> {
  return tx.db
    .selectFrom('risk')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute();
}

/** Lets one import of an ISMS wait for another, so that both see what is there. */
export async function holdImports(tx: WriteTx<RiskTables>, ismsId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('risk.import ' || $1, 0))`, [`${tx.tenant} ${ismsId}`]);
}

/** Locks the risks of an ISMS that have one of these references or external keys, in the order in which all lock them. */
export async function holdNamed(
  tx: WriteTx<RiskTables>,
  ismsId: string,
  names: { readonly references: readonly string[]; readonly externalKeys: readonly string[] },
): Promise<RiskRow[]> {
  // Two lists of ids, not one condition with "or", so that each is found by its index.
  const { rows } = await tx.query<{ id: string }>(
    `select id from risk where tenant_id = $1 and isms_id = $2 and reference = any($3::text[])
     union select id from risk where tenant_id = $1 and isms_id = $2 and external_key = any($4::text[])`,
    [tx.tenant, ismsId, names.references, names.externalKeys],
  );
  return tx.db
    .selectFrom('risk')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where((where) => where('id', '=', where.fn.any(where.val(rows.map((row) => row.id)))))
    .orderBy('id')
    .forUpdate()
    .execute();
}

const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Rows for `jsonb_populate_recordset`: one parameter, however many rows and columns there are. */
const asRecords = (rows: readonly RiskRow[]) =>
  JSON.stringify(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name), value]))),
  );

function* pieces(rows: readonly RiskRow[]): Generator<readonly RiskRow[]> {
  for (let from = 0; from < rows.length; from += rowsAStatement) yield rows.slice(from, from + rowsAStatement);
}

/** Adds whole risks. */
export async function insertRisks(tx: WriteTx<RiskTables>, rows: readonly RiskRow[]): Promise<void> {
  for (const piece of pieces(rows)) {
    await tx.query('insert into risk select (jsonb_populate_recordset(null::risk, $1::jsonb)).*', [asRecords(piece)]);
  }
}

/** Writes what an import changes of locked risks, and what follows from it. Their versions are those to write. */
export async function updateImported(tx: WriteTx<RiskTables>, rows: readonly RiskRow[]): Promise<void> {
  for (const piece of pieces(rows)) {
    await tx.query(
      `update risk set version = r.version, updated_at = r.updated_at, updated_by = r.updated_by,
         external_key = r.external_key, title = r.title, description = r.description, owner_id = r.owner_id,
         affects = r.affects, treatment_option = r.treatment_option,
         inherent_likelihood = r.inherent_likelihood, inherent_consequence = r.inherent_consequence,
         consequences = r.consequences,
         inherent_level = r.inherent_level, inherent_rank = r.inherent_rank, inherent_rule = r.inherent_rule,
         current_likelihood = r.current_likelihood, current_consequence = r.current_consequence,
         current_level = r.current_level, current_rank = r.current_rank, current_rule = r.current_rule,
         current_frequency = r.current_frequency, current_loss = r.current_loss,
         reassessment = r.reassessment, acceptance = r.acceptance, standing = r.standing
       from jsonb_populate_recordset(null::risk, $2::jsonb) r
       where risk.tenant_id = $1 and risk.id = r.id`,
      [tx.tenant, asRecords(piece)],
    );
  }
}
