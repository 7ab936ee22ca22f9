import { entityFields, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { Factor } from '../level/level.ts';
import type { RiskTables } from './risk.store.ts';

/** A link as it is asked for. */
export interface LinkValues {
  readonly implementationId: string;
  readonly likelihoodEffect: number;
  readonly consequenceEffect: number;
  readonly commonCause: string | null;
}

export async function insertLinks(
  tx: WriteTx<RiskTables>,
  risk: { readonly id: string; readonly ismsId: string },
  links: readonly LinkValues[],
): Promise<void> {
  if (links.length === 0) return;
  await tx.db
    .insertInto('riskLink')
    .values(
      links.map((link) => ({
        ...entityFields(tx),
        id: newId(),
        ismsId: risk.ismsId,
        version: 1,
        riskId: risk.id,
        ...link,
      })),
    )
    .execute();
}

/** Sets the link between a risk and an implementation: a new one, or the effects of the one that is there. */
export async function setLink(
  tx: WriteTx<RiskTables>,
  risk: { readonly id: string; readonly ismsId: string },
  link: LinkValues,
): Promise<void> {
  const { implementationId, ...effects } = link;
  const changed = await tx.db
    .updateTable('riskLink')
    .set((set) => ({ ...touched(tx), version: set('version', '+', 1), ...effects }))
    .where('tenantId', '=', tx.tenant)
    .where('riskId', '=', risk.id)
    .where('implementationId', '=', implementationId)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) await insertLinks(tx, risk, [link]);
}

/** @returns whether there was such a link */
export async function deleteLink(tx: WriteTx<RiskTables>, riskId: string, implementationId: string): Promise<boolean> {
  const gone = await tx.db
    .deleteFrom('riskLink')
    .where('tenantId', '=', tx.tenant)
    .where('riskId', '=', riskId)
    .where('implementationId', '=', implementationId)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

interface FactorRow {
  risk_id: string;
  implementation_id: string;
  likelihood_effect: number;
  consequence_effect: number;
  common_cause: string | null;
  reference: string | null;
  title: string | null;
  status: 'NOT_STARTED' | 'PLANNED' | 'PARTIAL' | 'IMPLEMENTED' | null;
  deleted: boolean | null;
  verified: number | null;
}

/** What an implementation is trusted with, and why where that is not its own indicator. */
function strengthOf(row: FactorRow): Pick<Factor, 'strength' | 'strengthNote'> {
  if (row.status === null) return { strength: 0, strengthNote: 'nothing is known of the implementation yet' };
  if (row.deleted) return { strength: 0, strengthNote: 'the implementation was removed' };
  if (row.status === 'NOT_STARTED') return { strength: 0, strengthNote: 'the implementation has not been started' };
  if (row.status === 'PLANNED') return { strength: 0, strengthNote: 'the implementation is only planned' };
  if (row.verified === null) return { strength: 0, strengthNote: 'its strength has not been verified' };
  return { strength: row.verified, strengthNote: null };
}

/** The links of these risks with the strengths that they rest on, by risk; in one statement. */
export async function factorsOf(tx: Tx<RiskTables>, riskIds: readonly string[]): Promise<Map<string, Factor[]>> {
  const byRisk = new Map<string, Factor[]>();
  if (riskIds.length === 0) return byRisk;
  const { rows } = await tx.query<FactorRow>(
    `select l.risk_id, l.implementation_id, l.likelihood_effect, l.consequence_effect, l.common_cause,
       i.reference, i.title, i.status, i.deleted, i.verified
     from risk_link l left join implementation i on i.tenant_id = l.tenant_id and i.id = l.implementation_id
     where l.tenant_id = $1 and l.risk_id = any($2::uuid[])
     order by l.risk_id, l.implementation_id`,
    [tx.tenant, riskIds],
  );
  for (const row of rows) {
    const factor: Factor = {
      implementationId: row.implementation_id,
      reference: row.reference ?? '',
      title: row.title ?? '',
      ...strengthOf(row),
      likelihoodEffect: row.likelihood_effect,
      consequenceEffect: row.consequence_effect,
      commonCause: row.common_cause,
    };
    const known = byRisk.get(row.risk_id);
    if (known) known.push(factor);
    else byRisk.set(row.risk_id, [factor]);
  }
  return byRisk;
}
