import type { Basis, EventType, RuleResult, ServiceName, Verdict } from '@annex/schema';
import type { QueryResult } from 'pg';
import { literal } from './database/literal.ts';
import type { Migration } from './database/migrations.ts';
import type { Tx, WriteTx } from './database/transaction.ts';
import { newId } from './entities.ts';

/** A thing that a rule points at. */
export interface RuleLink {
  readonly kind: string;
  readonly id: string;
  readonly reference: string;
}

/** What a rule says of one ISMS now. */
export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence with the counts in it. */
  readonly reason: string;
  /** What to do next; empty where there is nothing to do. */
  readonly next: string;
  /** How many were looked at, of how many, and how many of them fail: 1 of 10,000 is not 9,000 of 10,000. */
  readonly facts: { readonly examined: number; readonly total: number; readonly failing: number };
  /** The worst first; at most 20 are kept. */
  readonly links: readonly RuleLink[];
}

/** A rule of a service's `conformity.ts`: one question to one clause of ISO/IEC 27001:2022 (domain model, 9). */
export interface Rule<T> {
  /** Names the rule for good: `risk.current-within-criteria`. */
  readonly id: string;
  readonly clause: string;
  readonly letter?: string;
  readonly basis: Basis;
  readonly question: string;
  /** Only reads. @param shared reads facts that several rules of the service look at once for all of them */
  judge(tx: Tx<T>, ismsId: string, shared: SharedFacts<T>): Promise<Judgement>;
}

export type SharedFacts<T> = <Facts>(read: (tx: Tx<T>, ismsId: string) => Promise<Facts>) => Promise<Facts>;

function sharedFacts<T>(tx: Tx<T>, ismsId: string): SharedFacts<T> {
  const known = new Map<unknown, Promise<unknown>>();
  return <Facts>(read: (tx: Tx<T>, ismsId: string) => Promise<Facts>) => {
    const facts = (known.get(read) as Promise<Facts> | undefined) ?? read(tx, ismsId);
    known.set(read, facts);
    return facts;
  };
}

export const conformityMigrations: readonly Migration[] = [
  {
    name: '20261124_0030_create_rule_result',
    async up(tables) {
      await tables.entity('rule_result', {
        columns: {
          rule: 'text not null',
          clause: 'text not null',
          letter: 'text',
          basis: 'text not null',
          question: 'text not null',
          verdict: 'text not null',
          reason: 'text not null',
          next: 'text not null',
          facts: 'jsonb not null',
          links: 'jsonb not null',
          judged_at: 'timestamptz not null',
        },
        unique: [['isms_id', 'rule']],
      });
    },
  },
];

interface StoredResult {
  id: string;
  isms_id: string;
  version: number;
  rule: string;
  clause: string;
  letter: string | null;
  basis: Basis;
  question: string;
  verdict: Verdict;
  reason: string;
  next: string;
  facts: Judgement['facts'];
  links: RuleLink[];
  judged_at: Date;
}

const columns =
  'id, isms_id, version, rule, clause, letter, basis, question, verdict, reason, next, facts, links, judged_at';

function toRow(stored: StoredResult): RuleResult {
  const { isms_id, judged_at, letter, ...same } = stored;
  return {
    ...same,
    ismsId: isms_id,
    judgedAt: judged_at.toISOString(),
    ...(letter === null ? {} : { letter }),
  };
}

/** What makes two results different: all but when they were judged. */
const substance = (
  result: Pick<StoredResult, 'verdict' | 'reason' | 'next' | 'facts' | 'links' | 'question' | 'basis' | 'clause'>,
) =>
  JSON.stringify([
    result.verdict,
    result.reason,
    result.next,
    result.facts.examined,
    result.facts.total,
    result.facts.failing,
    result.links.map((link) => [link.kind, link.id, link.reference]),
    result.question,
    result.basis,
    result.clause,
  ]);

const conformityEvent = (service: ServiceName) =>
  `annex.${service}.conformity.changed.v1` as EventType & `annex.${'risk'}.conformity.changed.v1`;

