import type { Basis, RuleResult, Verdict } from '@annex/schema';
import type { EntityColumns } from '@annex/service';
import { entityFields, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { ClauseMove, GatheredRule } from './readiness.ts';

interface RuleResultGatheredTable extends EntityColumns {
  ismsId: string;
  service: string;
  rule: string;
  clause: string;
  letter: string | null;
  basis: Basis;
  question: string;
  verdict: Verdict;
  reason: string;
  next: string;
  facts: ColumnType<RuleResult['facts'], string, string>;
  links: ColumnType<RuleResult['links'], string, string>;
  judgedAt: Date;
  deleted: boolean;
}

interface ClauseVerdictTable extends EntityColumns {
  ismsId: string;
  clause: string;
  verdict: Verdict;
}

export interface ReadinessTables {
  ruleResultGathered: RuleResultGatheredTable;
  clauseVerdict: ClauseVerdictTable;
  readiness: EntityColumns;
}

const toRule = (row: Selectable<RuleResultGatheredTable>): GatheredRule => row;

/**
 * Takes over results that are newer than what is held.
 * @returns the ISMS of those that were
 */
export async function gatherRules(
  tx: WriteTx<ReadinessTables>,
  service: string,
  rows: readonly RuleResult[],
): Promise<string[]> {
  const taken = await tx.db
    .insertInto('ruleResultGathered')
    .values(
      rows.map((row) => ({
        ...entityFields(tx),
        id: row.id,
        ismsId: row.ismsId,
        version: row.version,
        service,
        rule: row.rule,
        clause: row.clause,
        letter: row.letter ?? null,
        basis: row.basis,
        question: row.question,
        verdict: row.verdict,
        reason: row.reason,
        next: row.next,
        facts: JSON.stringify(row.facts),
        links: JSON.stringify(row.links),
        judgedAt: new Date(row.judgedAt),
        deleted: row.deleted ?? false,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenantId', 'id'])
        .doUpdateSet((eb) => ({
          ...touched(tx),
          version: eb.ref('excluded.version'),
          clause: eb.ref('excluded.clause'),
          letter: eb.ref('excluded.letter'),
          basis: eb.ref('excluded.basis'),
          question: eb.ref('excluded.question'),
          verdict: eb.ref('excluded.verdict'),
          reason: eb.ref('excluded.reason'),
          next: eb.ref('excluded.next'),
          facts: eb.ref('excluded.facts'),
          links: eb.ref('excluded.links'),
          judgedAt: eb.ref('excluded.judgedAt'),
          deleted: eb.ref('excluded.deleted'),
        }))
        .whereRef('excluded.version', '>', 'ruleResultGathered.version'),
    )
    .returning('ismsId')
    .execute();
  return [...new Set(taken.map((row) => row.ismsId))].sort();
}

/** Everything that rules found about an ISMS. */
export async function rulesOf(tx: Tx<ReadinessTables>, ismsId: string): Promise<GatheredRule[]> {
  const rows = await tx.db
    .selectFrom('ruleResultGathered')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .where('deleted', '=', false)
    .orderBy('id')
    .execute();
  return rows.map(toRule);
}

/** Rules by their ids, for references from other subgraphs. */
export async function rulesById(tx: Tx<ReadinessTables>, ids: readonly string[]): Promise<GatheredRule[]> {
  const rows = await tx.db
    .selectFrom('ruleResultGathered')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .where('deleted', '=', false)
    .execute();
  return rows.map(toRule);
}

/**
 * Holds the readiness of an ISMS until the transaction ends, so that it is computed by one at a time.
 * @returns its version, 0 when nothing was ever announced
 */
export async function holdReadiness(tx: WriteTx<ReadinessTables>, ismsId: string): Promise<number> {
  const hold = () =>
    tx.db
      .selectFrom('readiness')
      .select('version')
      .where('tenantId', '=', tx.tenant)
      .where('id', '=', ismsId)
      .forUpdate()
      .executeTakeFirst();
  const held = await hold();
  if (held) return held.version;
  const made = await tx.db
    .insertInto('readiness')
    .values({ ...entityFields(tx), id: ismsId, version: 1 })
    .onConflict((conflict) => conflict.columns(['tenantId', 'id']).doNothing())
    .returning('version')
    .executeTakeFirst();
  // Another may have made it in between, and is waited for then.
  return made ? 0 : ((await hold())?.version ?? 0);
}

/** What each clause of an ISMS was last announced to be. */
export async function announcedVerdicts(tx: Tx<ReadinessTables>, ismsId: string): Promise<Map<string, Verdict>> {
  const rows = await tx.db
    .selectFrom('clauseVerdict')
    .select(['clause', 'verdict'])
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', '=', ismsId)
    .execute();
  return new Map(rows.map((row) => [row.clause, row.verdict]));
}

/** Keeps what was announced; `version` is the readiness's new one. */
export async function keepVerdicts(
  tx: WriteTx<ReadinessTables>,
  ismsId: string,
  version: number,
  moves: readonly ClauseMove[],
): Promise<void> {
  const kept = tx.db
    .insertInto('clauseVerdict')
    .values(
      moves.map(({ clause, verdict }) => ({
        ...entityFields(tx),
        id: `${ismsId}/${clause}`,
        ismsId,
        version: 1,
        clause,
        verdict,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['tenantId', 'id']).doUpdateSet((eb) => ({
        ...touched(tx),
        version: eb('clauseVerdict.version', '+', 1),
        verdict: eb.ref('excluded.verdict'),
      })),
    );
  const counted = tx.db
    .updateTable('readiness')
    .set({ ...touched(tx), version })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', ismsId);
  await Promise.all([kept.execute(), version === 1 ? undefined : counted.execute()]);
}
