import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

const followedUp: Rule<ControlsDatabase> = {
  id: 'controls.exceptions-followed-up',
  clause: '8.1',
  basis: 'OWN_RULE',
  question: 'Is what an exception allowed put right, or allowed anew, once the exception is over?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; over: number; open: { id: string; reference: string }[] }>(
      `with latest as (
         select distinct on (e.implementation_id) e.id, e.reference, e.status, e.ended_at, e.implementation_id
           from exception e where e.tenant_id = $1 and e.isms_id = $2 and e.status = 'EXPIRED' and e.decided_at is not null
          order by e.implementation_id, e.ended_at desc, e.reference desc),
       judged as (
         select l.id, l.reference, l.ended_at, i.status <> 'IMPLEMENTED' and not exists (
             select from exception f where f.tenant_id = $1 and f.implementation_id = l.implementation_id and f.status = 'APPROVED') as open
           from latest l join implementation i on i.tenant_id = $1 and i.id = l.implementation_id)
       select (select count(*)::int from exception where tenant_id = $1 and isms_id = $2) as total, count(*)::int as over,
              coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by ended_at, reference) filter (where open), '[]') as open
         from judged`,
      [tx.tenant, ismsId],
    );
    const { total, over, open } = rows[0] ?? { total: 0, over: 0, open: [] };
    const facts = { examined: over, total: over, failing: open.length };
    if (over === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason: total === 0 ? 'No exception is recorded.' : 'No exception in force has come to its end yet.',
        next: '',
        facts,
        links: [],
      };
    }
    const implementations = over === 1 ? 'implementation' : 'implementations';
    return {
      verdict: open.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        open.length > 0
          ? `The exception of ${open.length} of ${over} ${implementations} expired while the control is not in place, and no other exception allows that.`
          : `What the expired exceptions of ${over} ${implementations} allowed is put right or allowed anew.`,
      next: open.length > 0 ? 'Put the controls in place, or ask for another exception with an end.' : '',
      facts,
      links: open.map((one) => ({ kind: 'exception', ...one })),
    };
  },
};

/** Exceptions (27001, 8.1). */
export const exceptionRules: readonly Rule<ControlsDatabase>[] = [followedUp];
