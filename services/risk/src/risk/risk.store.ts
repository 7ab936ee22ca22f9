import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import type { Insertable, Selectable, SelectQueryBuilder } from 'kysely';
import type { AcceptanceRule } from '../criteria/criteria.ts';
import { inherentColumn } from './risk.rating.ts';
import type { Affected, Derived, RatedFacts, RiskStatus, TreatmentOption } from './risk.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface RiskTables {
  risk: IsmsEntityColumns &
    Mutable<RatedFacts> &
    Mutable<Omit<Derived, 'acceptance'>> & {
      reference: string;
      /** The number in the reference, to order by. */
      number: number;
      title: string;
      description: string;
      ownerId: string | null;
      affects: Affected[];
      status: RiskStatus;
      treatmentOption: TreatmentOption | null;
      /** By what the register knows it that it was imported from; unique within the ISMS. */
      externalKey: string | null;
    };
  riskLink: IsmsEntityColumns & {
    riskId: string;
    implementationId: string;
    likelihoodEffect: number;
    consequenceEffect: number;
    commonCause: string | null;
  };
}

export type RiskRow = Selectable<RiskTables['risk']>;
type NewRisk = Omit<
  Insertable<RiskTables['risk']>,
  'tenantId' | 'version' | 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy' | 'externalKey'
>;
/** What an operation may change of a risk. */
export type RiskPatch = Partial<
  Pick<RiskRow, 'title' | 'description' | 'ownerId' | 'affects' | 'status' | 'treatmentOption' | keyof RatedFacts>
>;

const risks = (tx: Tx<RiskTables>) => tx.db.selectFrom('risk').selectAll('risk').where('risk.tenantId', '=', tx.tenant);

