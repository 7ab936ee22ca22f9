import { createHash } from 'node:crypto';
import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { importItems } from '../src/library/library.operations.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let theirs: string;
beforeAll(async () => {
  scenario = await startScenario();
  theirs = scenario.test.tenants[1];
});
afterAll(() => scenario?.close());

const licence = { licensedBy: 'The standards body', licenceReference: 'Order 4711' };
const fields = 'id version placeId language text sha256 licensedBy licenceReference licensedUntil';
const document = `mutation ($input: SetLicensedTextInput!) { setLicensedText(input: $input) { licensedText { ${fields} } } }`;

interface Text {
  readonly id: string;
  readonly version: number;
  readonly placeId: string;
  readonly text: string | null;
  readonly sha256: string;
  readonly licensedUntil: string | null;
}

const enter = async (input: object, caller?: TestCaller) =>
  (await scenario.ask<{ setLicensedText: { licensedText: Text } }>(document, { input }, caller)).setLicensedText
    .licensedText;
const refused = async (input: object, caller?: TestCaller) =>
  (await scenario.call(document, { input }, caller)).errors?.[0]?.extensions;
const remove = (id: string, caller?: TestCaller) =>
  scenario.ask(
    'mutation ($input: RemoveLicensedTextInput!) { removeLicensedText(input: $input) { id } }',
    { input: { id } },
    caller,
  );
const ofControl = async (id: string, caller?: TestCaller, language?: string) =>
  (
    await scenario.ask<{ control: { licensedText: { text: string; language: string } | null } }>(
      'query ($id: ID!, $language: String) { control(id: $id) { licensedText(language: $language) { text language } } }',
      { id, language },
      caller,
    )
  ).control.licensedText;
const events = () => scenario.recorded('annex.controls.licensed-text.changed.v1');

/** A catalogue of one control in one group. */
async function catalogue() {
  const key = `own-${newId().slice(-12)}`;
  const asked = { key, edition: '1', title: key, format: 'TABLE', sha256: '' } as const;
  const base = { title: 'Rules', text: '', content: null } as const;
  const items = [
    { ...base, number: 'G', kind: 'GROUP', parent: null },
    { ...base, number: 'A', kind: 'CONTROL', parent: 'G' },
  ] as const;
  const { id } = await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, items));
  return { id, key };
}

