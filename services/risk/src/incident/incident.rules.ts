import type { Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';

const shown = 20;

/**
 * A significant incident is a confirmed one that is high or critical. Its risks count as reassessed once a person has assessed one of them since
 * the incident was detected: nobody waits with that until it is closed.
 */
const incidentsReassessed: Rule<RiskDatabase> = {
  id: 'risk.incidents-reassessed',
  clause: '8.2',
  basis: 'OWN_RULE',
  question: 'Were the risks of significant incidents assessed again before these were put away?',
  async judge(tx, ismsId) {
    const { rows } = await tx.query<{
      total: number;
      linked: number;
      failing: number;
      links: { id: string; reference: string }[];
    }>(
      `with closed as (
         select i.id, i.reference, i.number, count(r.id) filter (where r.status = 'OPEN') as risks,
           coalesce(bool_or(exists (select 1 from assessment a where a.tenant_id = $1 and a.risk_id = r.id and r.status = 'OPEN'
             and a.assessed_at >= coalesce(i.detected_at, i.reported_at, i.created_at))), false) as reassessed
         from incident i
           left join incident_risk l on l.tenant_id = $1 and l.incident_id = i.id
           left join risk r on r.tenant_id = $1 and r.id = l.risk_id
         where i.tenant_id = $1 and i.isms_id = $2 and i.status = 'LEARNED' and i.confirmation = 'CONFIRMED'
           and i.severity in ('HIGH', 'CRITICAL')
         group by i.id, i.reference, i.number)
       select count(*)::int as total, count(*) filter (where risks > 0)::int as linked,
         count(*) filter (where risks > 0 and not reassessed)::int as failing,
         coalesce((select jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by number desc)
           from (select * from closed where risks > 0 and not reassessed order by number desc limit ${shown}) latest), '[]') as links
       from closed`,
      [tx.tenant, ismsId],
    );
    const { total, linked, failing, links } = rows[0] ?? { total: 0, linked: 0, failing: 0, links: [] };
    const facts = { examined: linked, total, failing };
    const count = `${linked} significant incident${linked === 1 ? '' : 's'}`;
    if (linked === 0) {
      return {
        verdict: 'NOT_ASSESSED',
        reason:
          total === 0
            ? 'No incident that is high or critical has been closed.'
            : `${total} closed ${total === 1 ? 'incident that is' : 'incidents that are'} high or critical, and none is linked to an open risk.`,
        next: total === 0 ? '' : 'Link such incidents to the risks that came true, or identify those risks.',
        facts,
        links: [],
      };
    }
    if (failing === 0) {
      const reason = `Of each of ${count} that ${linked === 1 ? 'is' : 'are'} closed, a linked risk has been assessed since.`;
      return { verdict: 'NO_GAP_FOUND', reason, next: '', facts, links: [] };
    }
    return {
      verdict: 'GAP',
      reason: `Of ${failing} of ${count} that ${linked === 1 ? 'is' : 'are'} closed, no linked risk has been assessed since.`,
      next: `Assess the risks of ${links[0]?.reference}${failing > 1 ? ' and the others' : ''} again.`,
      facts,
      links: links.map((one) => ({ kind: 'Incident', ...one })),
    };
  },
};

/** 27001, 8.2 by Annex's own rule: what an incident says of the risks that it is about. */
export const incidentRules: readonly Rule<RiskDatabase>[] = [incidentsReassessed];
