import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Facts {
  readonly internal: number;
  readonly external: number;
  /** Entries that do not say when, with whom or how. */
  readonly incomplete: readonly { readonly id: string; readonly reference: string }[];
}

const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`;

const communicationPlanned: Rule<ControlsDatabase> = {
  id: 'controls.communication-planned',
  clause: '7.4',
  basis: 'REQUIREMENT',
  question: 'Is it determined what is communicated within and out of the organisation, when, with whom and how?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<Facts>(
      `with entry as (select * from communication where tenant_id = $1 and isms_id = $2 and status = 'IN_FORCE')
       select count(*) filter (where direction = 'INTERNAL')::int as internal,
         count(*) filter (where direction = 'EXTERNAL')::int as external,
         coalesce(jsonb_agg(jsonb_build_object('id', id, 'reference', reference) order by reference) filter (
           where occasion = '' or channel = '' or (audience = '' and cardinality(party_ids) = 0)), '[]') as incomplete
         from entry`,
      [tx.tenant, ismsId],
    );
    const { internal, external, incomplete } = rows[0] ?? { internal: 0, external: 0, incomplete: [] };
    const total = internal + external;
    const failing = incomplete.length;
    const facts = { examined: total, total: Math.max(total, 1), failing: total === 0 ? 1 : failing };
    const links = incomplete.map((one) => ({ kind: 'communication', ...one }));
    if (total === 0) {
      return {
        verdict: 'GAP',
        reason: 'Nothing is planned to be communicated.',
        next: 'Record what is communicated, when, with whom and how.',
        facts,
        links,
      };
    }
    if (failing > 0) {
      return {
        verdict: 'GAP',
        reason: `${failing} of ${entries(total)} ${failing === 1 ? 'does' : 'do'} not say when, with whom or how.`,
        next: 'Say of each when, with whom and how it is communicated.',
        facts,
        links,
      };
    }
    const missing = internal === 0 ? 'within' : external === 0 ? 'out of' : null;
    return {
      verdict: missing ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason: missing
        ? `${entries(total)} ${total === 1 ? 'is' : 'are'} complete, and nothing is communicated ${missing} the organisation.`
        : `${entries(total)} ${total === 1 ? 'says' : 'say'} what is communicated, when, with whom and how: ${internal} within and ${external} out of the organisation.`,
      next: missing ? 'Judge whether there is no need for it, or record what there is.' : '',
      facts,
      links,
    };
  },
};

/** 27001, 7.4: communication. */
export const communicationRules: readonly Rule<ControlsDatabase>[] = [communicationPlanned];
