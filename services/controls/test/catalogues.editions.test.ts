import { newId } from '@annex/service';
import { writeXlsx } from '@annex/spreadsheet';
import { houseRules, importing } from './editions.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let send: Awaited<ReturnType<typeof importing>>;
beforeAll(async () => {
  scenario = await startScenario();
  send = await importing(scenario);
});
afterAll(() => scenario?.close());

/** A key whose first edition is there. */
async function begun(): Promise<string> {
  const key = `own-${newId().slice(-12)}`;
  expect((await send(`format=csv&key=${key}&edition=1`, houseRules[1])).status).toBe(201);
  return key;
}

const read = async (id: string) =>
  (
    await scenario.ask<{
      catalogue: { predecessor: string | null; items: { number: string; replaces: string[] | null }[] };
    }>('query ($id: UUID!) { catalogue(id: $id) { predecessor items { number replaces } } }', { id })
  ).catalogue;

describe('what controls of a new edition replace', () => {
  const rows = [
    ['ACC-1', 'Accounts', null],
    ['AUTH-1', 'Authentication', 'ACC-2; ACC-3'],
    ['AI-1', 'Assistants', '-'],
  ] as const;
  const asList = rows.map(([number, title, replaces]) => ({
    ...{ number, title },
    ...(replaces === null ? {} : { replaces: replaces === '-' ? [] : replaces.split('; ') }),
  }));

  it.each<[string, () => Promise<BodyInit>]>([
    [
      'csv',
      async () => `number,title,replaces\n${rows.map((row) => row.map((cell) => cell ?? '').join()).join('\n')}\n`,
    ],
    [
      'xlsx',
      async () =>
        new Uint8Array(
          await writeXlsx([
            { name: 'Rules', columns: ['Number', 'Title', 'Replaces'], rows: rows.map((row) => [...row]) },
          ]),
        ),
    ],
    ['json', async () => JSON.stringify({ items: asList })],
    ['yaml', async () => `items:\n${asList.map((item) => `- ${JSON.stringify(item)}`).join('\n')}\n`],
  ])('is read from %s and kept with the control', async (format, body) => {
    const key = await begun();
    const { status, body: answer } = await send(`format=${format}&key=${key}&edition=2`, await body());
    expect({ status, warnings: answer.warnings }).toEqual({ status: 201, warnings: [] });
    expect(await read(answer.id)).toEqual({
      predecessor: '1',
      items: [
        { number: 'ACC-1', replaces: null },
        { number: 'AUTH-1', replaces: ['ACC-2', 'ACC-3'] },
        { number: 'AI-1', replaces: [] },
      ],
    });
  });

  it('is checked against the edition before, row by row, and nothing is kept where it is wrong', async () => {
    const key = await begun();
    const answer = await send(
      `format=csv&key=${key}&edition=2&dryRun=true`,
      'number,title,kind,replaces\nG,Group,group,ACC-1\nA,First,,ACC-9\nB,Second,,ACC\nC,Third,,ACC-1;ACC-1\nD,Fourth,,ACC 1\nE,Fifth,,-\n',
    );
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_TABLE' } });
    const faults = (
      await send(`format=csv&key=${key}&edition=2`, 'number,title,replaces\nA,First,ACC-9;ACC-1;X\nB,Second,ACC\n')
    ).body;
    // ACC is a group there, and groups are not carried over.
    expect(faults.faults).toEqual(
      ['row 2, replaces ACC-9', 'row 2, replaces X', 'row 3, replaces ACC'].map((place) => ({
        field: place.split(' ').slice(0, 3).join(' '),
        given: place.split(' ').at(-1),
        allowed: `must be numbers of controls of ${key}:1, the edition before`,
      })),
    );
    expect(answer.body.faults.map((fault: { field: string }) => fault.field)).toEqual([
      'row 2, replaces',
      'row 5, replaces',
      'row 6, replaces',
    ]);
  });

  it('has to be left out of a first edition', async () => {
    const answer = await send(
      `format=csv&key=own-${newId().slice(-12)}&edition=1`,
      'number,title,replaces\nA,First,B\n',
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        faults: [{ field: 'row 2, replaces', allowed: 'must be left out: there is no edition before this one' }],
      },
    });
  });

  it('is warned about where a control is there again and nothing says that it goes on', async () => {
    const key = await begun();
    const table = 'number,title,replaces\nACC-2,Authentication,ACC-3\nACC-1,Accounts,\n';
    const warnings = [
      { place: 'row 2, replaces', message: expect.stringMatching(/^ACC-2 was a control of the edition before/) },
    ];
    expect((await send(`format=csv&key=${key}&edition=2&dryRun=true`, table)).body).toMatchObject({
      id: null,
      warnings,
    });
    expect((await send(`format=csv&key=${key}&edition=2`, table)).body).toMatchObject({ warnings });
  });

  it('is of the edition that the caller names, otherwise of the one that was imported last', async () => {
    const key = await begun();
    await send(`format=csv&key=${key}&edition=2`, houseRules[2]);
    const named = await send(`format=csv&key=${key}&edition=1a&predecessor=1`, 'number,title,replaces\nF,Fax,FAX-1\n');
    expect(await read(named.body.id)).toMatchObject({ predecessor: '1' });
    const last = await send(`format=csv&key=${key}&edition=3`, 'number,title,replaces\nG,Fax,F\n');
    expect(await read(last.body.id)).toMatchObject({ predecessor: '1a' });
    for (const predecessor of ['9', '4', 'a:b']) {
      expect(
        await send(`format=csv&key=${key}&edition=4&predecessor=${predecessor}`, 'number,title\nF,Fax\n'),
      ).toMatchObject({
        status: 400,
        body: { code: 'BAD_INPUT', faults: [{ field: 'query.predecessor' }] },
      });
    }
    expect(
      await send(`format=csv&key=${key}&edition=4&predecessor=1`, 'number,title\nF,Fax\n', {
        tenant: scenario.test.tenants[1],
      }),
    ).toMatchObject({ status: 400, body: { faults: [{ field: 'query.predecessor' }] } });
  });
});
