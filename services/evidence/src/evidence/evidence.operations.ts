import { badInput, type EventRow, isUuid, notFound } from '@annex/schema';
import { checkVersion, entityFields, ismsOf, newId, schedule, touched, type WriteTx } from '@annex/service';
import type { ReceivedBlob } from '../blob/blob.ts';
import { judgeEvidence } from '../conformity.ts';
import type { EvidenceDatabase } from '../database.ts';
import { settleMeasures } from '../measure/attainment.operations.ts';
import { measuresRestingOn } from '../measure/measure.store.ts';
import { checkImplementations } from '../projection/projection.store.ts';
import { type EvidenceRow, implementationsOf, lockEvidence, relink } from './evidence.store.ts';
import { contentFaults, type EvidenceContent, nextChange, refuseFaults, validityOf } from './evidence.ts';

type Tx = WriteTx<EvidenceDatabase>;

/** The due moment at which evidence begins or ceases to be valid. */
export const validityDue = 'evidence.validity';

export function evidenceEventRow(
  row: EvidenceRow,
  implementationIds: readonly string[],
): EventRow<'annex.evidence.evidence.changed.v1'> {
  const { id, ismsId, version, title, sha256, bytes, mediaType, validity } = row;
  return {
    ...{ id, ismsId, version, title, sha256, bytes, mediaType, validity },
    validFrom: row.validFrom.toISOString(),
    validUntil: row.validUntil?.toISOString() ?? null,
    implementationIds: [...implementationIds],
  };
}

async function checkMeasure(tx: Tx, field: string, ismsId: string, measureId: string | null): Promise<void> {
  if (measureId === null) return;
  const found = isUuid(measureId)
    ? await tx.query('select 1 from measure where tenant_id = $1 and isms_id = $2 and id = $3', [
        tx.tenant,
        ismsId,
        measureId,
      ])
    : undefined;
  if (!found?.rowCount) throw badInput(field, measureId, 'must be the id of a measure of the same ISMS');
}

/** Announces a row as it is now and sees to it that the next change of its validity is announced too. */
async function announceEvidence(tx: Tx, row: EvidenceRow): Promise<void> {
  const links = await implementationsOf(tx, [row.id]);
  tx.record('annex.evidence.evidence.changed.v1', { rows: [evidenceEventRow(row, links.get(row.id) ?? [])] });
  const next = nextChange(row, tx.now);
  await schedule(tx, validityDue, row.id, next);
}

export interface AddEvidenceInput extends EvidenceContent {
  readonly ismsId: string | null;
  readonly measureId: string | null;
  readonly fileName: string;
  readonly mediaType: string;
}

/** Keeps a file as evidence (27001, 7.5.1 b, 9.1). The blob is kept last: what is refused leaves no file. */
export async function addEvidence(tx: Tx, input: AddEvidenceInput, file: ReceivedBlob): Promise<EvidenceRow> {
  refuseFaults(contentFaults(input, ''));
  const ismsId = await ismsOf(tx, input.ismsId);
  await checkImplementations(tx, 'implementationIds', ismsId, input.implementationIds);
  await checkMeasure(tx, 'measureId', ismsId, input.measureId);
  const { title, description, validFrom, validUntil, fileName, mediaType, measureId } = input;
  const row: EvidenceRow = {
    ...entityFields(tx),
    ...{ id: newId(), version: 1, ismsId, title, description, fileName, mediaType, measureId, validFrom, validUntil },
    sha256: file.sha256,
    bytes: file.bytes,
    validity: validityOf(input, tx.now),
  };
  await tx.db.insertInto('evidence').values(row).execute();
  await relink(tx, row, input.implementationIds);
  await announceEvidence(tx, row);
  await judgeEvidence(tx, [ismsId]);
  await file.keep();
  return row;
}

export interface UpdateEvidenceInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly validFrom?: Date | null;
  readonly validUntil?: Date | null;
  readonly implementationIds?: readonly string[] | null;
  readonly measureId?: string | null;
}

/** Changes what is said of a piece of evidence; the file never changes. */
export async function updateEvidence(tx: Tx, input: UpdateEvidenceInput): Promise<{ id: string; version: number }> {
  const row = await lockEvidence(tx, input.id);
  if (!row) throw notFound('Evidence', input.id);
  checkVersion('Evidence', row.id, row.version, input.expectedVersion);
  const before = (await implementationsOf(tx, [row.id])).get(row.id) ?? [];
  const content: EvidenceContent = {
    title: input.title?.trim() ?? row.title,
    description: input.description?.trim() ?? row.description,
    validFrom: input.validFrom ?? row.validFrom,
    validUntil: input.validUntil === undefined ? row.validUntil : input.validUntil,
    implementationIds: input.implementationIds ? [...new Set(input.implementationIds)] : before,
  };
  refuseFaults(contentFaults(content, 'input.'));
  const measureId = input.measureId === undefined ? row.measureId : input.measureId;
  const added = content.implementationIds.filter((id) => !before.includes(id));
  await checkImplementations(tx, 'input.implementationIds', row.ismsId, added);
  if (measureId !== row.measureId) await checkMeasure(tx, 'input.measureId', row.ismsId, measureId);
  const { implementationIds, ...said } = content;
  const after: EvidenceRow = { ...row, ...said, measureId, validity: validityOf(content, tx.now) };
  const relinked = await relink(tx, row, implementationIds);
  if (!relinked && JSON.stringify(after) === JSON.stringify(row)) return { id: row.id, version: row.version };
  await change(tx, { ...after, version: row.version + 1 });
  return { id: row.id, version: row.version + 1 };
}

/** Writes and announces a changed row, and lets those that rest on it follow. */
async function change(tx: Tx, after: EvidenceRow): Promise<void> {
  const { title, description, validFrom, validUntil, validity, measureId, version } = after;
  await tx.db
    .updateTable('evidence')
    .set({ title, description, validFrom, validUntil, validity, measureId, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', after.id)
    .execute();
  await announceEvidence(tx, after);
  await settleMeasures(tx, await measuresRestingOn(tx, after.id));
  await judgeEvidence(tx, [after.ismsId]);
}

/** Time has come for evidence to begin or cease to be valid. */
export async function followValidity(tx: Tx, evidenceId: string): Promise<void> {
  const row = await lockEvidence(tx, evidenceId);
  if (!row) return;
  const validity = validityOf(row, tx.now);
  if (validity !== row.validity) return change(tx, { ...row, validity, version: row.version + 1 });
  const next = nextChange(row, tx.now);
  if (next) await schedule(tx, validityDue, row.id, next);
}
