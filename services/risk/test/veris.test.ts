import { readIncident } from './incidents.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

let count = 0;
/** A record of our own making, with the fields of VERIS that Annex reads. */
const record = (change: object = {}) => ({
  schema_version: '1.3.7',
  incident_id: `made-up-${++count}`,
  source_id: 'desk',
  summary: 'A parcel of invoices went to the wrong customer',
  security_incident: 'Confirmed',
  action: { error: { variety: ['Misdelivery'] }, social: { variety: ['Phishing'] } },
  actor: { internal: { variety: ['Unknown'] } },
  asset: { assets: [{ variety: 'M - Documents' }] },
  attribute: { confidentiality: { data_disclosure: 'Yes' } },
  timeline: {
    incident: { year: 2024, month: 5, day: null },
    discovery: { unit: 'Days', value: 3 },
    containment: { unit: 'Hours', value: null },
  },
  discovery_method: { external: { variety: ['Customer'] } },
  impact: {
    overall_rating: 'Damaging',
    iso_currency_code: 'EUR',
    overall_amount: 1500.5,
    loss: [
      { variety: 'Response and recovery', amount: 1000 },
      { variety: 'Brand damage', amount: null, rating: 'Minor' },
    ],
  },
  plus: { anything: [1, { deep: true }] },
  ...change,
});

interface Answer {
  created: number;
  changed: number;
  unchanged: number;
  warnings: string[];
  code?: string;
  faults?: { field: string; allowed: string }[];
}
const send = async (body: unknown, query = '') => {
  const url = `/incidents?format=veris&ismsId=${register.ismsId}${query}`;
  const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await register.send('POST', url, { body: sent });
  return { status: answer.status, ...answer.json<Answer>() };
};
const places = (answer: Answer) => JSON.stringify(answer);
const found = async (contains = '') =>
  (
    await register.ask<{ incidents: { nodes: { id: string }[]; totalCount: number } }>(
      'query ($c: String) { incidents(filter: { contains: $c }) { nodes { id } totalCount } }',
      { c: contains },
    )
  ).incidents;