describe('a licensed text', () => {
  it('stands beside our guidance on controls, clauses, lettered items and items of own catalogues', async () => {
    const { id, key } = await catalogue();
    const places = ['A.5.1', '6.1.3', 'iso27001:2022:6.1.3.d', 'iso27001:2013:A.14.2.1', `${key}:1:G`];
    for (const placeId of places) await enter({ placeId, text: `Text of ${placeId}`, ...licence });
    const answer = await scenario.ask(
      `query ($id: UUID!) {
         control(id: "A.5.1") { practice { purpose } licensedText { text placeId } }
         old: control(id: "iso27001:2013:A.14.2.1") { licensedText { text } }
         none: control(id: "A.5.2") { licensedText { text } }
         clause(id: "6.1.3") { licensedText { text } items { id licensedText { text } } }
         catalogue(id: $id) { items { id licensedText { text } } } }`,
      { id },
    );
    expect(answer).toMatchObject({
      control: {
        practice: { purpose: expect.any(String) },
        licensedText: { text: 'Text of A.5.1', placeId: 'iso27001:2022:A.5.1' },
      },
      old: { licensedText: { text: 'Text of iso27001:2013:A.14.2.1' } },
      none: { licensedText: null },
      clause: {
        licensedText: { text: 'Text of 6.1.3' },
        items: expect.arrayContaining([
          { id: 'iso27001:2022:6.1.3.c', licensedText: null },
          { id: 'iso27001:2022:6.1.3.d', licensedText: { text: 'Text of iso27001:2022:6.1.3.d' } },
        ]),
      },
      catalogue: {
        items: [
          { id: `${key}:1:G`, licensedText: { text: `Text of ${key}:1:G` } },
          { id: `${key}:1:A`, licensedText: null },
        ],
      },
    });
  });

  it('is there in several languages: the one asked for, otherwise English, otherwise the first', async () => {
    await enter({ placeId: 'A.5.3', language: 'fr', text: 'Texte', ...licence });
    await enter({ placeId: 'A.5.3', language: 'de-ch', text: 'Text', ...licence });
    expect(await ofControl('A.5.3')).toEqual({ language: 'de-CH', text: 'Text' });
    await enter({ placeId: 'A.5.3', text: 'Words', ...licence });
    expect(await ofControl('A.5.3')).toEqual({ language: 'en', text: 'Words' });
    expect(await ofControl('A.5.3', {}, 'FR')).toEqual({ language: 'fr', text: 'Texte' });
    expect(await ofControl('A.5.3', {}, 'it')).toBeNull();
  });

  it('changes what is given and leaves the rest; what changes nothing makes no version', async () => {
    const first = await enter({ placeId: 'A.5.4', text: 'Words', ...licence, licensedUntil: '2099-01-01T00:00:00Z' });
    expect(first).toMatchObject({ version: 1, licensedUntil: '2099-01-01T00:00:00.000Z' });
    expect(await enter({ placeId: 'A.5.4', text: 'Words' })).toEqual(first);
    const second = await enter({ placeId: 'A.5.4', expectedVersion: 1, licensedUntil: null });
    expect(second).toEqual({ ...first, version: 2, licensedUntil: null });
  });

  it('is only the tenant’s that entered it', async () => {
    await enter({ placeId: 'A.5.5', text: 'Ours', ...licence });
    expect(await ofControl('A.5.5', { tenant: theirs })).toBeNull();
    await enter({ placeId: 'A.5.5', text: 'Theirs', ...licence }, { tenant: theirs });
    expect((await ofControl('A.5.5'))?.text).toBe('Ours');
    expect((await ofControl('A.5.5', { tenant: theirs }))?.text).toBe('Theirs');
  });

  it('leaves the house in no event and is in no search index', async () => {
    const words = `Zweihundertfach ${newId()}`;
    const { id } = await enter({ placeId: 'A.5.6', text: words, ...licence });
    await remove(id);
    await scenario.settle();
    const rows = (await events()).flatMap((event) => event.rows).filter((row) => row.id === id);
    const told = {
      ...{ id, placeId: 'iso27001:2022:A.5.6', language: 'en', licensedUntil: null },
      sha256: createHash('sha256').update(words).digest('hex'),
    };
    expect(rows).toEqual([
      { ...told, version: 1 },
      { ...told, version: 2, deleted: true },
    ]);
    const kept = await scenario.test.admin(async (client) => {
      const { rows: found } = await client.query(
        `select (select count(*)::int from controls.outbox where body::text like $1) as events,
           (select count(*)::int from controls.search_document where body like $1 or title like $1) as documents`,
        [`%${words}%`],
      );
      return found[0];
    });
    expect(kept).toEqual({ events: 0, documents: 0 });
  });
});

describe('a licence that ends', () => {
  it('takes the words out of sight at that moment, and shows them again when it is renewed', async () => {
    await scenario.at('2026-06-01T00:00:00Z');
    const { id } = await enter({ placeId: 'A.6.1', text: 'Words', ...licence, licensedUntil: '2026-07-01T00:00:00Z' });
    await scenario.at('2026-06-30T23:59:59Z');
    expect((await ofControl('A.6.1'))?.text).toBe('Words');
    await scenario.at('2026-07-01T00:00:00Z');
    expect(await ofControl('A.6.1')).toBeNull();
    const { licensedTexts } = await scenario.ask<{ licensedTexts: { nodes: Text[] } }>(
      '{ licensedTexts(first: 200) { nodes { id text licensedUntil } } }',
    );
    expect(licensedTexts.nodes.find((one) => one.id === id)).toEqual({
      ...{ id, text: null, licensedUntil: '2026-07-01T00:00:00.000Z' },
    });
    await enter({ placeId: 'A.6.1', licensedUntil: '2099-01-01T00:00:00Z' });
    expect((await ofControl('A.6.1'))?.text).toBe('Words');
  });

  it('takes them out of the past, too: whether they may be shown is judged now', async () => {
    const ended = new Date(Date.now() - 60_000);
    await scenario.at(new Date(ended.getTime() - 3_600_000).toISOString());
    await enter({ placeId: 'A.6.2', text: 'Words', ...licence, licensedUntil: ended.toISOString() });
    const before = new Date(ended.getTime() - 1_800_000);
    await scenario.at(new Date(ended.getTime() + 1000).toISOString());
    expect(await ofControl('A.6.2', { asOf: before })).toBeNull();
    await enter({ placeId: 'A.6.2', licensedUntil: null });
    expect((await ofControl('A.6.2', { asOf: before }))?.text).toBe('Words');
  });
});

