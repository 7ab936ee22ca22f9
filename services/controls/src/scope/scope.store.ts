import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { Dependency, Exclusion, Frozen, Interface, ScopeStatus } from './scope.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;

export interface ScopeTable {
  scopeVersion: IsmsEntityColumns & {
    number: number;
    status: ScopeStatus;
    statement: string;
    boundaries: string;
    considered: string;
    siteIds: string[];
    processIds: string[];
    interfaces: Json<readonly Interface[]>;
    dependencies: Json<readonly Dependency[]>;
    exclusions: Json<readonly Exclusion[]>;
    frozen: ColumnType<Frozen | null, string | null, string | null>;
    authors: string[];
    note: string;
    submittedBy: string | null;
    submittedAt: Date | null;
    reviewNote: string;
    decidedBy: string | null;
    decidedAt: Date | null;
    supersededAt: Date | null;
  };
}

export type ScopeVersionRow = Selectable<ScopeTable['scopeVersion']>;

const present = (tx: Tx<ScopeTable>) => tx.db.selectFrom('scopeVersion').selectAll().where('tenantId', '=', tx.tenant);

/** The versions of an ISMS's scope, unordered; for a connection. */
export const scopeVersionsOf = (tx: Tx<ScopeTable>, ismsId: string) => present(tx).where('ismsId', '=', ismsId);

export function findScopeVersions(tx: Tx<ScopeTable>, ids: readonly string[]): Promise<ScopeVersionRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readScopeVersion(tx: Tx<ScopeTable>, id: string): Promise<ScopeVersionRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('ScopeVersion', id);
  return row;
}

/** The version of an ISMS that is in force. */
export function approvedScope(tx: Tx<ScopeTable>, ismsId: string): Promise<ScopeVersionRow | undefined> {
  return scopeVersionsOf(tx, ismsId).where('status', '=', 'APPROVED').executeTakeFirst();
}

/** The version of an ISMS that is drafted or under review. */
export function openScope(tx: Tx<ScopeTable>, ismsId: string): Promise<ScopeVersionRow | undefined> {
  return scopeVersionsOf(tx, ismsId).where('status', 'in', ['DRAFT', 'IN_REVIEW']).executeTakeFirst();
}

/** The versions that are worked on or in force and name a site or process. */
export async function versionsNaming(
  tx: Tx<ScopeTable>,
  ismsId: string,
  list: 'siteIds' | 'processIds',
  id: string,
): Promise<ScopeVersionRow[]> {
  const versions = await scopeVersionsOf(tx, ismsId).where('status', '<>', 'SUPERSEDED').orderBy('number').execute();
  return versions.filter(
    (one) =>
      one[list].includes(id) || (list === 'processIds' && one.dependencies.some((needed) => needed.processId === id)),
  );
}

export async function lastScopeNumber(tx: Tx<ScopeTable>, ismsId: string): Promise<number> {
  const row = await scopeVersionsOf(tx, ismsId)
    .clearSelect()
    .select(({ fn }) => fn.max('number').as('number'))
    .executeTakeFirst();
  return Number(row?.number ?? 0);
}

const written = ({ interfaces, dependencies, exclusions, frozen, ...row }: ScopeVersionRow) => ({
  ...row,
  interfaces: JSON.stringify(interfaces),
  dependencies: JSON.stringify(dependencies),
  exclusions: JSON.stringify(exclusions),
  frozen: frozen && JSON.stringify(frozen),
});

export async function insertScopeVersion(tx: WriteTx<ScopeTable>, row: ScopeVersionRow): Promise<void> {
  await tx.db.insertInto('scopeVersion').values(written(row)).execute();
}

export async function updateScopeVersion(tx: WriteTx<ScopeTable>, row: ScopeVersionRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = written(row);
  await tx.db
    .updateTable('scopeVersion')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}
