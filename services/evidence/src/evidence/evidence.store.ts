import type { IsmsEntityColumns, LinkedList } from '@annex/service';
import { newId, type Tx, type WriteTx } from '@annex/service';
import type { Validity } from './evidence.ts';

export interface EvidenceRow extends IsmsEntityColumns {
  title: string;
  description: string;
  fileName: string;
  mediaType: string;
  sha256: string;
  bytes: number;
  validFrom: Date;
  validUntil: Date | null;
  /** What was announced last. */
  validity: Validity;
  measureId: string | null;
}

interface EvidenceLinkRow extends IsmsEntityColumns {
  evidenceId: string;
  implementationId: string;
}

export interface EvidenceTables {
  evidence: EvidenceRow;
  evidenceLink: EvidenceLinkRow;
}

export function evidenceById(tx: Tx<EvidenceTables>, ids: readonly string[]): Promise<EvidenceRow[]> {
  return tx.db.selectFrom('evidence').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}

/** A piece of evidence that stays as it is until the transaction ends. */
export function holdEvidence(tx: WriteTx<EvidenceTables>, id: string): Promise<EvidenceRow | undefined> {
  return tx.db
    .selectFrom('evidence')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forShare()
    .executeTakeFirst();
}

/** A piece of evidence that this transaction is about to change. */
export function lockEvidence(tx: WriteTx<EvidenceTables>, id: string): Promise<EvidenceRow | undefined> {
  return tx.db
    .selectFrom('evidence')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export interface EvidenceFilter {
  readonly ismsId: string;
  readonly validity?: Validity | null | undefined;
}

/** Filtered by what the validity is at the moment of the transaction. */
export function evidenceQuery(tx: Tx<EvidenceTables>, { ismsId, validity }: EvidenceFilter) {
  const all = tx.db.selectFrom('evidence').selectAll().where('tenantId', '=', tx.tenant).where('ismsId', '=', ismsId);
  switch (validity) {
    case 'NOT_YET_VALID':
      return all.where('validFrom', '>', tx.now);
    case 'EXPIRED':
      return all.where('validFrom', '<=', tx.now).where('validUntil', '<=', tx.now);
    case 'VALID':
      return all
        .where('validFrom', '<=', tx.now)
        .where((eb) => eb.or([eb('validUntil', 'is', null), eb('validUntil', '>', tx.now)]));
    default:
      return all;
  }
}

/** The evidence of an implementation, the newest first. */
export const evidenceOfImplementation: LinkedList<EvidenceRow> = {
  field: 'Implementation.evidence',
  table: 'evidence',
  links: 'evidence_link',
  entityId: 'evidence_id',
  objectId: 'implementation_id',
  orderBy: 'evidence_link.evidence_id desc',
  // What each field is read from; one that is added without a line here reads whole rows.
  columns: {
    id: ['id'],
    version: ['version'],
    title: ['title'],
    description: ['description'],
    fileName: ['fileName'],
    mediaType: ['mediaType'],
    sha256: ['sha256'],
    bytes: ['bytes'],
    contentPath: ['id'],
    validFrom: ['validFrom'],
    validUntil: ['validUntil'],
    validity: ['validFrom', 'validUntil'],
    validityExplanation: ['validFrom', 'validUntil'],
    implementations: ['id'],
    measure: ['measureId'],
    isms: ['ismsId'],
    createdAt: ['createdAt'],
    createdBy: ['createdBy'],
    updatedAt: ['updatedAt'],
  },
};

/** The implementations that pieces of evidence are linked to. */
export async function implementationsOf(
  tx: Tx<EvidenceTables>,
  evidenceIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ evidence_id: string; implementation_id: string }>(
    `select evidence_id, implementation_id from evidence_link where tenant_id = $1 and evidence_id = any($2::uuid[])
     order by implementation_id`,
    [tx.tenant, evidenceIds],
  );
  const links = new Map<string, string[]>(evidenceIds.map((id) => [id, []]));
  for (const row of rows) links.get(row.evidence_id)?.push(row.implementation_id);
  return links;
}

/** Makes the links of a piece of evidence those given. @returns whether any changed */
export async function relink(
  tx: WriteTx<EvidenceTables>,
  evidence: Pick<EvidenceRow, 'id' | 'ismsId'>,
  implementationIds: readonly string[],
): Promise<boolean> {
  const gone = await tx.query(
    'delete from evidence_link where tenant_id = $1 and evidence_id = $2 and not (implementation_id = any($3::uuid[]))',
    [tx.tenant, evidence.id, implementationIds],
  );
  const added = await tx.query(
    `insert into evidence_link (tenant_id, id, isms_id, created_at, created_by, updated_at, updated_by, evidence_id, implementation_id)
     select $1, given.id, $2, $3, $4, $3, $4, $5, given.implementation_id from unnest($6::uuid[], $7::uuid[]) as given(id, implementation_id)
     on conflict do nothing`,
    [
      tx.tenant,
      evidence.ismsId,
      tx.now,
      tx.scope.actor,
      evidence.id,
      implementationIds.map(() => newId()),
      implementationIds,
    ],
  );
  return (gone.rowCount ?? 0) + (added.rowCount ?? 0) > 0;
}
