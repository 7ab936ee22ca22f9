import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { Frequency, LossForm } from '@annex/simulation';
import type { ColumnType, Selectable } from 'kysely';
import type { Quantified } from './quantification.ts';
import type { Figures } from './reading.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;

export interface QuantificationTables {
  quantification: IsmsEntityColumns & { -readonly [K in keyof Figures]: Figures[K] } & {
    riskId: string;
    currency: string;
    frequency: Json<Frequency>;
    forms: Json<readonly LossForm[]>;
    rationale: string;
    /** The person who quantified it; null for a machine. */
    quantifiedBy: string | null;
  };
}

export type QuantificationRow = Selectable<QuantificationTables['quantification']>;

/** What quantifying a risk says of it. */
export interface QuantificationValues {
  readonly currency: string;
  readonly quantified: Quantified;
  readonly figures: Figures;
  readonly rationale: string;
  readonly quantifiedBy: string | null;
}

const columnsOf = ({ quantified, figures, ...values }: QuantificationValues) => ({
  ...values,
  ...figures,
  frequency: JSON.stringify(quantified.frequency),
  forms: JSON.stringify(quantified.forms),
});

/** The quantifications of these risks, by risk. */
export async function quantificationsOf(
  tx: Tx<QuantificationTables>,
  riskIds: readonly string[],
): Promise<Map<string, QuantificationRow>> {
  if (riskIds.length === 0) return new Map();
  const rows = await tx.db
    .selectFrom('quantification')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('riskId', 'in', [...riskIds])
    .execute();
  return new Map(rows.map((row) => [row.riskId, row]));
}

export function insertQuantification(
  tx: WriteTx<QuantificationTables>,
  risk: { readonly id: string; readonly ismsId: string },
  values: QuantificationValues,
): Promise<QuantificationRow> {
  return tx.db
    .insertInto('quantification')
    .values({
      ...entityFields(tx),
      id: newId(),
      version: 1,
      ismsId: risk.ismsId,
      riskId: risk.id,
      ...columnsOf(values),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function updateQuantification(
  tx: WriteTx<QuantificationTables>,
  present: QuantificationRow,
  values: QuantificationValues,
): Promise<QuantificationRow> {
  return tx.db
    .updateTable('quantification')
    .set({ ...touched(tx), version: present.version + 1, ...columnsOf(values) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function deleteQuantification(tx: WriteTx<QuantificationTables>, id: string): Promise<void> {
  await tx.db.deleteFrom('quantification').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();
}

/** A quantification as it is told. */
export function quantificationEvent(row: QuantificationRow): EventRow<'annex.risk.quantification.changed.v1'> {
  return {
    id: row.id,
    ismsId: row.ismsId,
    version: row.version,
    riskId: row.riskId,
    currency: row.currency,
    meanFrequency: row.meanFrequency,
    meanLoss: row.meanLoss,
    medianLoss: row.medianLoss,
    percentile95Loss: row.percentile95Loss,
    personId: row.quantifiedBy,
  };
}
