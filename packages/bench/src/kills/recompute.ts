import type pg from 'pg';

/**
 * Everything computed anew from what people and tools recorded, by the formulas of the domain model and none of the services' code:
 * measurements, what measures say, strengths, levels of risks, findings, readiness. What was computed event by event must be the same.
 */

interface Band {
  readonly lower: number;
  readonly representative: number;
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const close = (a: number, b: number | null | undefined) =>
  typeof b === 'number' && Math.abs(a - b) <= 1e-8 * Math.max(1, Math.abs(a));

/** The number of the band that holds a value, from 1. */
const bandOf = (bands: readonly Band[], value: number) =>
  bands.reduce((level, band, index) => (index > 0 && value >= band.lower ? index + 1 : level), 1);

/** What each measure attains by its latest measurement. @returns faults */
async function attainments(client: pg.Client, computed: Map<string, number>): Promise<string[]> {
  const { rows } = await client.query<{
    id: string;
    value: number;
    target: number;
    worst: number;
    stored: number | null;
  }>(
    `select m.id, l.value, m.target, m.worst, a.attainment as stored from evidence.measure m
       join evidence.attainment a on a.id = m.id and a.state = 'FRESH' and a.freshness = 1
       cross join lateral (select value from evidence.measurement x where x.measure_id = m.id order by measured_at desc, number desc limit 1) l`,
  );
  return rows.flatMap(({ id, value, target, worst, stored }) => {
    const attainment = clamp((value - worst) / (target - worst));
    computed.set(id, attainment);
    return close(attainment, stored) ? [] : [`measure ${id} attains ${attainment}, stored is ${stored}`];
  });
}

interface ImplementationRow {
  readonly id: string;
  readonly status: string;
  readonly share: number | null;
  readonly design: number | null;
  readonly stored: number;
  readonly links: readonly { readonly measure: string; readonly weight: number; readonly standing: string }[];
}

/** implementation × design × operation, verified. @returns faults */
async function strengths(
  client: pg.Client,
  attainment: ReadonlyMap<string, number>,
  computed: Map<string, number>,
): Promise<string[]> {
  const { rows } = await client.query<ImplementationRow>(
    `select i.id, i.status, i.share, s.verified as stored,
       (select d.conclusion from controls.design_assessment d where d.implementation_id = i.id order by d.implementation_version desc limit 1) as design,
       (select coalesce(jsonb_agg(jsonb_build_object('measure', l.measure_id, 'weight', l.weight, 'standing', l.standing)), '[]')
          from controls.measure_link l where l.implementation_id = i.id and l.unlinked_at is null) as links
       from controls.implementation i join controls.strength s on s.id = i.id`,
  );
  return rows.flatMap(({ id, status, share, design, stored, links }) => {
    let [weight, sum, cap] = [0, 0, 1];
    for (const link of links) {
      const value = attainment.get(link.measure) ?? 0;
      weight += link.weight;
      sum += link.weight * value;
      if (link.standing === 'KEY') cap = Math.min(cap, value);
    }
    const operation = weight === 0 ? 0 : Math.min(sum / weight, cap);
    const factor = status === 'IMPLEMENTED' ? 1 : status === 'PARTIAL' ? (share ?? 0) : 0;
    const verified = factor * (design ?? 0) * operation;
    // What rests on it is computed from the stored one, which is rounded to nine places.
    computed.set(id, Math.round(verified * 1e9) / 1e9);
    return close(verified, stored) ? [] : [`implementation ${id} has a strength of ${verified}, stored is ${stored}`];
  });
}

interface RiskRow {
  readonly id: string;
  readonly likelihood: number;
  readonly consequence: number;
  readonly frequency: number;
  readonly loss: number;
  readonly rank: number;
  readonly rule: string;
  readonly likelihoods: readonly Band[];
  readonly consequences: readonly Band[];
  readonly levels: readonly { readonly rule: string }[];
  readonly matrix: readonly (readonly number[])[];
  readonly floor_frequency: number;
  readonly floor_loss: number;
  readonly links: readonly {
    readonly implementation: string;
    readonly l: number;
    readonly c: number;
    readonly cause: string | null;
  }[];
}

/** What links leave of an amount: of those that share a cause only the strongest counts. */
function left(
  from: number,
  floor: number,
  cuts: readonly { readonly cut: number; readonly cause: string | null }[],
): number {
  const strongest = new Map<unknown, number>();
  for (const one of cuts) {
    const group = one.cause ?? one;
    strongest.set(group, Math.max(strongest.get(group) ?? 0, one.cut));
  }
  const product = [...strongest.values()].reduce((rest, cut) => rest * (1 - cut), from);
  return Number(Math.max(product, Math.min(from, floor)).toPrecision(12));
}

/** The current level of every risk. @returns faults, and how many are above criteria */
async function levels(client: pg.Client, strength: ReadonlyMap<string, number>) {
  const { rows } = await client.query<RiskRow>(
    `select r.id, r.inherent_likelihood as likelihood, r.inherent_consequence as consequence, r.current_frequency as frequency,
       r.current_loss as loss, r.current_rank as rank, r.current_rule as rule, c.likelihoods, c.consequences, c.levels, c.matrix,
       c.floor_frequency, c.floor_loss,
       (select coalesce(jsonb_agg(jsonb_build_object('implementation', l.implementation_id, 'l', l.likelihood_effect,
          'c', l.consequence_effect, 'cause', l.common_cause) order by l.implementation_id), '[]')
          from risk.risk_link l where l.risk_id = r.id) as links
       from risk.risk r join risk.criteria c on c.isms_id = r.isms_id`,
  );
  const faults: string[] = [];
  const above = new Set<string>();
  for (const risk of rows) {
    const cutsOf = (axis: 'l' | 'c') =>
      risk.links.map((link) => ({ cut: link[axis] * (strength.get(link.implementation) ?? 0), cause: link.cause }));
    const frequency = left(
      risk.likelihoods[risk.likelihood - 1]?.representative ?? 0,
      risk.floor_frequency,
      cutsOf('l'),
    );
    const loss = left(risk.consequences[risk.consequence - 1]?.representative ?? 0, risk.floor_loss, cutsOf('c'));
    const rank = risk.matrix[bandOf(risk.likelihoods, frequency) - 1]?.[bandOf(risk.consequences, loss) - 1] ?? 0;
    const rule = risk.levels[rank - 1]?.rule;
    if (!close(frequency, risk.frequency) || !close(loss, risk.loss) || rank !== risk.rank || rule !== risk.rule) {
      faults.push(
        `risk ${risk.id} is at ${frequency} a year, ${loss}, rank ${rank}, ${rule}; stored is ${risk.frequency}, ${risk.loss}, ${risk.rank}, ${risk.rule}`,
      );
    }
    if (rule === 'ABOVE_CRITERIA') above.add(risk.id);
  }
  return { faults, above };
}

/** Every risk above criteria has one standing finding, and no other has one. */
async function findings(client: pg.Client, above: ReadonlySet<string>): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select subject_id as id from audit.finding where condition = 'PRESENT' and cause = 'RISK_ABOVE_CRITERIA'`,
  );
  const standing = rows.map(({ id }) => id);
  const faults = [...above]
    .filter((id) => !standing.includes(id))
    .map((id) => `risk ${id} is above criteria without a finding`);
  if (new Set(standing).size !== standing.length) faults.push('a risk has two standing findings');
  return [
    ...faults,
    ...standing.filter((id) => !above.has(id)).map((id) => `risk ${id} has a finding and is within criteria`),
  ];
}

const order = ['NO_GAP_FOUND', 'NOT_ASSESSED', 'JUDGEMENT_NEEDED', 'GAP', 'CRITICAL_GAP'];

/** The rule about levels above criteria, and what each clause was last announced to be, from the rules' owners. */
async function readiness(client: pg.Client, above: ReadonlySet<string>): Promise<string[]> {
  const faults: string[] = [];
  const { rows: rules } = await client.query<{
    rule: string;
    clause: string;
    basis: string;
    verdict: string;
    failing: number;
  }>(
    ['controls', 'risk', 'evidence', 'audit']
      .map(
        (service) =>
          `select rule, clause, basis, verdict, (facts ->> 'failing')::int as failing from ${service}.rule_result`,
      )
      .join(' union all '),
  );
  const within = rules.find(({ rule }) => rule === 'risk.current-within-criteria');
  if (within?.failing !== above.size)
    faults.push(`${above.size} risks are above criteria, their rule counts ${within?.failing}`);
  const { rows: told } = await client.query<{ clause: string; verdict: string }>(
    'select clause, verdict from audit.clause_verdict',
  );
  const announced = new Map(told.map(({ clause, verdict }) => [clause, verdict]));
  for (const clause of new Set(rules.map((rule) => rule.clause))) {
    const ranks = rules
      .filter((rule) => rule.clause === clause)
      .map(({ basis, verdict }) => Math.min(order.indexOf(verdict), basis === 'GOOD_PRACTICE' ? 2 : 4));
    const verdict = order[Math.max(...ranks)];
    const stored = announced.get(clause) ?? 'NOT_ASSESSED';
    if (verdict !== stored) faults.push(`clause ${clause} is ${verdict} by its rules, announced was ${stored}`);
  }
  return faults;
}

/** Where a full recompute comes to something else than what is stored. */
export async function recomputeFaults(client: pg.Client): Promise<string[]> {
  const attainment = new Map<string, number>();
  const strength = new Map<string, number>();
  const first = [...(await attainments(client, attainment)), ...(await strengths(client, attainment, strength))];
  const { faults, above } = await levels(client, strength);
  return [...first, ...faults, ...(await findings(client, above)), ...(await readiness(client, above))];
}