describe('the past', () => {
  it('shows the words of that moment, and none once the text was removed', async () => {
    await scenario.at('2026-01-01T00:00:00Z');
    const { id } = await enter({ placeId: 'A.7.1', text: 'First', ...licence });
    await scenario.at('2026-02-01T00:00:00Z');
    await enter({ placeId: 'A.7.1', text: 'Second' });
    const asOf = new Date('2026-01-15T00:00:00Z');
    expect((await ofControl('A.7.1', { asOf }))?.text).toBe('First');
    expect(await ofControl('A.7.1', { asOf: new Date('2025-12-31T00:00:00Z') })).toBeNull();
    await remove(id);
    expect(await ofControl('A.7.1')).toBeNull();
    expect(await ofControl('A.7.1', { asOf })).toBeNull();
    const left = await scenario.test.admin(async (client) => {
      const { rows } = await client.query('select 1 from controls.licensed_content where licensed_text_id = $1', [id]);
      return rows.length;
    });
    expect(left).toBe(0);
  });
});

describe('what is refused', () => {
  const good = { placeId: 'A.8.1', text: 'Words', ...licence };
  it.each<[string, object, string]>([
    ['a place that there is not', { ...good, placeId: 'A.9.99' }, 'input.placeId'],
    ['a place of a framework without texts of 27001', { ...good, placeId: 'csf:2.0:PR.AA-01' }, 'input.placeId'],
    ['no words', { ...good, text: ' ' }, 'input.text'],
    ['words left out of a new text', { ...good, text: undefined }, 'input.text'],
    ['too many words', { ...good, text: 'x'.repeat(50_001) }, 'input.text'],
    ['nobody who licensed it', { ...good, licensedBy: undefined }, 'input.licensedBy'],
    ['no reference', { ...good, licenceReference: '' }, 'input.licenceReference'],
    ['no language', { ...good, language: 'english language' }, 'input.language'],
  ])('%s', async (_, input, field) => {
    expect(await refused(input)).toMatchObject({ code: 'BAD_INPUT', faults: [{ field }] });
  });

  it('a stale version, also of a text that is new', async () => {
    await enter({ ...good, placeId: 'A.8.2', expectedVersion: 0 });
    for (const expectedVersion of [0, 2])
      expect(await refused({ ...good, placeId: 'A.8.2', expectedVersion })).toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('the second of two who enter the same text at once', async () => {
    const both = await Promise.all(
      ['One', 'Two'].map((text) =>
        scenario.call(document, { input: { ...good, placeId: 'A.8.3', text, expectedVersion: 0 } }),
      ),
    );
    const codes = both.map((answer) => answer.errors?.[0]?.extensions.code ?? 'entered');
    expect(codes.sort()).toEqual(['VERSION_CONFLICT', 'entered']);
  });

  it('to remove what is another tenant’s', async () => {
    const { id } = await enter({ ...good, placeId: 'A.8.4' });
    await expect(remove(id, { tenant: theirs })).rejects.toThrow('NOT_FOUND');
  });
});

it('goes with the catalogue that it is a text of', async () => {
  const { id, key } = await catalogue();
  const { id: textId } = await enter({ placeId: `${key}:1:A`, text: 'Words', ...licence });
  await scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
    input: { id },
  });
  expect((await events()).flatMap((event) => event.rows)).toContainEqual(
    expect.objectContaining({ id: textId, version: 2, deleted: true }),
  );
  expect(await refused({ placeId: `${key}:1:A`, text: 'Words', ...licence })).toMatchObject({ code: 'BAD_INPUT' });
});
