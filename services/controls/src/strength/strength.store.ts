import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import { type DesignAssessmentRow, type DesignAssessmentTable, latestAssessments } from '../design/design.store.ts';
import { type ExceptionRow, type ExceptionTable, exceptionsInForce } from '../exception/exception.store.ts';
import { capOf } from '../exception/exception.ts';
import {
  findImplementations,
  type ImplementationRow,
  type ImplementationTables,
} from '../implementation/implementation.store.ts';
import { linksOf, type MeasureLinkRow, type MeasureLinkTable } from '../link/link.store.ts';
import type { AttainmentRow, MeasureRow, MeasureTables } from '../measure/measure.store.ts';
import type { LinkFacts, Reading, Strength, StrengthFacts, Verification } from './strength.ts';

/** The strength of the implementation with the same id, as it was computed last. */
export interface StrengthRow extends IsmsEntityColumns {
  verified: number;
  claimed: number;
  verification: Verification;
  implementationFactor: number;
  designVerified: number;
  designClaimed: number;
  operationVerified: number;
  operationClaimed: number;
  computedAt: Date;
}

export interface StrengthTable {
  strength: StrengthRow;
}

type Inputs = ImplementationTables & DesignAssessmentTable & MeasureLinkTable & MeasureTables & ExceptionTable;

/** Everything that the strength of an implementation is computed from, with the rows that it came from. */
export interface StrengthInputs {
  readonly implementation: ImplementationRow;
  readonly facts: StrengthFacts;
  readonly links: ReadonlyMap<string, LinkSource>;
  readonly assessment: DesignAssessmentRow | undefined;
  /** Those in force, by number. */
  readonly exceptions: readonly ExceptionRow[];
}

export interface LinkSource {
  readonly row: MeasureLinkRow;
  /** Absent while evidence has told nothing of the measure. */
  readonly measure: MeasureRow | undefined;
  readonly attainment: AttainmentRow | undefined;
}

const unknown: Reading = { attainment: null, freshness: 0 };

function linkFacts({ row, measure, attainment }: LinkSource): LinkFacts {
  const gone = !attainment || attainment.deleted || measure?.deleted;
  return {
    id: row.id,
    measureId: row.measureId,
    weight: row.weight,
    role: row.role,
    standing: row.standing,
    linkedBy: row.linkedBy,
    linkedVersion: row.linkedVersion,
    reading: gone ? unknown : { attainment: attainment.attainment, freshness: attainment.freshness },
    unlinked:
      row.unlinkedBy === null || row.unlinkedVersion === null
        ? null
        : { by: row.unlinkedBy, version: row.unlinkedVersion, lastReading: row.lastReading ?? 0 },
  };
}

/** The inputs of implementations, in a fixed number of statements however many there are. */
export async function strengthInputs(tx: Tx<Inputs>, ids: readonly string[]): Promise<StrengthInputs[]> {
  const [implementations, links, assessed, inForce] = await Promise.all([
    findImplementations(tx, ids),
    linksOf(tx, ids),
    latestAssessments(tx, ids),
    exceptionsInForce(tx, ids),
  ]);
  const assessmentsOf = Map.groupBy(assessed, (row) => row.implementationId);
  const exceptionsOf = Map.groupBy(inForce, (row) => row.implementationId);
  const measureIds = [...new Set(links.map((link) => link.measureId))];
  const told = <T extends 'measure' | 'attainment'>(table: T) =>
    tx.db
      .selectFrom(table as 'measure')
      .selectAll()
      .where('tenantId', '=', tx.tenant)
      .where('id', 'in', measureIds)
      .execute();
  const [measureRows, attainmentRows] =
    measureIds.length > 0 ? await Promise.all([told('measure'), told('attainment')]) : [[], []];
  const measures = new Map(measureRows.map((row) => [row.id, row]));
  const attainments = new Map((attainmentRows as unknown as AttainmentRow[]).map((row) => [row.id, row]));
  const sources = links.map((row) => ({
    row,
    measure: measures.get(row.measureId),
    attainment: attainments.get(row.measureId),
  }));
  const linksByImplementation = Map.groupBy(sources, (source) => source.row.implementationId);
  return implementations.map((implementation): StrengthInputs => {
    const own = linksByImplementation.get(implementation.id) ?? [];
    const assessments = (assessmentsOf.get(implementation.id) ?? []).sort(
      (a, b) => b.implementationVersion - a.implementationVersion,
    );
    const { status, share, claimedDesign, claimedOperation } = implementation;
    const exceptions = exceptionsOf.get(implementation.id) ?? [];
    return {
      implementation,
      exceptions,
      links: new Map(own.map((source) => [source.row.id, source])),
      assessment: assessments[0],
      facts: {
        status,
        share,
        claimedDesign,
        claimedOperation,
        cap: capOf(exceptions),
        links: own.map(linkFacts),
        designs: assessments.map((one) => ({
          conclusion: one.conclusion,
          by: one.assessedBy,
          version: one.implementationVersion,
        })),
      },
    };
  });
}

export function findStrengths(tx: Tx<StrengthTable>, ids: readonly string[]): Promise<StrengthRow[]> {
  return tx.db.selectFrom('strength').selectAll().where('tenantId', '=', tx.tenant).where('id', 'in', ids).execute();
}

/** Locks the strengths to compute, in the order of their ids. */
export function lockStrengths(tx: WriteTx<StrengthTable>, ids: readonly string[]): Promise<StrengthRow[]> {
  return tx.db
    .selectFrom('strength')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** The columns that hold what was computed. */
export function computed(strength: Strength) {
  return {
    verified: strength.verified,
    claimed: strength.claimed,
    verification: strength.verification,
    implementationFactor: strength.implementation,
    designVerified: strength.design.verified,
    designClaimed: strength.design.claimed,
    operationVerified: strength.operation.verified,
    operationClaimed: strength.operation.claimed,
  };
}

export async function insertStrength(tx: WriteTx<StrengthTable>, row: StrengthRow): Promise<void> {
  await tx.db.insertInto('strength').values(row).execute();
}

/** Writes rows that are locked, all in one statement. */
export async function updateStrengths(tx: WriteTx<StrengthTable>, rows: readonly StrengthRow[]): Promise<void> {
  await tx.query(
    `update strength s set version = f.version, verified = f.verified, claimed = f.claimed, verification = f.verification,
       implementation_factor = f."implementationFactor", design_verified = f."designVerified", design_claimed = f."designClaimed",
       operation_verified = f."operationVerified", operation_claimed = f."operationClaimed",
       computed_at = $3, updated_at = $3, updated_by = $4
       from jsonb_to_recordset($2) as f(id uuid, version integer, verified double precision, claimed double precision, verification text,
            "implementationFactor" double precision, "designVerified" double precision, "designClaimed" double precision,
            "operationVerified" double precision, "operationClaimed" double precision)
      where s.tenant_id = $1 and s.id = f.id`,
    [tx.tenant, JSON.stringify(rows), tx.now, tx.scope.actor],
  );
}
