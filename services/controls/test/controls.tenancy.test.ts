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

it.each(mutations.filter((door) => door.name !== 'createIsms').map((door) => [door.name, door] as const))(
  '%s does not find what belongs to another tenant and changes nothing',
  async (_, door) => {
    const state = () =>
      scenario.test.admin(async (client) => {
        const tables = [
          'isms',
          'implementation',
          'implementation_control',
          'measure_link',
          'design_assessment',
          'strength',
          'upgrade',
          'upgrade_task',
          'licensed_text',
          'licensed_content',
          'own_mapping',
          'mapping_collection',
          'component_definition',
          'component',
          'component_claim',
          'component_use',
          'soa_entry',
          'soa_version',
          'soa_approval',
          'site',
          'isms_process',
          'scope_version',
          'context_issue',
          'climate_determination',
          'interested_party',
          'party_requirement',
          'obligation',
          'exception',
          'implementation_task',
          'maturity_assessment',
          'strength_judgement',
          'objective',
          'responsibility',
          'leadership_interview',
          'competence',
          'competence_action',
          'communication',
          'isms_change',
          'unintended_change',
          'opportunity',
          'opportunity_action',
          'external_provision',
          'process_criterion',
          'resource_need',
        ];
        const rows: unknown[] = [];
        for (const table of tables) rows.push((await client.query(`select * from controls.${table} order by id`)).rows);
        return JSON.stringify(rows);
      });
    const variables = await knock(scenario, door, thing);
    const before = await state();
    const answer = await scenario.call(door.document, variables, { tenant: theirs });
    expect(answer.errors?.map((error) => error.extensions?.code)).toEqual([door.foreign ?? 'NOT_FOUND']);
    expect(await state()).toBe(before);
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
