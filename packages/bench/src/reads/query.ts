import type { Call } from '../load.ts';
import type { SeededTenant } from './seed.ts';

/** How much one request asks for. */
export const page = { implementations: 50, risks: 5, evidence: 5 };

export const document = `query Overview($first: Int!, $after: String, $risks: Int!, $evidence: Int!) {
  implementations(first: $first, after: $after) {
    nodes {
      id reference title status
      risks(first: $risks) { id reference title rule standing }
      evidence(first: $evidence) { id title fileName validity validUntil }
    }
  }
}`;

/** The same answer by one statement. $1 the tenant, $2 the implementation behind which to read on, $3 to $5 how many. */
export const statement = `
  select json_build_object('data', json_build_object('implementations', json_build_object('nodes', coalesce(json_agg(
    json_build_object('id', i.id, 'reference', i.reference, 'title', i.title, 'status', i.status,
      'risks', r.rows, 'evidence', e.rows) order by i.id), '[]'))))::text as body
  from (select id, reference, title, status from controls.implementation
         where tenant_id = $1 and id > $2 order by id limit $3) i
  cross join lateral (
    select coalesce(json_agg(json_build_object('id', f.id, 'reference', f.reference, 'title', f.title, 'rule', f.current_rule,
      'standing', f.standing) order by f.current_rank desc, f.id desc), '[]') as rows
      from (select k.* from risk.risk_link l join risk.risk k on k.tenant_id = l.tenant_id and k.id = l.risk_id
             where l.tenant_id = $1 and l.implementation_id = i.id order by k.current_rank desc, k.id desc limit $4) f) r
  cross join lateral (
    select coalesce(json_agg(json_build_object('id', f.id, 'title', f.title, 'fileName', f.file_name,
      'validity', case when f.valid_from > now() then 'NOT_YET_VALID' when f.valid_until <= now() then 'EXPIRED' else 'VALID' end,
      'validUntil', to_char(f.valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by f.id desc), '[]') as rows
      from (select k.* from evidence.evidence_link l join evidence.evidence k on k.tenant_id = l.tenant_id and k.id = l.evidence_id
             where l.tenant_id = $1 and l.implementation_id = i.id order by l.evidence_id desc limit $5) f) e`;

/** Where a page begins: behind an implementation, by its cursor and by its id. */
export interface Start {
  readonly cursor: string;
  readonly id: string;
}

/** Shuffled by a fixed seed, so that all servers are asked the same in the same order. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let state = 20_261_124;
  for (let index = result.length - 1; index > 0; index--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}

/**
 * Requests that all differ: every page of every tenant that is full. No two that are under way at once are the same, so nothing can be
 * answered once for many.
 */
export function callsOf(
  tenants: readonly { readonly tenant: SeededTenant; readonly starts: readonly Start[] }[],
): Call[] {
  return shuffled(
    tenants.flatMap(({ tenant, starts }) =>
      starts.slice(0, starts.length - page.implementations).map(({ cursor, id }) => ({
        authorization: `Bearer ${tenant.key}`,
        body: JSON.stringify({
          query: document,
          variables: { first: page.implementations, after: cursor, risks: page.risks, evidence: page.evidence },
          // For the hand-written query, which knows nothing of cursors; the gateways do not look at it.
          behind: id,
        }),
      })),
    ),
  );
}
