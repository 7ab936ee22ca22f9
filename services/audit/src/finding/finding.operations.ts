import { AnnexError, type EventData, notFound } from '@annex/schema';
import {
  type Caller,
  checkVersion,
  entityFields,
  ismsOf,
  judge,
  newestOfEach,
  newId,
  nextReference,
  runsOf,
  schedule,
  unschedule,
  type WriteTx,
} from '@annex/service';
import { answerDueAt, answerDueKind, auditRules } from '../conformity.ts';
import type { IsmsTables } from '../isms/isms.store.ts';
import { checkDecision, checkProposal, type DecideFindingInput, type ProposeFindingInput } from './finding.input.ts';
import {
  changeFinding,
  type Finding,
  type FindingTables,
  findingsAfter,
  holdFinding,
  holdStanding,
  insertFindings,
  latestFindings,
  toEventRow,
} from './finding.store.ts';
import { aboutRisk, type FindingAction, isAboveCriteria, type RiskSeen, react, transit } from './finding.ts';
import { projectRisks, type RiskTables, riskById } from './risk.store.ts';

type Tables = FindingTables & RiskTables & IsmsTables;

/** Announces what changed and judges again what rests on it. */
async function announceChanges(tx: WriteTx<Tables>, changed: readonly Finding[]): Promise<void> {
  if (changed.length === 0) return;
  tx.record('annex.audit.finding.changed.v1', { rows: changed.map(toEventRow) });
  await judge(
    tx,
    'audit',
    changed.map((finding) => finding.ismsId),
    auditRules,
  );
}

/** A finding that waits for a person; the moment at which it has waited too long is noted. */
async function propose(
  tx: WriteTx<Tables>,
  what: Pick<
    Finding,
    | 'ismsId'
    | 'title'
    | 'origin'
    | 'cause'
    | 'clause'
    | 'subjectKind'
    | 'subjectId'
    | 'subjectReference'
    | 'reason'
    | 'recurrenceOf'
  >,
): Promise<Finding[]> {
  const id = newId();
  const [reference] = await Promise.all([
    nextReference(tx, what.ismsId, 'F', { year: tx.now.getUTCFullYear() }),
    schedule(tx, answerDueKind, id, answerDueAt(tx.now)),
  ]);
  return insertFindings(tx, [
    {
      ...entityFields(tx),
      id,
      version: 1,
      reference,
      status: 'PROPOSED',
      condition: 'PRESENT',
      proposedAt: tx.now,
      decidedAt: null,
      decidedBy: null,
      decisionReason: null,
      clearedAt: null,
      ...what,
    },
  ]);
}

async function reactToRisk(
  tx: WriteTx<Tables>,
  risk: RiskSeen,
  standing: Finding | undefined,
  previous: string | undefined,
): Promise<Finding[]> {
  const { title, reason, clause } = aboutRisk(risk);
  switch (react(standing, { present: isAboveCriteria(risk), reason })) {
    case 'PROPOSE':
      return propose(tx, {
        ismsId: risk.ismsId,
        title,
        reason,
        clause,
        origin: 'SYSTEM',
        cause: 'RISK_ABOVE_CRITERIA',
        subjectKind: 'Risk',
        subjectId: risk.id,
        subjectReference: risk.reference,
        recurrenceOf: previous ?? null,
      });
    case 'RESTATE':
      return standing ? [await changeFinding(tx, standing, { reason })] : [];
    case 'WITHDRAW':
      if (!standing) return [];
      await unschedule(tx, answerDueKind, standing.id);
      return [
        await changeFinding(tx, standing, {
          status: transit(standing.status, 'WITHDRAW', 'SYSTEM', standing.reference),
          condition: 'CLEARED',
          clearedAt: tx.now,
        }),
      ];
    case 'CLEAR':
      return standing ? [await changeFinding(tx, standing, { condition: 'CLEARED', clearedAt: tx.now })] : [];
    default:
      return [];
  }
}

/**
 * Takes over what the risk service tells, proposes a finding for each open risk whose current level has risen above criteria, and
 * withdraws or clears it where the risk has recovered, was closed or deleted (27001:2022, 8.3 and 10.2).
 */
