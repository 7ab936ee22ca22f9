import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { PartyKind, RequirementDecision } from './party.ts';

export interface PartyRow extends IsmsEntityColumns {
  name: string;
  kind: PartyKind;
  description: string;
}

export interface PartyRequirementRow extends IsmsEntityColumns {
  partyId: string;
  requirement: string;
  decision: RequirementDecision;
  explanation: string;
  decidedBy: string | null;
  decidedAt: Date | null;
}

export interface PartyTables {
  interestedParty: PartyRow;
  partyRequirement: PartyRequirementRow;
}

const parties = (tx: Tx<PartyTables>) =>
  tx.db.selectFrom('interestedParty').selectAll().where('tenantId', '=', tx.tenant);
const requirements = (tx: Tx<PartyTables>) =>
  tx.db.selectFrom('partyRequirement').selectAll().where('tenantId', '=', tx.tenant);

/** The interested parties of an ISMS, unordered; for a connection. */
export function partiesOf(tx: Tx<PartyTables>, ismsId: string, kind?: PartyKind | null) {
  const query = parties(tx).where('ismsId', '=', ismsId);
  return kind ? query.where('kind', '=', kind) : query;
}

export function findParties(tx: Tx<PartyTables>, ids: readonly string[]): Promise<PartyRow[]> {
  return parties(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readParty(tx: Tx<PartyTables>, id: string): Promise<PartyRow> {
  const row = await parties(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('InterestedParty', id);
  return row;
}

export function partyNamed(tx: Tx<PartyTables>, ismsId: string, name: string): Promise<PartyRow | undefined> {
  return partiesOf(tx, ismsId).where('name', '=', name).executeTakeFirst();
}

export async function insertParty(tx: WriteTx<PartyTables>, row: PartyRow): Promise<void> {
  await tx.db.insertInto('interestedParty').values(row).execute();
}

export async function updatePartyRow(tx: WriteTx<PartyTables>, row: PartyRow): Promise<void> {
  const { name, kind, description, version } = row;
  await tx.db
    .updateTable('interestedParty')
    .set({ name, kind, description, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

/** Takes a party away with its requirements. */
export async function deletePartyRows(tx: WriteTx<PartyTables>, id: string): Promise<void> {
  await tx.db.deleteFrom('partyRequirement').where('tenantId', '=', tx.tenant).where('partyId', '=', id).execute();
  await tx.db.deleteFrom('interestedParty').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();
}

/** The requirements of an ISMS's parties, the oldest first. */
export function requirementsOfIsms(tx: Tx<PartyTables>, ismsId: string): Promise<PartyRequirementRow[]> {
  return requirements(tx).where('ismsId', '=', ismsId).orderBy('id').execute();
}

/** The requirements of each party, in the order recorded. */
export async function requirementsOf(
  tx: Tx<PartyTables>,
  partyIds: readonly string[],
): Promise<PartyRequirementRow[][]> {
  const rows = await requirements(tx).where('partyId', 'in', partyIds).orderBy('id').execute();
  const byParty = Map.groupBy(rows, (row) => row.partyId);
  return partyIds.map((id) => byParty.get(id) ?? []);
}

export function findRequirements(tx: Tx<PartyTables>, ids: readonly string[]): Promise<PartyRequirementRow[]> {
  return requirements(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readRequirement(tx: Tx<PartyTables>, id: string): Promise<PartyRequirementRow> {
  const row = await requirements(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('PartyRequirement', id);
  return row;
}

export async function insertRequirement(tx: WriteTx<PartyTables>, row: PartyRequirementRow): Promise<void> {
  await tx.db.insertInto('partyRequirement').values(row).execute();
}

export async function updateRequirementRow(tx: WriteTx<PartyTables>, row: PartyRequirementRow): Promise<void> {
  const { requirement, decision, explanation, decidedBy, decidedAt, version } = row;
  await tx.db
    .updateTable('partyRequirement')
    .set({ requirement, decision, explanation, decidedBy, decidedAt, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

export async function deleteRequirementRow(tx: WriteTx<PartyTables>, id: string): Promise<void> {
  await tx.db.deleteFrom('partyRequirement').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();
}
