import { newId } from '@annex/service';
import { catalogueQueries, knock, mutations, tenantQueries } from './doors.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let thing: { id: string; ismsId: string; measureId: string };
let theirs: string;

beforeAll(async () => {
  scenario = await startScenario();
  theirs = scenario.test.tenants[1];
  const ismsId = await scenario.createIsms();
  thing = { ismsId, id: await scenario.implement({ ismsId }), measureId: newId() };
  await scenario.link(thing.id, thing.measureId);
  await scenario.assess(thing.id, 1);
  await scenario.tell(ismsId, thing.measureId, 1);
});
afterAll(() => scenario?.close());

describe.each<[string, () => Date | undefined]>([
  ['now', () => undefined],
  ['as of a moment', () => new Date(Date.now() + 1000)],
])('%s', (_, moment) => {
  it.each(tenantQueries.map((door) => [door.name, door] as const))(
    '%s shows its own tenant what is there and another nothing',
    async (_name, door) => {
      const variables = await knock(scenario, door, thing);
      const asOf = moment();
      const when = asOf ? { asOf } : {};
      const own = await scenario.call(door.document, variables, when);
      expect(own.errors).toBeUndefined();
      expect(JSON.stringify(own.data)).toContain(door.name.toLowerCase().includes('isms') ? thing.ismsId : thing.id);
      const foreign = await scenario.call(door.document, variables, { tenant: theirs, ...when });
      expect(JSON.stringify(foreign.data ?? null)).not.toMatch(
        new RegExp(`${thing.id}|${thing.ismsId}|${thing.measureId}`),
      );
    },
  );
});

/** Tells every row of every entity and log of the service from what it was. */
const state = () =>
  scenario.test.admin(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'controls_asof'::regnamespace and relkind = 'v' order by relname`,
    );
    const { rows } = await client.query(
      tables
        .map(({ name }) => `select '${name}', md5(string_agg(t::text, ' ' order by t.id)) from controls.${name} t`)
        .join(' union all '),
    );
    expect(rows.length).toBeGreaterThan(40);
    return rows;
  });

it.each(mutations.filter((door) => door.name !== 'createIsms').map((door) => [door.name, door] as const))(
  '%s does not find what belongs to another tenant and changes nothing',
  async (_, door) => {
    const variables = await knock(scenario, door, thing);
    const before = await state();
    const answer = await scenario.call(door.document, variables, { tenant: theirs });
    expect(answer.errors?.map((error) => error.extensions?.code)).toEqual([door.foreign ?? 'NOT_FOUND']);
    expect(await state()).toEqual(before);
  },
);

it('keeps news of a measure within the tenant that it came for', async () => {
  await scenario.tell(thing.ismsId, thing.measureId, 0, { version: 50 }, theirs);
  expect((await scenario.strength(thing.id)).verified).toBe(1);
});

it.each(catalogueQueries.map((door) => [door.name, door] as const))(
  '%s says the same to every tenant and at every moment',
  async (_, door) => {
    const ask = (caller: object) => scenario.ask(door.document, door.variables(thing), caller);
    const answer = await ask({});
    expect(await ask({ tenant: theirs })).toEqual(answer);
    expect(await ask({ asOf: new Date('2020-01-01') })).toEqual(answer);
  },
);