/** Keeps results, new ones and those that are there already, in one statement. */
async function keep<T>(tx: WriteTx<T>, results: readonly StoredResult[]): Promise<void> {
  await tx.query(
    `insert into rule_result (tenant_id, id, isms_id, version, rule, clause, letter, basis, question, verdict, reason, next, facts, links, judged_at,
       created_at, created_by, updated_at, updated_by)
     select $1, id, isms_id, version, rule, clause, letter, basis, question, verdict, reason, next, facts, links, $3, $3, $4, $3, $4
       from jsonb_to_recordset($2) as f(id uuid, isms_id uuid, version int, rule text, clause text, letter text, basis text, question text,
            verdict text, reason text, next text, facts jsonb, links jsonb)
     on conflict (tenant_id, id) do update set version = excluded.version, clause = excluded.clause, letter = excluded.letter, basis = excluded.basis,
       question = excluded.question, verdict = excluded.verdict, reason = excluded.reason, next = excluded.next, facts = excluded.facts,
       links = excluded.links, judged_at = excluded.judged_at, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [tx.tenant, JSON.stringify(results), tx.now, tx.scope.actor],
  );
}

/** What the rules say of one ISMS now, where that differs from what is kept. */
async function changesOf<T>(
  tx: WriteTx<T>,
  service: ServiceName,
  ismsId: string,
  rules: readonly Rule<T>[],
): Promise<StoredResult[]> {
  // All of these statements travel together. They are done in order, each sees what was committed when it begins, and the lock is the first.
  const [lock, tenant, isms] = [`${service}:${tx.tenant}:${ismsId}`, tx.tenant, ismsId].map(literal);
  const locked = tx.query<StoredResult>(
    `select pg_advisory_xact_lock(hashtextextended(${lock}, 27001));
     select ${columns} from rule_result where tenant_id = ${tenant} and isms_id = ${isms}`,
  );
  const shared = sharedFacts(tx, ismsId);
  const [answers, judgements] = await Promise.all([
    locked,
    Promise.all(rules.map((rule) => rule.judge(tx, ismsId, shared))),
  ]);
  const [, kept] = answers as unknown as readonly [unknown, QueryResult<StoredResult>];
  const stored = new Map(kept.rows.map((row) => [row.rule, row]));
  return rules.flatMap(({ id: rule, clause, letter, basis, question }, index) => {
    const { verdict, reason, next, facts, links } = judgements[index] as Judgement;
    const before = stored.get(rule);
    const after: StoredResult = {
      id: before?.id ?? newId(),
      isms_id: ismsId,
      version: (before?.version ?? 0) + 1,
      rule,
      clause,
      letter: letter ?? null,
      basis,
      question,
      verdict,
      reason,
      next,
      facts,
      links: links.slice(0, 20),
      judged_at: tx.now,
    };
    return before && substance(before) === substance(after) ? [] : [after];
  });
}

/**
 * Judges the rules for each ISMS, keeps what came out, and announces the results that are new or changed. Called in the transaction
 * that changed a fact, and at the moments when time changes one. Judgements of one ISMS are made one after the other (it is
 * locked first), so that the last one saw all facts.
 */
export async function judge<T>(
  tx: WriteTx<T>,
  service: ServiceName,
  ismsIds: readonly string[],
  rules: readonly Rule<T>[],
): Promise<void> {
  const changed: StoredResult[] = [];
  for (const ismsId of [...new Set(ismsIds)].sort()) changed.push(...(await changesOf(tx, service, ismsId, rules)));
  if (changed.length === 0) return;
  await keep(tx, changed);
  tx.record(conformityEvent(service), { rows: changed.map(toRow) });
}

/** Announces every kept result of the tenant again (`annex resync`). */
export async function announceRules<T>(tx: WriteTx<T>, service: ServiceName): Promise<void> {
  const { rows } = await tx.query<StoredResult>(`select ${columns} from rule_result where tenant_id = $1 order by id`, [
    tx.tenant,
  ]);
  if (rows.length > 0) tx.record(conformityEvent(service), { rows: rows.map(toRow) });
}
