import {
  type CallContext,
  entityFields,
  type IsmsEntityColumns,
  newId,
  type Tx,
  touched,
  type WriteTx,
} from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { Band, Category, Criteria, DocumentedProcess, Level } from './criteria.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null, string | null>;

export interface CriteriaTables {
  criteria: IsmsEntityColumns & {
    name: string;
    currency: string;
    likelihoods: Json<readonly Band[]>;
    consequences: Json<readonly Band[]>;
    levels: Json<readonly Level[]>;
    matrix: Json<readonly (readonly number[])[]>;
    floorFrequency: number;
    floorLoss: number;
    appetite: string;
    assessmentPeriod: string;
    moneyName: string;
    moneyAppetite: string;
    categories: Json<readonly Category[]>;
    confirmingMethods: string[];
    assessmentProcess: JsonOrNull<DocumentedProcess>;
    treatmentProcess: JsonOrNull<DocumentedProcess>;
  };
}

/** The criteria of an ISMS as they are kept. */
export type CriteriaRow = Selectable<CriteriaTables['criteria']>;

const columnsOf = (criteria: Criteria) => ({
  name: criteria.name,
  currency: criteria.currency,
  likelihoods: JSON.stringify(criteria.likelihoods),
  consequences: JSON.stringify(criteria.consequences),
  levels: JSON.stringify(criteria.levels),
  matrix: JSON.stringify(criteria.matrix),
  floorFrequency: criteria.floorFrequency,
  floorLoss: criteria.floorLoss,
  appetite: criteria.appetite,
  assessmentPeriod: criteria.assessmentPeriod,
  moneyName: criteria.moneyName,
  moneyAppetite: criteria.moneyAppetite,
  categories: JSON.stringify(criteria.categories),
  confirmingMethods: [...criteria.confirmingMethods],
  assessmentProcess: criteria.assessmentProcess && JSON.stringify(criteria.assessmentProcess),
  treatmentProcess: criteria.treatmentProcess && JSON.stringify(criteria.treatmentProcess),
});

/** The criteria of these ISMS, by ISMS. */
export async function criteriaOfIsms(
  tx: Tx<CriteriaTables>,
  ismsIds: readonly string[],
): Promise<Map<string, CriteriaRow>> {
  if (ismsIds.length === 0) return new Map();
  const rows = await tx.db
    .selectFrom('criteria')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('ismsId', 'in', [...new Set(ismsIds)])
    .execute();
  return new Map(rows.map((row) => [row.ismsId, row]));
}

/** All criteria of the tenant, to announce them. */
export function allCriteria(tx: Tx<CriteriaTables>): Promise<CriteriaRow[]> {
  return tx.db.selectFrom('criteria').selectAll().where('tenantId', '=', tx.tenant).orderBy('id').execute();
}

/** Holds the criteria of an ISMS so that they stay as they are (share) or can be changed (update). */
export function holdCriteria(
  tx: WriteTx<CriteriaTables>,
  ismsId: string,
  how: 'share' | 'update',
): Promise<CriteriaRow | undefined> {
  const query = tx.db.selectFrom('criteria').selectAll().where('tenantId', '=', tx.tenant).where('ismsId', '=', ismsId);
  return (how === 'share' ? query.forShare() : query.forUpdate()).executeTakeFirst();
}

/** Gives an ISMS its first criteria. @returns undefined when it has some */
export function insertCriteria(
  tx: WriteTx<CriteriaTables>,
  ismsId: string,
  criteria: Criteria,
): Promise<CriteriaRow | undefined> {
  return tx.db
    .insertInto('criteria')
    .values({ ...entityFields(tx), id: newId(), ismsId, version: 1, ...columnsOf(criteria) })
    .onConflict((conflict) => conflict.columns(['tenantId', 'ismsId']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function updateCriteria(
  tx: WriteTx<CriteriaTables>,
  present: CriteriaRow,
  criteria: Criteria,
): Promise<CriteriaRow> {
  return tx.db
    .updateTable('criteria')
    .set({ ...touched(tx), version: present.version + 1, ...columnsOf(criteria) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The criteria of an ISMS, once a request. */
export async function criteriaFor(context: CallContext<CriteriaTables>, ismsId: string): Promise<CriteriaRow> {
  const criteria = await context
    .loader<string, CriteriaRow | null>('criteriaOfIsms', async (tx, ids) => {
      const found = await criteriaOfIsms(tx, ids);
      return ids.map((id) => found.get(id) ?? null);
    })
    .load(ismsId);
  if (!criteria) throw new Error(`The ISMS ${ismsId} has risks and no criteria`);
  return criteria;
}