describe('an import of VERIS records', () => {
  it('takes over what a record says and keeps all of it', async () => {
    const given = record({ summary: 'Alpha parcel' });
    expect(await send(given)).toMatchObject({ status: 201, created: 1, changed: 0, warnings: [] });
    const [node] = (await found('alpha parcel')).nodes;
    const incident = await readIncident(register, node?.id ?? '');
    expect(incident).toMatchObject({
      ...{ title: 'Alpha parcel', status: 'RESOLVED', confirmation: 'CONFIRMED', severity: 'HIGH' },
      ...{ categories: ['SOCIAL', 'ERROR'], source: 'desk', sourceId: given.incident_id },
      occurred: { text: '2024-05', precision: 'MONTH' },
      timings: { toDetect: { least: 'P3D', most: 'P3D' }, toContain: { least: 'PT1H', most: 'P1D' } },
      losses: [
        { category: 'Response and recovery', amount: { minorUnits: 100_000, currency: 'EUR' } },
        { category: 'Not broken down', amount: { minorUnits: 50_050 } },
      ],
    });
    const kept = await register.ask<{ incident: { record: unknown } }>(`{ incident(id: "${node?.id}") { record } }`);
    expect(kept.incident.record).toEqual(given);
  });

  it('changes what was imported before where its record changed, and leaves what people did', async () => {
    const given = record({ summary: 'Beta parcel' });
    await send([given, record({ summary: 'Beta other' })]);
    const [node] = (await found('beta parcel')).nodes;
    await register.ask(
      'mutation ($input: UpdateIncidentInput!) { updateIncident(input: $input) { incident { id } } }',
      { input: { id: node?.id, expectedVersion: 1, lessons: 'Check the label', handlerId: register.person } },
    );
    expect(await send(given)).toMatchObject({ created: 0, changed: 0, unchanged: 1 });
    const later = { ...given, summary: 'Beta parcel, found again', corrective_action: 'Other' };
    expect(await send(later)).toMatchObject({ created: 0, changed: 1, unchanged: 0 });
    expect(await readIncident(register, node?.id ?? '')).toMatchObject({
      ...{ version: 3, title: 'Beta parcel, found again', lessons: 'Check the label', severity: 'HIGH' },
      occurred: { text: '2024-05' },
    });
    expect(await send(given, '&source=another')).toMatchObject({ created: 1 });
  });

  it('reads one record, a list or one a line; without a date, with a year, and with nothing but what makes it a record', async () => {
    const bare = { schema_version: '1.3', incident_id: 'bare', summary: 'Gamma' };
    const year = record({ summary: 'Gamma year', timeline: { incident: { year: 2019, month: null } }, impact: null });
    const lines = `${JSON.stringify(bare)}\n\n${JSON.stringify(year)}\n`;
    expect(await send(lines)).toMatchObject({ status: 201, created: 2 });
    const { nodes } = await found('gamma');
    const read = await Promise.all(nodes.map(({ id }) => readIncident(register, id)));
    expect(
      read.map(({ occurred, confirmation, source }) => [occurred?.precision ?? null, confirmation, source]),
    ).toEqual([
      ['YEAR', 'CONFIRMED', 'desk'],
      [null, 'SUSPECTED', 'veris'],
    ]);
  });

  it('counts no amounts of another currency, and says so', async () => {
    const given = record({ summary: 'Delta', impact: { overall_amount: 5, iso_currency_code: 'USD' } });
    const answer = await send(given);
    expect(answer.warnings).toEqual([
      expect.stringMatching(/records\[0\] has amounts in USD; the criteria count in EUR/),
    ]);
    const [node] = (await found('delta')).nodes;
    expect((await readIncident(register, node?.id ?? '')).losses).toEqual([]);
  });

  it('keeps nothing of a dry run, and nothing where one record is at fault', async () => {
    const before = (await found()).totalCount;
    expect(await send(record(), '&dryRun=true')).toMatchObject({ status: 200, created: 1 });
    const bad = record({ timeline: { incident: { year: 'soon' } } });
    const answer = await send([record(), record(), record(), bad]);
    expect(answer).toMatchObject({ status: 422, code: 'INVALID_VERIS' });
    expect(places(answer)).toContain('records[3].timeline.incident.year');
    expect((await found()).totalCount).toBe(before);
  });

  it.each<[string, object, string]>([
    ['another version', { schema_version: '1.4.0' }, 'records[0].schema_version'],
    ['no version', { schema_version: null }, 'records[0].schema_version'],
    ['no id', { incident_id: ' ' }, 'records[0].incident_id'],
    ['a month of none', { timeline: { incident: { year: 2020, month: 13 } } }, 'records[0].timeline.incident'],
    ['a day of none', { timeline: { incident: { year: 2023, month: 2, day: 29 } } }, 'records[0].timeline.incident'],
    ['a year to come', { timeline: { incident: { year: 2999 } } }, 'records[0].timeline.incident.year'],
    ['a half year', { timeline: { incident: { year: 2020.5 } } }, 'records[0].timeline.incident.year'],
    ['an unknown unit', { timeline: { discovery: { unit: 'Fortnights' } } }, 'records[0].timeline.discovery.unit'],
    ['an unknown word', { security_incident: 'Perhaps' }, 'records[0].security_incident'],
    ['a word of the prototype', { security_incident: 'constructor' }, 'records[0].security_incident'],
    ['a negative amount', { impact: { overall_amount: -1 } }, 'records[0].impact.overall_amount'],
    ['a list for an object', { action: [] }, 'records[0].action'],
    ['losses that are no list', { impact: { loss: {} } }, 'records[0].impact.loss'],
    ['an asset that is none', { asset: { assets: ['S - File'] } }, 'records[0].asset.assets[0]'],
    ['a NUL character', { plus: { note: 'a\u0000b' } }, 'records[0]'],
    ['half a character', { summary: '\ud800' }, 'records[0]'],
    ['a summary without end', { summary: 'x'.repeat(10_000_000) }, 'records[0]'],
  ])('refuses %s with its place', async (_, change, place) => {
    const answer = await send(record(change));
    expect(answer).toMatchObject({ status: 422, code: 'INVALID_VERIS' });
    expect(answer.faults?.[0]?.field ?? places(answer)).toContain(place);
  });

  it.each<[string, string, number, string]>([
    [
      'a number too great to be one',
      '[{"schema_version":"1.3","incident_id":"n","impact":{"overall_amount":1e999}}]',
      422,
      'INVALID_VERIS',
    ],
    [
      'what is no number',
      '[{"schema_version":"1.3","incident_id":"n","impact":{"overall_amount":NaN}}]',
      400,
      'MALFORMED_JSON',
    ],
    ['a prototype', '{"schema_version":"1.3","incident_id":"n","__proto__":{"a":1}}', 400, 'BAD_INPUT'],
    ['a nest without end', '['.repeat(100_000), 400, 'MALFORMED_JSON'],
    ['an empty list', '[]', 422, 'INVALID_VERIS'],
    ['nothing', '', 400, 'MALFORMED_JSON'],
    ['a record that is null', 'null', 422, 'INVALID_VERIS'],
    ['a broken line', '{"schema_version":"1.3","incident_id":"l"}\n{"a":\n', 422, 'INVALID_VERIS'],
  ])('refuses %s with an error of the catalogue', async (_, body, status, code) => {
    expect(await send(body)).toMatchObject({ status, code });
  });

  it('refuses an id that a file has twice, and the formats that it does not know', async () => {
    const given = record();
    expect(places(await send([given, given]))).toContain('records[1].incident_id');
    const url = `/incidents?format=csv&ismsId=${register.ismsId}`;
    expect((await register.send('POST', url, { body: '{}' })).status).toBe(415);
    const caller = { permissions: ['risk:read', 'risk:report'] as const };
    const may = await register.send('POST', '/incidents?format=veris', { body: '{}', caller: { ...caller } as never });
    expect(may.status).toBe(403);
  });

  it('takes no more than 10,000 records of a file, whether they are a list or one a line', async () => {
    const many = Array.from({ length: 10_001 }, () => '{}');
    for (const body of [`[${many.join(',')}]`, many.join('\n')])
      expect(await send(body)).toMatchObject({
        status: 422,
        code: 'INVALID_VERIS',
        faults: [{ field: 'records', given: 10_001, allowed: 'must be 1 to 10000 records' }],
      });
  });

  it('doubles none where two imports of the same file run at once', async () => {
    const given = record({ summary: 'Epsilon' });
    const answers = await Promise.all([send(given), send(given)]);
    expect(answers.map(({ created }) => created).sort()).toEqual([0, 1]);
    expect((await found('epsilon')).totalCount).toBe(1);
  });
});
