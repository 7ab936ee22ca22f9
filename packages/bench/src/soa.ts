import { performance } from 'node:perf_hooks';
import type { Bench } from './bench.ts';
import { createOrganisation } from './organisation.ts';
import { Stack } from './servers.ts';
import { interleaved, median } from './statistics.ts';
import { openSystem } from './system.ts';

const rounds = 12;
const readsARound = 10;
/** Risks and pieces of evidence of each implementation. */
const each = 3;

const selection = `rows { controlId number title decision justification status decidedAt reasons { kind text }
  implementations { id reference title status verified claimed verification implementation {
    risks(first: ${each}) { id reference title rule standing } evidence(first: ${each}) { id title fileName validity validUntil } } } }`;

interface Row {
  readonly implementations: readonly {
    readonly implementation: { readonly risks: readonly unknown[]; readonly evidence: readonly unknown[] };
  }[];
}

const entity = `now(), 'system:bench', now(), 'system:bench'`;

/** A decision, an implementation with its strength, risks and evidence for each control. $1 the tenant, $2 the ISMS, $3 the controls. */
const statements = [
  `create temporary table bench_row as select uuidv7() as id, c.control_id, c.n from unnest($3::text[]) with ordinality as c(control_id, n)
    where $1::uuid is not null and $2::uuid is not null`,
  `create temporary table bench_more as select uuidv7() as risk, uuidv7() as evidence, id, (n - 1) * ${each} + m as n
     from bench_row, generate_series(1, ${each}) m order by n, m`,
  `insert into controls.implementation (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, title,
       description, status, claimed_design, claimed_operation)
     select $1, id, $2, 1, ${entity}, 'C-' || lpad(n::text, 4, '0'), 'Way ' || n || ' of keeping what is ours', 'What is done.', 'IMPLEMENTED', 1, 1 from bench_row`,
  `insert into controls.implementation_control (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, implementation_id, control_id)
     select $1, uuidv7(), $2, 1, ${entity}, id, control_id from bench_row`,
  `insert into controls.strength (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, verified, claimed, verification,
       implementation_factor, design_verified, design_claimed, operation_verified, operation_claimed, computed_at)
     select $1, id, $2, 1, ${entity}, 0.7, 0.9, 'VERIFIED', 1, 1, 1, 0.7, 0.9, now() from bench_row`,
  `insert into controls.soa_entry (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, control_id, decision, justification,
       reasons, decided_by, decided_at)
     select $1, uuidv7(), $2, 1, ${entity}, control_id, 'NECESSARY', 'Customers expect it, and so do we.',
       '[{"kind":"BUSINESS","text":"What the customers expect."}]', 'system:bench', now() from bench_row`,
  `insert into risk.risk (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, number, title,
       description, affects, status, inherent_likelihood, inherent_consequence, inherent_level, inherent_rank, inherent_rule,
       current_likelihood, current_consequence, current_level, current_rank, current_rule, current_frequency, current_loss,
       reassessment, acceptance, standing)
     select $1, risk, $2, 1, ${entity}, 'R-' || lpad(n::text, 4, '0'), n, 'Loss number ' || n || ' that would be noticed', 'What might happen.',
       '{CONFIDENTIALITY}', 'OPEN', 4, 4, 'High', 3, 'ABOVE_CRITERIA', 2, 3, 'Medium', 2, 'TOLERABLE', 0.5, 100000, 'NONE', 'NONE', 'WITHIN_CRITERIA' from bench_more`,
  `insert into risk.risk_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, risk_id, implementation_id,
       likelihood_effect, consequence_effect)
     select $1, uuidv7(), $2, 1, ${entity}, risk, id, 0.5, 0.1 from bench_more`,
  `insert into evidence.evidence (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, title, description,
       file_name, media_type, sha256, bytes, valid_from, valid_until, validity)
     select $1, evidence, $2, 1, ${entity}, 'Record ' || n || ' of what was done', 'What it shows and how.', 'record-' || n || '.pdf', 'application/pdf',
       repeat(to_hex((n % 16)::int), 64), 1000 + n, now() - interval '10 days', date_trunc('second', now()) + interval '90 days', 'VALID' from bench_more`,
  `insert into evidence.evidence_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, evidence_id, implementation_id)
     select $1, uuidv7(), $2, 1, ${entity}, evidence, id from bench_more`,
];

