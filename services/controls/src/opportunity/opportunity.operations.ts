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
import { findIssues } from '../context/context.store.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { linked } from '../linked.ts';
import { findRequirements } from '../party/party.store.ts';
import { opportunityRules } from './opportunity.rules.ts';
import {
  insertOpportunity,
  nextDue,
  type OpportunityRow,
  opportunitiesOf,
  readOpportunity,
  updateOpportunityRow,
} from './opportunity.store.ts';
import {
  checkDecided,
  checkOpen,
  type OpportunityKind,
  type OpportunityResponse,
  type OpportunityStatus,
} from './opportunity.ts';

interface Changeable {
  readonly description?: string | null;
  readonly issueIds?: readonly string[] | null;
  readonly requirementIds?: readonly string[] | null;
  readonly ownerId?: string | null;
  readonly response?: OpportunityResponse | null;
  readonly responseReason?: string | null;
}

export interface CreateOpportunityInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly kind: OpportunityKind;
}

export interface UpdateOpportunityInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly kind?: OpportunityKind | null;
  readonly status?: OpportunityStatus | null;
  readonly result?: string | null;
}

/** The due kind of an ISMS's risks and opportunities: a planned action is due. */
export const opportunityDue = 'controls.opportunity';

function opportunityEvent(row: OpportunityRow): EventRow<'annex.controls.opportunity.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, issueIds, requirementIds, ownerId, response, status } = row;
  return { id, ismsId, version, reference, title, kind, issueIds, requirementIds, ownerId, response, status };
}

/** Judges what follows from the risks and opportunities now, and sees to it that the next date of an action is not missed. */
export async function settleOpportunities(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextDue(tx, ismsId);
  await schedule(tx, opportunityDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], opportunityRules);
}

/** A planned action is due. */
export const opportunityIsDue: DueHandler<ControlsDatabase> = (tx, due) => settleOpportunities(tx, due.subjectId);

/** What is said of it after a change; issues and requirements that are named now are looked up. */
async function contentOf(tx: WriteTx<ControlsDatabase>, input: Changeable, before: OpportunityRow) {
  const { issueIds, requirementIds } = input;
  const ours = (rows: readonly { readonly id: string; readonly ismsId: string }[]) => {
    const ids = new Set(rows.flatMap((row) => (row.ismsId === before.ismsId ? row.id : [])));
    return (id: string) => (ids.has(id) ? id : undefined);
  };
  const issue = ours(issueIds?.length ? await findIssues(tx, issueIds) : []);
  const requirement = ours(requirementIds?.length ? await findRequirements(tx, requirementIds) : []);
  return {
    description: text('input.description', input.description ?? before.description, 10_000, 'optional'),
    issueIds: issueIds
      ? linked('input.issueIds', issueIds, issue, 'must be an issue of the same ISMS')
      : before.issueIds,
    requirementIds: requirementIds
      ? linked(
          'input.requirementIds',
          requirementIds,
          requirement,
          'must be a requirement of an interested party of the same ISMS',
        )
      : before.requirementIds,
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
    response: input.response ?? before.response,
    responseReason: text('input.responseReason', input.responseReason ?? before.responseReason, 10_000, 'optional'),
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: OpportunityRow): Promise<Changed> {
  tx.record('annex.controls.opportunity.changed.v1', { rows: [opportunityEvent(row)] });
  await settleOpportunities(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Records a risk to the ISMS itself, or an opportunity (27001, 6.1.1). */
export async function createOpportunity(
  tx: WriteTx<ControlsDatabase>,
  input: CreateOpportunityInput,
): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: OpportunityRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    kind: input.kind,
    ...{ description: '', issueIds: [], requirementIds: [], ownerId: null },
    ...{ response: 'UNDECIDED', responseReason: '', status: 'OPEN', result: '' },
  };
  const row: OpportunityRow = { ...empty, ...(await contentOf(tx, input, empty)) };
  checkDecided(row);
  row.reference = await nextReference(tx, isms.id, 'RO');
  await insertOpportunity(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest, decides what is done, or closes it. A change that changes nothing makes no version.
 * @throws AnnexError BAD_INPUT where nothing is done and nobody says why, or it is closed without a result; STATE_CONFLICT where it is closed
 */
export async function updateOpportunity(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateOpportunityInput,
): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readOpportunity(tx, input.id)).ismsId));
  const row = await readOpportunity(tx, input.id);
  checkVersion('Opportunity', row.id, row.version, input.expectedVersion);
  checkOpen(row);
  const changed: OpportunityRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    kind: input.kind ?? row.kind,
    ...(await contentOf(tx, input, row)),
    status: input.status ?? row.status,
    result: text('input.result', input.result ?? row.result, 10_000, 'optional'),
  };
  checkDecided(changed);
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateOpportunityRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the risks to an ISMS and its opportunities as they are now (`annex resync`). */
export async function announceOpportunities(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await opportunitiesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.opportunity.changed.v1', { rows: rows.map(opportunityEvent) });
}