export async function followRisks(
  tx: WriteTx<Tables>,
  { rows }: EventData<'annex.risk.risk.changed.v1'>,
): Promise<void> {
  const seen = await projectRisks(tx, newestOfEach(rows));
  if (seen.length === 0) return;
  const ids = seen.map((risk) => risk.id);
  // Two statements of one trip: the second sees what whoever held the findings before left.
  const [standing, latest] = await Promise.all([
    holdStanding(tx, 'RISK_ABOVE_CRITERIA', ids),
    latestFindings(tx, 'RISK_ABOVE_CRITERIA', ids),
  ]);
  const changed: Finding[] = [];
  for (const risk of seen) changed.push(...(await reactToRisk(tx, risk, standing.get(risk.id), latest.get(risk.id))));
  await announceChanges(tx, changed);
}

function personOf(caller: Caller, what: string): string {
  if (!caller.permissions.has('audit:write')) {
    throw new AnnexError('FORBIDDEN', `To ${what} a finding needs the permission audit:write`, {
      details: { missing: ['audit:write'] },
    });
  }
  if (caller.personId === undefined) {
    throw new AnnexError('FORBIDDEN', `A machine may not ${what} a finding: that is a person’s judgement`, {
      details: { actor: caller.actor },
    });
  }
  return caller.personId;
}

/** A finding stated by a person. @throws AnnexError BAD_INPUT, FORBIDDEN, NOT_FOUND for the risk */
export async function proposeFinding(
  tx: WriteTx<Tables>,
  caller: Caller,
  input: ProposeFindingInput,
): Promise<{ id: string; version: number }> {
  personOf(caller, 'propose');
  checkProposal(input);
  const risk = input.riskId ? await riskById(tx, input.riskId) : undefined;
  if (input.riskId && !risk) throw notFound('Risk', input.riskId);
  const ismsId = await ismsOf(tx, input.ismsId ?? risk?.ismsId);
  if (risk && risk.ismsId !== ismsId) throw notFound('Risk', risk.id);
  const made = await propose(tx, {
    ismsId,
    title: input.title.trim(),
    reason: input.reason.trim(),
    clause: input.clause,
    origin: 'PERSON',
    cause: 'STATED',
    ...(risk
      ? { subjectKind: 'Risk', subjectId: risk.id, subjectReference: risk.reference }
      : { subjectKind: 'Clause', subjectId: input.clause, subjectReference: input.clause }),
    recurrenceOf: null,
  });
  await announceChanges(tx, made);
  const [finding] = made;
  return { id: finding?.id ?? '', version: 1 };
}

async function decide(
  tx: WriteTx<Tables>,
  caller: Caller,
  action: Exclude<FindingAction, 'WITHDRAW'>,
  { id, expectedVersion, reason }: DecideFindingInput,
): Promise<{ id: string; version: number }> {
  const person = personOf(caller, action.toLowerCase());
  checkDecision(reason, action === 'DECLINE');
  const finding = await holdFinding(tx, id);
  if (!finding) throw notFound('Finding', id);
  checkVersion('Finding', id, finding.version, expectedVersion);
  const changed = await changeFinding(tx, finding, {
    status: transit(finding.status, action, 'PERSON', finding.reference),
    decidedAt: tx.now,
    decidedBy: person,
    decisionReason: reason?.trim() ?? null,
  });
  await unschedule(tx, answerDueKind, id);
  await announceChanges(tx, [changed]);
  return { id, version: changed.version };
}

/** A person agrees that it is a finding. @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT, FORBIDDEN, BAD_INPUT */
export const confirmFinding = (tx: WriteTx<Tables>, caller: Caller, input: DecideFindingInput) =>
  decide(tx, caller, 'CONFIRM', input);

/** A person says with a reason that it is none. @throws AnnexError as confirmFinding */
export const declineFinding = (tx: WriteTx<Tables>, caller: Caller, input: DecideFindingInput) =>
  decide(tx, caller, 'DECLINE', input);

const page = 1000;

/** Announces every finding again (`annex resync`). */
export async function announceFindings(tx: WriteTx<Tables>): Promise<void> {
  for await (const found of runsOf((after) => findingsAfter(tx, after, page)))
    tx.record('annex.audit.finding.changed.v1', { rows: found.map(toEventRow) });
}