/** The same by hand: one statement without tenants' policies, permissions or services. $1 the tenant, $2 the ISMS. */
const statement = `
  select json_agg(json_build_object('controlId', s.control_id, 'decision', s.decision, 'justification', s.justification, 'decidedAt', s.decided_at,
    'reasons', s.reasons, 'implementations', i.rows) order by s.control_id)::text as body
  from controls.soa_entry s
  cross join lateral (
    select coalesce(json_agg(json_build_object('id', k.id, 'reference', k.reference, 'title', k.title, 'status', k.status, 'verified', g.verified,
      'claimed', g.claimed, 'verification', g.verification, 'risks', r.rows, 'evidence', e.rows)), '[]') as rows
      from controls.implementation_control c
      join controls.implementation k on k.tenant_id = c.tenant_id and k.id = c.implementation_id
      join controls.strength g on g.tenant_id = k.tenant_id and g.id = k.id
      cross join lateral (
        select coalesce(json_agg(json_build_object('id', f.id, 'reference', f.reference, 'title', f.title, 'rule', f.current_rule, 'standing', f.standing)
          order by f.current_rank desc, f.id desc), '[]') as rows
          from (select x.* from risk.risk_link l join risk.risk x on x.tenant_id = l.tenant_id and x.id = l.risk_id
                 where l.tenant_id = $1 and l.implementation_id = k.id order by x.current_rank desc, x.id desc limit ${each}) f) r
      cross join lateral (
        select coalesce(json_agg(json_build_object('id', f.id, 'title', f.title, 'fileName', f.file_name,
          'validity', case when f.valid_until <= now() then 'EXPIRED' else 'VALID' end, 'validUntil', f.valid_until) order by f.id desc), '[]') as rows
          from (select x.* from evidence.evidence_link l join evidence.evidence x on x.tenant_id = l.tenant_id and x.id = l.evidence_id
                 where l.tenant_id = $1 and l.implementation_id = k.id order by l.evidence_id desc limit ${each}) f) e
     where c.tenant_id = $1 and c.isms_id = $2 and c.control_id = s.control_id) i
  where s.tenant_id = $1 and s.isms_id = $2`;

/** How many whole statements of 93 live lines a second, through the gateway against one statement by hand. */
export const soaRead: Bench = {
  name: 'soa-read',
  unit: 'statements/s',
  goal: 0.3,
  better: 'higher',
  async run(progress) {
    const stack = new Stack();
    try {
      const { system, client } = await openSystem(stack);
      const { tenantId, ask, create } = await createOrganisation(system, 'statement');
      const ismsId = await create('createIsms', 'isms', { name: 'Whole', scope: 'All of it.' });
      await system.settle();
      const rowsOf = async <R>(selection: string): Promise<R[]> => {
        const query = `query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { ${selection} } }`;
        return (await ask<{ statementOfApplicability: { rows: R[] } }>(query, { ismsId })).statementOfApplicability
          .rows;
      };
      // History is written in the tenant's name, whoever writes.
      await client.query(`select set_config('annex.tenant', $1, false)`, [tenantId]);
      const ids = (await rowsOf<{ controlId: string }>('rows { controlId }')).map((row) => row.controlId);
      for (const text of statements) {
        const values = [tenantId, ismsId, ids].slice(0, text.includes('$3') ? 3 : text.includes('$1') ? 2 : 0);
        await client.query(text, values);
      }
      await client.query('vacuum analyze');

      const whole = async () => {
        const rows = await rowsOf<Row>(selection);
        const full = rows.every(({ implementations: [one] }) => {
          const { risks = [], evidence = [] } = one?.implementation ?? {};
          return risks.length === each && evidence.length === each;
        });
        if (rows.length !== ids.length || !full) throw new Error('The statement is not whole');
      };
      const byHand = async () => {
        const { rows } = await client.query<{ body: string }>({
          name: 'soa',
          text: statement,
          values: [tenantId, ismsId],
        });
        if ((JSON.parse(rows[0]?.body ?? '[]') as unknown[]).length !== ids.length)
          throw new Error('The statement by hand is not whole');
      };
      const rate = async (run: () => Promise<void>) => {
        const from = performance.now();
        for (let count = 0; count < readsARound; count++) await run();
        return (readsARound * 1000) / (performance.now() - from);
      };
      // Until documents and statements are compiled, the figures are those of a start.
      for (let count = 0; count < 30; count++) {
        await whole();
        await byHand();
      }
      const rates = await interleaved(
        rounds,
        () => rate(whole),
        () => rate(byHand),
      );
      progress(`ours ${median(rates.ours).toFixed(1)}, by hand ${median(rates.baseline).toFixed(1)} statements/s`);
      return { ours: median(rates.ours), baseline: median(rates.baseline) };
    } finally {
      await stack.stop();
    }
  },
};
