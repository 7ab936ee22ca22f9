import type pg from 'pg';

/** A fact at its owner and as others keep it: the same rows, the key first. */
interface Projection {
  readonly of: string;
  readonly source: string;
  readonly copies: Readonly<Record<string, string>>;
}

const rule =
  'id, isms_id, version, rule, clause, letter, basis, question, verdict, reason, next, facts, links, judged_at';

const projections: readonly Projection[] = [
  {
    of: 'what measures say',
    source:
      'select id, isms_id, version, state, value, attainment, freshness::float8, measured_at, valid_until from evidence.attainment',
    copies: {
      controls:
        'select id, isms_id, source_version, state, value, attainment, freshness::float8, measured_at, valid_until from controls.attainment where not deleted',
    },
  },
  {
    of: 'measures',
    source: 'select id, isms_id, version, reference, title, unit, worst, target from evidence.measure',
    copies: {
      controls:
        'select id, isms_id, source_version, reference, title, unit, worst, target from controls.measure where not deleted',
    },
  },
  {
    of: 'values of measures',
    source: 'select id, isms_id, version, state, value, measured_at, valid_until from evidence.attainment',
    copies: {
      risk: 'select id, isms_id, attainment_version, state, value, measured_at, valid_until from risk.measure where not deleted and attainment_version > 0',
    },
  },
  {
    of: 'units of measures',
    source: 'select id, isms_id, version, reference, title, unit from evidence.measure',
    copies: {
      risk: 'select id, isms_id, measure_version, reference, title, unit from risk.measure where not deleted and measure_version > 0',
    },
  },
  {
    of: 'strengths',
    source: 'select id, isms_id, version, verified from controls.strength',
    copies: { risk: 'select id, isms_id, strength_version, verified from risk.implementation where not deleted' },
  },
  {
    of: 'implementations',
    source: 'select id, isms_id, version, reference, title, status from controls.implementation',
    copies: {
      risk: 'select id, isms_id, implementation_version, reference, title, status from risk.implementation where not deleted',
      evidence: 'select id, isms_id, version, reference, title, status from evidence.implementation where not deleted',
    },
  },
  {
    of: 'ISMS',
    source: 'select id, version, name, status from controls.isms',
    copies: {
      risk: 'select id, version, name, status from risk.isms where not deleted',
      evidence: 'select id, version, name, status from evidence.isms where not deleted',
      audit: 'select id, version, name, status from audit.isms where not deleted',
    },
  },
  {
    of: 'risks',
    source:
      'select id, isms_id, version, reference, title, status, current_level, current_likelihood, current_consequence, current_rule from risk.risk',
    copies: {
      audit:
        'select id, isms_id, version, reference, title, status, level, likelihood, consequence, rule from audit.risk where not deleted',
    },
  },
  ...['controls', 'risk', 'evidence', 'audit'].map((service) => ({
    of: `rule results of ${service}`,
    source: `select ${rule} from ${service}.rule_result`,
    copies: {
      'audit, gathered': `select ${rule} from audit.rule_result_gathered where service = '${service}' and not deleted`,
    },
  })),
];

/** Entities that events announce, each version once: a doubled effect would skip or repeat one. */
const announced = [
  { type: 'annex.evidence.attainment.changed.v1', table: 'evidence.attainment' },
  { type: 'annex.controls.strength.changed.v1', table: 'controls.strength' },
  { type: 'annex.risk.risk.changed.v1', table: 'risk.risk' },
  { type: 'annex.controls.conformity.changed.v1', table: 'controls.rule_result' },
  { type: 'annex.risk.conformity.changed.v1', table: 'risk.rule_result' },
  { type: 'annex.evidence.conformity.changed.v1', table: 'evidence.rule_result' },
  { type: 'annex.audit.conformity.changed.v1', table: 'audit.rule_result' },
];

const checksum = async (client: pg.Client, text: string) => {
  const { rows } = await client.query<{ sum: string; count: number }>(
    `select coalesce(md5(string_agg(r::text, E'\\n' order by r.id)), 'empty') as sum, count(*)::int as count from (${text}) r`,
  );
  return rows[0] ?? { sum: '', count: 0 };
};

/** Checksums of every projection against its source, and the versions that events announced against those that are kept. */
export async function projectionFaults(client: pg.Client): Promise<string[]> {
  const faults: string[] = [];
  for (const { of, source, copies } of projections) {
    const owner = await checksum(client, source);
    if (owner.count === 0) faults.push(`there are no ${of}`);
    for (const [holder, text] of Object.entries(copies)) {
      const copy = await checksum(client, text);
      if (copy.sum !== owner.sum)
        faults.push(`${of} are ${owner.count} rows at their owner and ${copy.count} others at ${holder}`);
    }
  }
  for (const { type, table } of announced) {
    const [service, name] = table.split('.');
    const { rows } = await client.query<{ id: string; version: number; told: number[] | null; kept: number }>(
      `with told as (
         select (r ->> 'id')::uuid as id, (r ->> 'version')::int as version
           from ${service}.outbox o, jsonb_array_elements(('{' || o.body)::jsonb -> 'data' -> 'rows') r where o.type = $1)
       select e.id, e.version, (select array_agg(t.version order by t.version) from told t where t.id = e.id) as told,
              (select count(*)::int from ${service}_history.${name} h where h.tenant_id = e.tenant_id and h.id = e.id) as kept
         from ${table} e`,
      [type],
    );
    for (const { id, version, told, kept } of rows) {
      const once = told?.length === version && told.every((one, index) => one === index + 1);
      if (!once)
        faults.push(`${table} ${id} is at version ${version}; announced were ${told?.length ?? 0}: ${told?.slice(-5)}`);
      if (kept !== version) faults.push(`${table} ${id} is at version ${version}; its history has ${kept}`);
    }
  }
  return faults;
}
