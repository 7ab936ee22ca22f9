import { type LinkedList, ordering, type Tx } from '@annex/service';
import { sql } from 'kysely';
import type { AcceptanceRule } from '../criteria/criteria.ts';
import type { RiskRow, RiskTables } from './risk.store.ts';
import type { Reassessment, RiskStatus, Standing } from './risk.ts';

export interface RiskFilter {
  readonly ismsId?: string | null;
  readonly status?: RiskStatus | null;
  readonly rule?: AcceptanceRule | null;
  readonly standing?: Standing | null;
  readonly reassessment?: Reassessment | null;
  readonly ownerId?: string | null;
  readonly implementationId?: string | null;
  readonly contains?: string | null;
}

export const riskOrders = {
  LEVEL: ordering({ currentRank: 'desc' }),
  REFERENCE: ordering({ number: 'asc' }),
} as const;

/** The register, narrowed; unordered and unlimited. */
export function filteredRisks(tx: Tx<RiskTables>, filter: RiskFilter) {
  let query = tx.db.selectFrom('risk').selectAll('risk').where('risk.tenantId', '=', tx.tenant);
  if (filter.ismsId) query = query.where('risk.ismsId', '=', filter.ismsId);
  if (filter.status) query = query.where('risk.status', '=', filter.status);
  if (filter.rule) query = query.where('risk.currentRule', '=', filter.rule);
  if (filter.standing) query = query.where('risk.standing', '=', filter.standing);
  if (filter.reassessment) query = query.where('risk.reassessment', '=', filter.reassessment);
  if (filter.ownerId) query = query.where('risk.ownerId', '=', filter.ownerId);
  const { implementationId, contains } = filter;
  if (implementationId) {
    query = query.where((where) =>
      where.exists(
        where
          .selectFrom('riskLink')
          .select('riskLink.id')
          .where('riskLink.tenantId', '=', tx.tenant)
          .whereRef('riskLink.riskId', '=', 'risk.id')
          .where('riskLink.implementationId', '=', implementationId),
      ),
    );
  }
  if (contains) {
    const text = sql<string>`lower(risk.reference || ' ' || risk.title || ' ' || risk.description)`;
    query = query.where(sql<boolean>`strpos(${text}, lower(${contains})) > 0`);
  }
  return query;
}

/** The risks that an implementation lowers, the highest level first. */
export const risksOfImplementation: LinkedList<RiskRow> = {
  field: 'Implementation.risks',
  table: 'risk',
  links: 'risk_link',
  entityId: 'risk_id',
  objectId: 'implementation_id',
  orderBy: 'risk.current_rank desc, risk.id desc',
  // What the plain fields are read from; the others read whole rows.
  columns: {
    id: ['id'],
    version: ['version'],
    reference: ['reference'],
    isms: ['ismsId'],
    title: ['title'],
    description: ['description'],
    owner: ['ownerId'],
    externalKey: ['externalKey'],
    affects: ['affects'],
    status: ['status'],
    treatmentOption: ['treatmentOption'],
    rule: ['currentRule'],
    standing: ['standing'],
    reassessment: ['reassessment'],
    createdAt: ['createdAt'],
    updatedAt: ['updatedAt'],
  },
};
