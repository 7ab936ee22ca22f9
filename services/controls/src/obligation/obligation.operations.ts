import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  type DueHandler,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  schedule,
  type WriteTx,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { linked, namedOf } from '../linked.ts';
import { soaRules } from '../soa/soa.rules.ts';
import { obligationRules } from './obligation.rules.ts';
import {
  insertObligation,
  nextReview,
  type ObligationRow,
  obligationsOf,
  readObligation,
  updateObligationRow,
} from './obligation.store.ts';
import type { ObligationKind, ObligationStatus } from './obligation.ts';

interface Links {
  readonly partyId?: string | null;
  readonly controlIds?: readonly string[] | null;
  readonly implementationIds?: readonly string[] | null;
  readonly riskIds?: readonly string[] | null;
}

interface Changeable extends Links {
  readonly description?: string | null;
  readonly jurisdiction?: string | null;
  readonly ownerId?: string | null;
  readonly reviewDate?: Date | null;
}

export interface CreateObligationInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly kind: ObligationKind;
  readonly source: string;
}

export interface UpdateObligationInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly kind?: ObligationKind | null;
  readonly source?: string | null;
  readonly status?: ObligationStatus | null;
}

/** The due kind of an ISMS's obligations: one of them is to be looked at again. */
export const obligationReviewDue = 'controls.obligation-review';

function obligationEvent(row: ObligationRow): EventRow<'annex.controls.obligation.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, status, ownerId, partyId, reviewDate } = row;
  const { controlIds, implementationIds, riskIds } = row;
  return {
    ...{ id, ismsId, version, reference, title, kind, status, ownerId, partyId },
    ...{ controlIds, implementationIds, riskIds },
    reviewDate: reviewDate?.toISOString() ?? null,
  };
}

/** The risks that are named after a change. They belong to another service and are taken as they come. */
const risksOf = (given: readonly string[] | null | undefined, before: string[]) =>
  given ? linked('input.riskIds', given, (id) => id, 'must be the id of a risk') : before;

/** Judges what follows from the obligations now, and sees to it that the next review date is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextReview(tx, ismsId);
  await schedule(tx, obligationReviewDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], [...obligationRules, ...soaRules]);
}

/** A review date has come. */
export const obligationReviewIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/** Records what law, a rule or a contract demands (27001, A.5.31). */
export async function createObligation(tx: WriteTx<ControlsDatabase>, input: CreateObligationInput): Promise<Changed> {
  // Locked, so that the party that it names is not taken away meanwhile, and the next review is that of all.
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row: ObligationRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    title: text('input.title', input.title, 300, 'required'),
    description: text('input.description', input.description ?? '', 10_000, 'optional'),
    kind: input.kind,
    source: text('input.source', input.source, 1000, 'required'),
    jurisdiction: text('input.jurisdiction', input.jurisdiction ?? '', 200, 'optional'),
    ownerId: input.ownerId ?? null,
    ...(await namedOf(tx, input, { ismsId: isms.id, partyId: null, controlIds: [], implementationIds: [] }, 'A.5.34')),
    riskIds: risksOf(input.riskIds, []),
    reviewDate: input.reviewDate ?? null,
    status: 'IN_FORCE',
    reference: await nextReference(tx, isms.id, 'OB'),
  };
  await insertObligation(tx, row);
  tx.record('annex.controls.obligation.changed.v1', { rows: [obligationEvent(row)] });
  await settle(tx, isms.id);
  return { id: row.id, version: row.version };
}

/** Changes what is given and leaves the rest; null takes owner, party or date away. A change that changes nothing makes no version. */
export async function updateObligation(tx: WriteTx<ControlsDatabase>, input: UpdateObligationInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readObligation(tx, input.id)).ismsId));
  const row = await readObligation(tx, input.id);
  checkVersion('Obligation', row.id, row.version, input.expectedVersion);
  const changed: ObligationRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    description: text('input.description', input.description ?? row.description, 10_000, 'optional'),
    kind: input.kind ?? row.kind,
    source: text('input.source', input.source ?? row.source, 1000, 'required'),
    jurisdiction: text('input.jurisdiction', input.jurisdiction ?? row.jurisdiction, 200, 'optional'),
    ownerId: input.ownerId === undefined ? row.ownerId : input.ownerId,
    ...(await namedOf(tx, input, row, 'A.5.34')),
    riskIds: risksOf(input.riskIds, row.riskIds),
    reviewDate: input.reviewDate === undefined ? row.reviewDate : input.reviewDate,
    status: input.status ?? row.status,
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateObligationRow(tx, changed);
  tx.record('annex.controls.obligation.changed.v1', { rows: [obligationEvent(changed)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: changed.version };
}

/** Announces the obligations of an ISMS as they are now (`annex resync`). */
export async function announceObligations(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await obligationsOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.obligation.changed.v1', { rows: rows.map(obligationEvent) });
}
