import { createKey, createTenantWithAdministrator, type IdentityDatabase } from '@annex/gateway';
import { connectDatabase, createLogger, serviceUrl } from '@annex/service';
import pg from 'pg';
import { benchSecret } from '../servers.ts';

/** A tenant with an administrator's key. */
export interface SeededTenant {
  readonly id: string;
  readonly personId: string;
  readonly key: string;
}

const size = { implementations: 500, risks: 5, evidence: 5 };

const entity = `now(), 'system:bench', now(), 'system:bench'`;

/** One tenant's content, set by set. $1 is the tenant; rows of all tenants lie in the same tables. */
const statements = [
  `create temporary table bench_implementation as select uuidv7() as id, n from generate_series(1, ${size.implementations}) n`,
  `create temporary table bench_risk as
     select uuidv7() as id, i.id as implementation_id, (i.n - 1) * ${size.risks} + m as n
       from bench_implementation i, generate_series(1, ${size.risks}) m order by i.id, m`,
  `create temporary table bench_evidence as
     select uuidv7() as id, i.id as implementation_id, (i.n - 1) * ${size.evidence} + m as n
       from bench_implementation i, generate_series(1, ${size.evidence}) m order by i.id, m`,
  `insert into controls.implementation (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by,
       reference, title, description, status, claimed_design, claimed_operation)
     select $1, id, $2, 1, ${entity}, 'C-' || lpad(n::text, 4, '0'), 'Way ' || n || ' of keeping what is ours',
       'What is done, where and how, in a sentence or two of the usual length.', 'IMPLEMENTED', 1, 1 from bench_implementation`,
  `insert into risk.risk (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, number, title,
       description, affects, status, inherent_likelihood, inherent_consequence, inherent_level, inherent_rank, inherent_rule,
       current_likelihood, current_consequence, current_level, current_rank, current_rule, current_frequency, current_loss,
       reassessment, acceptance, standing)
     select $1, id, $2, 1, ${entity}, 'R-' || lpad(n::text, 4, '0'), n, 'Loss number ' || n || ' that would be noticed',
       'What might happen, how and to what, in a sentence or two of the usual length.', '{CONFIDENTIALITY}', 'OPEN',
       4, 4, 'High', 3, 'ABOVE_CRITERIA', 1 + n % 4, 3, 'Medium', 1 + n % 3,
       case n % 3 when 0 then 'ACCEPTABLE' when 1 then 'TOLERABLE' else 'ABOVE_CRITERIA' end, 0.5, 100000, 'NONE', 'NONE',
       case n % 3 when 2 then 'ABOVE_CRITERIA' else 'WITHIN_CRITERIA' end from bench_risk`,
  `insert into risk.risk_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, risk_id,
       implementation_id, likelihood_effect, consequence_effect)
     select $1, uuidv7(), $2, 1, ${entity}, id, implementation_id, 0.5, 0.1 from bench_risk`,
  `insert into evidence.evidence (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, title, description,
       file_name, media_type, sha256, bytes, valid_from, valid_until, validity)
     select $1, id, $2, 1, ${entity}, 'Record ' || n || ' of what was done', 'What it shows and how.', 'record-' || n || '.pdf',
       'application/pdf', repeat(to_hex(n % 16), 64), 1000 + n, now() - interval '10 days',
       date_trunc('second', now()) + interval '90 days', 'VALID' from bench_evidence`,
  `insert into evidence.evidence_link (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, evidence_id,
       implementation_id)
     select $1, uuidv7(), $2, 1, ${entity}, id, implementation_id from bench_evidence`,
  'drop table bench_implementation, bench_risk, bench_evidence',
];

async function fill(client: pg.Client, tenantId: string): Promise<void> {
  // History is written in the tenant's name, whoever writes.
  await client.query(`select set_config('annex.tenant', $1, false)`, [tenantId]);
  const { rows } = await client.query<{ id: string }>('select uuidv7() as id');
  for (const text of statements) {
    const parameters = text.includes('$1') ? [tenantId, rows[0]?.id] : [];
    await client.query(text, parameters);
  }
}

/** Two tenants of the same size in a migrated database: 500 implementations, each with 5 risks and 5 pieces of evidence. */
export async function seedReads(databaseUrl: string): Promise<SeededTenant[]> {
  const identity = connectDatabase<IdentityDatabase>({
    service: 'identity',
    url: serviceUrl({ databaseUrl, secret: benchSecret }, 'identity'),
    poolSize: 2,
    clock: 'system',
    log: createLogger({ service: 'bench', level: 'silent' }),
  });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tenants: SeededTenant[] = [];
    for (const slug of ['first', 'second']) {
      const { tenantId, personId } = await createTenantWithAdministrator(identity, {
        slug,
        name: `Tenant ${slug}`,
        person: { name: 'A person', email: `person@${slug}.example` },
      });
      const { key } = await createKey(identity, tenantId, { title: 'bench', personId });
      await fill(client, tenantId);
      tenants.push({ id: tenantId, personId, key });
    }
    await client.query('vacuum analyze');
    return tenants;
  } finally {
    await client.end();
    await identity.close();
  }
}
