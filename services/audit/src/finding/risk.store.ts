import type { EventRow } from '@annex/schema';
import type { EntityColumns } from '@annex/service';
import { entityFields, type Tx, touched, type WriteTx } from '@annex/service';
import type { RiskSeen } from './finding.ts';

type RiskRow = EventRow<'annex.risk.risk.changed.v1'>;

/** What findings need of a risk, as the risk service told it last. */
type RiskTable = EntityColumns & RiskSeen;

export interface RiskTables {
  risk: RiskTable;
}

/**
 * Takes over what the risk service tells, where it is newer than what is held. The rows stay locked until the transaction ends,
 * so that what follows from a risk is decided by one at a time.
 * @returns those that are new or changed, in the order of their ids
 */
export async function projectRisks(tx: WriteTx<RiskTables>, rows: readonly RiskRow[]): Promise<RiskSeen[]> {
  const taken = await tx.db
    .insertInto('risk')
    .values(
      rows.map(({ id, ismsId, version, reference, title, status, current, deleted }) => ({
        ...entityFields(tx),
        id,
        ismsId,
        version,
        reference,
        title,
        status,
        level: current.level,
        likelihood: current.likelihood,
        consequence: current.consequence,
        rule: current.rule,
        deleted: deleted ?? false,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenantId', 'id'])
        .doUpdateSet((eb) => ({
          ...touched(tx),
          version: eb.ref('excluded.version'),
          reference: eb.ref('excluded.reference'),
          title: eb.ref('excluded.title'),
          status: eb.ref('excluded.status'),
          level: eb.ref('excluded.level'),
          likelihood: eb.ref('excluded.likelihood'),
          consequence: eb.ref('excluded.consequence'),
          rule: eb.ref('excluded.rule'),
          deleted: eb.ref('excluded.deleted'),
        }))
        .whereRef('excluded.version', '>', 'risk.version'),
    )
    .returning([
      'id',
      'ismsId',
      'reference',
      'title',
      'status',
      'level',
      'likelihood',
      'consequence',
      'rule',
      'deleted',
    ])
    .execute();
  return taken.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The risk as it was told last, unless it was deleted. */
export async function riskById(tx: Tx<RiskTables>, id: string): Promise<RiskSeen | undefined> {
  return tx.db
    .selectFrom('risk')
    .select(['id', 'ismsId', 'reference', 'title', 'status', 'level', 'likelihood', 'consequence', 'rule', 'deleted'])
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
}
