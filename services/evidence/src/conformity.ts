import { type Judgement, judge, type Rule, type RuleLink, type Tx, type WriteTx } from '@annex/service';
import type { EvidenceDatabase } from './database.ts';

const maxShown = 20;

const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

async function linked(
  tx: Tx<EvidenceDatabase>,
  kind: string,
  sql: string,
  values: readonly unknown[],
): Promise<RuleLink[]> {
  const { rows } = await tx.query<{ id: string; reference: string }>(`${sql} limit ${maxShown}`, [
    tx.tenant,
    ...values,
  ]);
  return rows.map((row) => ({ kind, ...row }));
}

const measuredInTime: Rule<EvidenceDatabase> = {
  id: 'evidence.measured-in-time',
  clause: '9.1',
  basis: 'REQUIREMENT',
  question: 'Has every measure been measured within its frequency and grace?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; never: number; stale: number; unknown: number }>(
      `select count(*) as total, count(*) filter (where state = 'NEVER_MEASURED') as never,
         count(*) filter (where state = 'STALE') as stale, count(*) filter (where state = 'UNKNOWN') as unknown
       from attainment where tenant_id = $1 and isms_id = $2`,
      [tx.tenant, ismsId],
    );
    const { total, never, stale, unknown } = rows[0] ?? { total: 0, never: 0, stale: 0, unknown: 0 };
    if (total === 0) {
      return {
        verdict: 'GAP',
        reason: 'Nothing is measured: there is no measure.',
        next: 'Decide what needs to be monitored and measured, how, when and by whom, and set up a measure for it.',
        facts: { examined: 0, total: 0, failing: 0 },
        links: [],
      };
    }
    const failing = never + stale;
    const facts = { examined: total, total, failing };
    const measures = (states: readonly string[]) =>
      linked(
        tx,
        'Measure',
        `select m.id, m.reference from measure m join attainment a on a.tenant_id = m.tenant_id and a.id = m.id
         where m.tenant_id = $1 and m.isms_id = $2 and a.state = any($3) order by m.reference`,
        [ismsId, states],
      );
    if (failing > 0) {
      return {
        verdict: 'GAP',
        reason: `Of ${count(total, 'measure')}, ${never} never measured and ${stale} past frequency and grace.`,
        next: 'Take the measurements that are missing, or have the tools behind them deliver again.',
        facts,
        links: await measures(['NEVER_MEASURED', 'STALE']),
      };
    }
    if (unknown > 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: `All ${count(total, 'measure')} measured in time, ${unknown} of them with an unknown value.`,
        next: 'Look at why the value is unknown: a run that was not complete, or a source that never delivered.',
        facts,
        links: await measures(['UNKNOWN']),
      };
    }
    return {
      verdict: 'NO_GAP_FOUND',
      reason: `All ${count(total, 'measure')} measured within frequency and grace.`,
      next: '',
      facts,
      links: [],
    };
  },
};

/** Evidence that something rests on: linked to an implementation or a measure. */
const inUse = `e.tenant_id = $1 and e.isms_id = $2 and (e.measure_id is not null
  or exists (select from evidence_link l where l.tenant_id = $1 and l.evidence_id = e.id))`;

const evidenceInDate: Rule<EvidenceDatabase> = {
  id: 'evidence.in-date',
  clause: '9.1',
  basis: 'OWN_RULE',
  question: 'Is the evidence in use in date?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; expired: number }>(
      `select count(*) as total, count(*) filter (where e.valid_until <= $3) as expired from evidence e where ${inUse}`,
      [tx.tenant, ismsId, tx.now],
    );
    const { total, expired } = rows[0] ?? { total: 0, expired: 0 };
    const facts = { examined: total, total, failing: expired };
    if (total === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: 'No evidence is in use.',
        next: 'Link evidence to the implementations or measures that it shows something of.',
        facts,
        links: [],
      };
    }
    return expired === 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `None of ${count(total, 'piece', 'pieces')} of evidence in use has expired.`,
          next: '',
          facts,
          links: [],
        }
      : {
          verdict: 'GAP',
          reason: `Of ${count(total, 'piece', 'pieces')} of evidence in use, ${expired} expired.`,
          next: 'Replace the expired evidence, or take it from what it no longer shows.',
          facts,
          links: await linked(
            tx,
            'Evidence',
            `select e.id, e.title as reference from evidence e where ${inUse} and e.valid_until <= $3 order by e.valid_until, e.id`,
            [ismsId, tx.now],
          ),
        };
  },
};

const importsComplete: Rule<EvidenceDatabase> = {
  id: 'evidence.imports-complete',
  clause: '9.1',
  letter: 'b',
  basis: 'GOOD_PRACTICE',
  question: 'Was the latest run of each source complete?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; incomplete: number }>(
      `select count(*) as total, count(*) filter (where outcome <> 'COMPLETE') as incomplete from check_source
       where tenant_id = $1 and isms_id = $2`,
      [tx.tenant, ismsId],
    );
    const { total, incomplete } = rows[0] ?? { total: 0, incomplete: 0 };
    const facts = { examined: total, total, failing: incomplete };
    if (total === 0) {
      const reason = 'No tool has delivered anything.';
      return { verdict: 'NOT_ASSESSED', reason, next: '', facts, links: [] };
    }
    return incomplete === 0
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `The latest run of each of ${count(total, 'source')} was complete.`,
          next: '',
          facts,
          links: [],
        }
      : {
          verdict: 'JUDGEMENT_NEEDED',
          reason: `Of ${count(total, 'source')}, ${incomplete} delivered an incomplete run last.`,
          next: 'See to the problems that the tools tell of; what they did not look at is unknown.',
          facts,
          links: await linked(
            tx,
            'Import',
            `select import_id as id, name as reference from check_source
             where tenant_id = $1 and isms_id = $2 and outcome <> 'COMPLETE' order by outcome = 'PARTIAL', name`,
            [ismsId],
          ),
        };
  },
};

const evidenceRules: readonly Rule<EvidenceDatabase>[] = [measuredInTime, evidenceInDate, importsComplete];

/** Judges 9.1 for these ISMS; called wherever a fact changed, in its transaction. */
export function judgeEvidence(tx: WriteTx<EvidenceDatabase>, ismsIds: readonly string[]): Promise<void> {
  return judge(tx, 'evidence', ismsIds, evidenceRules);
}
