import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

const processesRecorded: Rule<ControlsDatabase> = {
  id: 'controls.processes-recorded',
  clause: '4.4',
  basis: 'REQUIREMENT',
  question: 'Are the processes that the ISMS needs determined, with their interactions?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<{ total: number; alone: { id: string; reference: string }[] }>(
      `with process as (select id, name, depends_on from isms_process where tenant_id = $1 and isms_id = $2),
        needed as (select distinct unnest(depends_on) as id from process)
       select count(*)::int as total,
         coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', name) order by name)
           filter (where cardinality(depends_on) = 0 and id not in (select id from needed)), '[]') as alone
         from process`,
      [tx.tenant, ismsId],
    );
    const { total, alone } = rows[0] ?? { total: 0, alone: [] };
    const facts = { examined: total, total, failing: alone.length };
    const links = alone.map((one) => ({ kind: 'ismsProcess', ...one }));
    if (total === 0) {
      return {
        verdict: 'GAP',
        reason: 'No process of the ISMS is recorded.',
        next: 'Record the processes that the ISMS needs, with what goes in, what comes out, and which others they depend on.',
        facts: { examined: 0, total: 1, failing: 1 },
        links: [],
      };
    }
    if (total > 1 && alone.length === total) {
      return {
        verdict: 'GAP',
        reason: `${total} processes are recorded, and none of their interactions.`,
        next: 'Say of each process which others it depends on.',
        facts,
        links,
      };
    }
    return {
      verdict: alone.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        total === 1
          ? 'One process is recorded, which can interact with no other.'
          : alone.length > 0
            ? `${alone.length} of ${total} processes ${alone.length === 1 ? 'interacts' : 'interact'} with no other.`
            : `${total} processes are recorded, each with its interactions.`,
      next: alone.length > 0 ? 'Judge whether that is so, or record what is missing.' : '',
      facts,
      links,
    };
  },
};

/** 27001, 4.4: the processes of the ISMS and their interactions. */
export const processRules: readonly Rule<ControlsDatabase>[] = [processesRecorded];
