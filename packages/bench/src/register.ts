import type pg from 'pg';

const entity = `now(), 'system:bench', now(), 'system:bench'`;
const effects = '0.6 + (r.n % 40) / 100.0, (r.n % 7) / 10.0';
/** The second link of each risk is to one of so many implementations. */
const others = 500;
/** Risks that one statement makes. */
const atATime = 50_000;

/** The implementations: one that everything rests on, and the others. $1 the tenant, $2 the ISMS, $3 the one. */
const implementations = [
  `insert into risk.implementation (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, title, status,
       deleted, implementation_version, verified, strength_version)
     select $1, case when n = 0 then $3 else uuidv7() end, $2, 1, ${entity}, 'C-' || n, 'Way ' || n, 'IMPLEMENTED', false, 1, 0.5, 1
       from generate_series(0, ${others}) n`,
  `create temporary table if not exists bench_other (tenant_id uuid, id uuid, n bigint)`,
  `insert into bench_other select tenant_id, id, row_number() over (order by id) from risk.implementation where tenant_id = $1 and isms_id = $2 and id <> $3`,
  `create temporary table if not exists bench_row (id uuid, n bigint)`,
];

/** The risks from $4 to $5, each with two links. */
const risks = [
  `truncate bench_row`,
  `insert into bench_row select uuidv7(), n from generate_series($4::bigint, $5::bigint) n where $1::uuid is not null and $2::uuid is not null and $3::uuid is not null`,
  `insert into risk.risk (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, number, title,
       description, affects, status, inherent_likelihood, inherent_consequence, inherent_level, inherent_rank, inherent_rule,
       current_likelihood, current_consequence, current_level, current_rank, current_rule, current_frequency, current_loss,
       reassessment, acceptance, standing)
     select $1, id, $2, 1, ${entity}, 'R-' || lpad(n::text, 7, '0'), n, 'Loss number ' || n || ' that would be noticed', 'What might happen.',
       '{CONFIDENTIALITY}', 'OPEN', 3 + n % 3, 3 + n / 3 % 3, 'High', 3, 'ABOVE_CRITERIA', 2, 3, 'Medium', 1 + n % 4, 'TOLERABLE', 0.5, 100000, 'NONE',
       'NONE', 'WITHIN_CRITERIA' from bench_row where $3::uuid is not null and $4::bigint <= $5::bigint`,
  `insert into risk.risk_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, risk_id, implementation_id,
       likelihood_effect, consequence_effect)
     select $1, uuidv7(), $2, 1, ${entity}, r.id, $3, ${effects} from bench_row r where $4::bigint <= $5::bigint`,
  `insert into risk.risk_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, risk_id, implementation_id,
       likelihood_effect, consequence_effect)
     select $1, uuidv7(), $2, 1, ${entity}, r.id, o.id, ${effects} from bench_row r join bench_other o on o.tenant_id = $1 and o.n = 1 + r.n % ${others}
      where $3::uuid is not null and $4::bigint <= $5::bigint`,
];

/** Fills the register of an ISMS that has criteria: so many risks, each resting on `implementationId` and one of 500 others. */
export async function fillRegister(
  client: pg.Client,
  register: {
    readonly tenantId: string;
    readonly ismsId: string;
    readonly implementationId: string;
    readonly size: number;
  },
): Promise<void> {
  const { tenantId, ismsId, implementationId, size } = register;
  const run = async (texts: readonly string[], values: readonly unknown[]) => {
    for (const text of texts) await client.query(text, text.includes('$1') ? [...values] : []);
  };
  // History is written in the tenant's name, whoever writes.
  await client.query(`select set_config('annex.tenant', $1, false)`, [tenantId]);
  await run(implementations, [tenantId, ismsId, implementationId]);
  for (let from = 1; from <= size; from += atATime) {
    await run(risks, [tenantId, ismsId, implementationId, from, Math.min(size, from + atATime - 1)]);
  }
  await client.query('vacuum analyze');
}