export async function risksById(tx: Tx<RiskTables>, ids: readonly string[]): Promise<Map<string, RiskRow>> {
  if (ids.length === 0) return new Map();
  const rows = await risks(tx)
    .where('risk.id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** A page of the register in id order, to announce it. */
export function risksAfter(tx: Tx<RiskTables>, after: string, limit: number): Promise<RiskRow[]> {
  return risks(tx).where('risk.id', '>', after).orderBy('risk.id').limit(limit).execute();
}

/** The register of an ISMS, to look at. */
export const registerOf = (tx: Tx<RiskTables>, ismsId: string): Promise<RiskRow[]> =>
  risks(tx).where('risk.ismsId', '=', ismsId).execute();

type RiskQuery = SelectQueryBuilder<RiskTables, 'risk', RiskRow>;

/** Locks risks, always in id order, and reads them as whoever held them last left them. */
const held = (query: RiskQuery): Promise<RiskRow[]> => query.orderBy('risk.id').forUpdate('risk').execute();

export async function holdRisk(tx: WriteTx<RiskTables>, id: string): Promise<RiskRow | undefined> {
  return (await held(risks(tx).where('risk.id', '=', id)))[0];
}

/** Locks the register of an ISMS. */
export function holdRegister(tx: WriteTx<RiskTables>, ismsId: string): Promise<RiskRow[]> {
  return held(risks(tx).where('risk.ismsId', '=', ismsId));
}

/** Locks the next risks, by id, that are linked to one of these implementations. */
export function holdRisksLinkedTo(
  tx: WriteTx<RiskTables>,
  implementationIds: readonly string[],
  after: string | null,
  limit: number,
): Promise<RiskRow[]> {
  return held(
    risks(tx).where((where) => {
      const linked = where
        .selectFrom('riskLink')
        .select('riskLink.riskId')
        .distinct()
        .where('riskLink.tenantId', '=', tx.tenant)
        .where('riskLink.implementationId', 'in', [...implementationIds])
        .orderBy('riskLink.riskId')
        .limit(limit);
      return where('risk.id', 'in', after === null ? linked : linked.where('riskLink.riskId', '>', after));
    }),
  );
}

export function insertRisk(tx: WriteTx<RiskTables>, risk: NewRisk): Promise<RiskRow> {
  return tx.db
    .insertInto('risk')
    .values({ ...entityFields(tx), version: 1, externalKey: null, ...risk })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function updateRisk(tx: WriteTx<RiskTables>, present: RiskRow, values: RiskPatch & Derived): Promise<RiskRow> {
  return tx.db
    .updateTable('risk')
    .set({ ...touched(tx), version: present.version + 1, ...values })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** What is computed and has few values, which many risks share. */
const shared = [
  'inherentLevel',
  'inherentRank',
  'inherentRule',
  'currentLikelihood',
  'currentConsequence',
  'currentLevel',
  'currentRank',
  'currentRule',
  'reassessment',
  'acceptance',
  'standing',
] as const satisfies readonly (keyof Derived)[];

/** Writes what was computed of many risks, in one statement. Their versions are those to write. */
export async function updateDerived(tx: WriteTx<RiskTables>, rows: readonly RiskRow[]): Promise<void> {
  const column = <K extends keyof RiskRow>(name: K) => rows.map((row) => row[name]);
  // Each combination is sent once, and by each risk only which one it has.
  const places = new Map<string, number>();
  const states: RiskRow[] = [];
  const place = rows.map((row) => {
    const key = shared.map((name) => row[name]).join('\n');
    let at = places.get(key);
    if (at === undefined) {
      at = states.push(row);
      places.set(key, at);
    }
    return at;
  });
  await tx.query(
    `update risk set updated_at = $2, updated_by = $3, version = r.version, current_frequency = r.current_frequency, current_loss = r.current_loss,
       inherent_level = s.inherent_level, inherent_rank = s.inherent_rank, inherent_rule = s.inherent_rule,
       current_likelihood = s.current_likelihood, current_consequence = s.current_consequence,
       current_level = s.current_level, current_rank = s.current_rank, current_rule = s.current_rule,
       reassessment = s.reassessment, acceptance = s.acceptance, standing = s.standing
     from unnest($4::uuid[], $5::int[], $6::int[], $7::double precision[], $8::double precision[])
       as r(id, version, place, current_frequency, current_loss)
     join unnest($9::text[], $10::int[], $11::text[], $12::int[], $13::int[], $14::text[], $15::int[], $16::text[], $17::text[], $18::text[], $19::text[])
       with ordinality as s(inherent_level, inherent_rank, inherent_rule, current_likelihood, current_consequence, current_level,
         current_rank, current_rule, reassessment, acceptance, standing, place) on s.place = r.place
     where risk.tenant_id = $1 and risk.id = r.id`,
    [
      tx.tenant,
      tx.now,
      tx.scope.actor,
      column('id'),
      column('version'),
      place,
      column('currentFrequency'),
      column('currentLoss'),
      ...shared.map((name) => states.map((state) => state[name])),
    ],
  );
}

interface RuleColumns {
  likelihood: number;
  consequence: number;
  level: string;
  rank: number;
  rule: AcceptanceRule;
}

const inherentOf = (row: RiskRow): RuleColumns => ({
  likelihood: row.inherentLikelihood,
  consequence: inherentColumn(row),
  level: row.inherentLevel,
  rank: row.inherentRank,
  rule: row.inherentRule,
});

const currentOf = (row: RiskRow): RuleColumns => ({
  likelihood: row.currentLikelihood,
  consequence: row.currentConsequence,
  level: row.currentLevel,
  rank: row.currentRank,
  rule: row.currentRule,
});

/** Tells what risks rest on, for those who must not take it away. */
export function recordNeeds(
  tx: WriteTx<RiskTables>,
  rows: readonly RiskRow[],
  implementationIds: (riskId: string) => readonly string[],
): void {
  const told = rows.map(
    ({ id, ismsId, version, reference, title, status }): EventRow<'annex.risk.need.changed.v1'> => ({
      ...{ id, ismsId, version, reference, title, status },
      implementationIds: [...implementationIds(id)],
    }),
  );
  if (told.length > 0) tx.record('annex.risk.need.changed.v1', { rows: told });
}

/** Tells the present state of risks. */
export function recordRisks(
  tx: WriteTx<RiskTables>,
  rows: readonly RiskRow[],
  implementationIds: (riskId: string) => readonly string[],
): void {
  const told = rows.map(
    (row): EventRow<'annex.risk.risk.changed.v1'> => ({
      id: row.id,
      ismsId: row.ismsId,
      version: row.version,
      reference: row.reference,
      title: row.title,
      status: row.status,
      ownerId: row.ownerId,
      inherent: inherentOf(row),
      current: currentOf(row),
      standing: row.standing,
      reassessment: row.reassessment,
      implementationIds: [...implementationIds(row.id)],
    }),
  );
  if (told.length > 0) tx.record('annex.risk.risk.changed.v1', { rows: told });
}
