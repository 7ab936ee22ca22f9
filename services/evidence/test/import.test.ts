import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { folderBlobs } from '../src/blob/folder.ts';
import { importSarif } from '../src/import/import.operations.ts';
import { parseSarif } from '../src/import/sarif.ts';
import { log, readReal, realLogs, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Named for its skipping: the logs are not part of the repository. */
const itWith = (name: string) => (title: string, run: () => Promise<void>) =>
  existsSync(join(realLogs, name))
    ? it(title, run)
    : it.skip(`${title} (../shared/inputs/sarif/${name} is not here)`, run);
const count = (table: string) =>
  world.test.admin(async (client) =>
    Number((await client.query(`select count(*) from evidence.${table}`)).rows[0].count),
  );
const series = async (source: string) =>
  (
    await world.ask<{ checkSeries: { nodes: { ruleId: string; outcome: string; open: number }[] } }>(
      'query($source: String) { checkSeries(source: $source) { nodes { ruleId outcome open } } }',
      { source },
    )
  ).checkSeries.nodes;
const clause = async () => {
  const all = (await world.recorded('annex.evidence.conformity.changed.v1')).flatMap((data) => data.rows);
  return (rule: string) => all.findLast((row) => row.rule === rule);
};

describe('importing a log', () => {
  itWith('codeql-2.5.4.sarif')('answers with the tool and the counts, and again by its id', async () => {
    await world.at('2026-06-01T08:00:00Z');
    const bytes = await readReal('codeql-2.5.4.sarif');
    const { body, headers } = await world.import('codeql', bytes);
    expect(body).toMatchObject({
      source: 'codeql',
      tool: 'CodeQL',
      tools: ['CodeQL'],
      outcome: 'COMPLETE',
      counts: { results: 72, open: 72, rules: 149 },
      bytes: bytes.length,
      sameAs: null,
      importedAt: '2026-06-01T08:00:00.000Z',
    });
    expect(headers.get('location')).toBe(`/imports/${body.id}`);
    const again = await world.http('GET', `/imports/${body.id}`);
    expect(again.body).toEqual(body);
    const found = await world.ask<{
      import: { openExplanation: string; findings: { totalCount: number; nodes: { position: number }[] } };
    }>(
      'query($id: UUID!) { import(id: $id) { openExplanation findings(first: 2) { totalCount nodes { position level uri line message } } } }',
      { id: body.id },
    );
    expect(found.import.findings).toMatchObject({ totalCount: 72, nodes: [{ position: 1 }, { position: 2 }] });
    const [event] = (await world.recorded('annex.evidence.import.completed.v1')).flatMap((data) => data.rows);
    expect(event).toMatchObject({ id: body.id, version: 1, open: 72, outcome: 'COMPLETE', tool: 'CodeQL' });
  });

  itWith('semgrep-oss-1.69.0.sarif')('takes a scan with syntax errors and timeouts for partial', async () => {
    const { body } = await world.import('semgrep', await readReal('semgrep-oss-1.69.0.sarif'));
    expect(body).toMatchObject({ outcome: 'PARTIAL', counts: { results: 77, open: 77, rules: 17 } });
    expect((await clause())('evidence.imports-complete')).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      basis: 'GOOD_PRACTICE',
      links: [{ kind: 'Import', id: body.id, reference: 'semgrep' }],
    });
    await world.import('semgrep', log(0));
    expect((await clause())('evidence.imports-complete')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('replaces the previous run of its source, and keeps every result of a check', async () => {
    await world.at('2026-06-02T08:00:00Z');
    await world.import('app', log(3, { rules: ['R1', 'R2'] }));
    expect(await series('app')).toEqual([
      { ruleId: 'R1', outcome: 'FAIL', open: 3 },
      { ruleId: 'R2', outcome: 'PASS', open: 0 },
    ]);
    await world.at('2026-06-03T08:00:00Z');
    await world.import('app', log(0, { rules: ['R1', 'R3'] }));
    expect(await series('app')).toEqual([
      { ruleId: 'R1', outcome: 'PASS', open: 0 },
      { ruleId: 'R2', outcome: 'UNKNOWN', open: 0 },
      { ruleId: 'R3', outcome: 'PASS', open: 0 },
    ]);
    const { checkSeries } = await world.ask<{ checkSeries: { nodes: { results: { nodes: unknown[] } }[] } }>(
      'query { checkSeries(source: "app", first: 1) { nodes { results { nodes { outcome open import { source } } } } } }',
    );
    expect(checkSeries.nodes[0]?.results.nodes).toEqual([
      { outcome: 'PASS', open: 0, import: { source: 'app' } },
      { outcome: 'FAIL', open: 3, import: { source: 'app' } },
    ]);
    const then = { asOf: new Date('2026-06-02T12:00:00Z') };
    const asOf = await world.ask<{ checkSeries: { nodes: unknown[] }; imports: { nodes: unknown[] } }>(
      'query { checkSeries(source: "app") { nodes { ruleId outcome } } imports(source: "app") { nodes { open findings { totalCount } } } }',
      {},
      then,
    );
    expect(asOf.checkSeries.nodes).toEqual([
      { ruleId: 'R1', outcome: 'FAIL' },
      { ruleId: 'R2', outcome: 'PASS' },
    ]);
    expect(asOf.imports.nodes).toEqual([{ open: 3, findings: { totalCount: 3 } }]);
  });

  it('says which import had the same bytes before', async () => {
    const first = await world.import('twice', log(2));
    const second = await world.import('twice', log(2));
    expect(second.body).toMatchObject({ sameAs: first.body.id, sha256: first.body.sha256, counts: { open: 2 } });
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('takes any content type, and none', async () => {
    for (const type of [
      'text/plain',
      'application/json',
      'multipart/form-data',
      'application/octet-stream',
      undefined,
    ]) {
      const bytes = new TextEncoder().encode(log(1));
      const { status } = await world.http('POST', '/imports?format=sarif&source=types', bytes, {}, type);
      expect([type, status]).toEqual([type, 201]);
    }
  });
});

describe('a log that cannot be imported', () => {
  const whole = log(1);
  const path = '/imports?format=sarif&source=bad';
  it.each([
    ['is empty', '', path, 400, 'MALFORMED_JSON', { details: { line: 1, column: 1, byte: 0 } }],
    ['is cut', whole.slice(0, 50), path, 400, 'MALFORMED_JSON', { details: { byte: 50 } }],
    ['has garbage behind it', `${whole}}`, path, 400, 'MALFORMED_JSON', { details: { byte: whole.length } }],
    ['begins with a byte order mark', `\uFEFF${whole}`, path, 400, 'MALFORMED_JSON', { details: { byte: 0 } }],
    ['has no runs', '{"version":"2.1.0","runs":[]}', path, 422, 'INVALID_SARIF', { faults: [{ field: '/runs' }] }],
    ['has null results', log(0, { results: null }).replace('[]', 'null'), path, 422, 'INVALID_SARIF', {}],
    [
      'has a null result',
      log(0, { results: [null] }),
      path,
      422,
      'INVALID_SARIF',
      { faults: [{ field: '/runs/0/results/0' }] },
    ],
    [
      'has results of a wrong type',
      log(0, { results: 'none' }),
      path,
      422,
      'INVALID_SARIF',
      { faults: [{ field: '/runs/0/results', given: 'none' }] },
    ],
    ['is nested without end', '['.repeat(500_000), path, 422, 'INVALID_SARIF', { details: { limit: 200 } }],
    [
      'is longer than allowed',
      `${whole}${' '.repeat(5_000_000)}`,
      path,
      413,
      'PAYLOAD_TOO_LARGE',
      { details: { limit: 4_194_304 } },
    ],
    ['names no source', whole, '/imports?format=sarif', 400, 'BAD_INPUT', { faults: [{ field: 'query.source' }] }],
    [
      'names a source of other characters',
      whole,
      '/imports?format=sarif&source=a%20b',
      400,
      'BAD_INPUT',
      { faults: [{ field: 'query.source', given: 'a b' }] },
    ],
    [
      'names two sources',
      whole,
      '/imports?format=sarif&source=a&source=b',
      400,
      'BAD_INPUT',
      { faults: [{ field: 'query.source' }] },
    ],
    ['names no format', whole, '/imports?source=a', 415, 'UNSUPPORTED_FORMAT', { faults: [{ field: 'query.format' }] }],
    [
      'names another format',
      whole,
      '/imports?format=ocsf&source=a',
      415,
      'UNSUPPORTED_FORMAT',
      { details: { supported: ['sarif'] } },
    ],
    [
      'names an ISMS that is none',
      whole,
      `${path}&ismsId=x`,
      400,
      'BAD_INPUT',
      { faults: [{ field: 'query.ismsId' }] },
    ],
    ['names an unknown ISMS', whole, `${path}&ismsId=0190aaaa-0000-7000-8000-000000000000`, 404, 'NOT_FOUND', {}],
  ])('because it %s', async (_, body, at, status, code, more) => {
    const before = [await count('tool_import'), await world.files()];
    const answer = await world.http('POST', at, body, {}, 'application/json');
    expect(answer.body).toMatchObject({ status, code, ...more });
    expect([await count('tool_import'), await world.files()]).toEqual(before);
    expect((await world.http('GET', '/livez')).status).toBe(200);
  });

  it('is refused while it streams, without a length said beforehand', async () => {
    const before = await world.files();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        if (sent > 40_000_000) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const answer = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.token()}` },
      body: endless,
      duplex: 'half',
    } as RequestInit);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await world.files()).toEqual(before);
  });

  it('an import that is not there is not found', async () => {
    for (const id of ['0190aaaa-0000-7000-8000-000000000000', 'x']) {
      expect((await world.http('GET', `/imports/${id}`)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('cannot be imported into the past', async () => {
    const answer = await world.http('POST', path, whole, { asOf: new Date('2026-01-01T00:00:00Z') });
    expect(answer.body).toMatchObject({ code: 'AS_OF_NOT_WRITABLE' });
  });
});

describe('imports at once', () => {
  it('of one source leave one of them as the present, whole', async () => {
    const measureId = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['race'] });
    await Promise.all(Array.from({ length: 8 }, (_, at) => world.import('race', log(at + 1))));
    const said = await world.says(measureId);
    const [check] = await series('race');
    expect(said).toMatchObject({ state: 'FRESH', value: check?.open });
    const versions = (await world.attainments(measureId)).map((row) => row.version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
    expect((await world.attainments(measureId)).at(-1)?.value).toBe(said.value);
  });

  it('of different sources of one measure leave their sum', async () => {
    for (let round = 1; round <= 5; round++) {
      const sources = ['east', 'west', 'north', 'south'].map((name) => `${name}${round}`);
      const measureId = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources });
      await Promise.all(sources.map((source, at) => world.import(source, log(at + 1))));
      expect(await world.says(measureId)).toMatchObject({ state: 'FRESH', value: 10 });
      expect((await world.attainments(measureId)).at(-1)).toMatchObject({ value: 10, state: 'FRESH' });
    }
  });

  it('that began first and end last are part of what the measure says', async () => {
    await world.at('2026-06-10T08:00:00Z');
    const measureId = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['early', 'late'] });
    let [opened, go] = [() => undefined as unknown, () => undefined as unknown];
    const open = new Promise<void>((done) => {
      opened = done;
    });
    const held = new Promise<void>((done) => {
      go = done;
    });
    const body = log(1);
    const file = await folderBlobs(world.folder).receive(new Blob([body]).stream(), body.length);
    const early = world.service.database.write(world.test.scope(), async (tx) => {
      opened();
      await held;
      await importSarif(tx, { ismsId: null, source: 'early', log: parseSarif(Buffer.from(body)) }, file);
    });
    await open;
    await world.at('2026-06-10T09:00:00Z');
    await world.import('late', log(2));
    go();
    await early;
    expect(await world.says(measureId)).toMatchObject({ state: 'FRESH', value: 3 });
    expect((await world.attainments(measureId)).at(-1)).toMatchObject({
      value: 3,
      measuredAt: '2026-06-10T09:00:00.000Z',
    });
  });

  it('while a measure is made leave it with the right value', async () => {
    for (let round = 1; round <= 5; round++) {
      const source = `meanwhile${round}`;
      const [measureId] = await Promise.all([
        world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: [source] }),
        world.import(source, log(7)),
      ]);
      expect(await world.says(measureId)).toMatchObject({ state: 'FRESH', value: 7 });
    }
  });
});
