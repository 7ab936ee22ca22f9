import { type RoleName, roles } from '@annex/schema';
import { newId } from '@annex/service';
import { catalogueQueries, type Door, knock, mutations, tenantQueries } from './doors.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let thing: { id: string; ismsId: string; measureId: string };

beforeAll(async () => {
  scenario = await startScenario();
  const ismsId = await scenario.createIsms();
  thing = { ismsId, id: await scenario.implement({ ismsId, ownerId: newId() }), measureId: newId() };
});
afterAll(() => scenario?.close());

const queries = [...tenantQueries, ...catalogueQueries];
const codes = (answer: { errors?: readonly { extensions?: { code?: unknown } }[] | undefined }) =>
  (answer.errors ?? []).map((error) => error.extensions?.code);

it('walks every root field of the service', () => {
  const fields = ['getQueryType', 'getMutationType'] as const;
  const served = fields.flatMap((root) => Object.keys(scenario.service.schema[root]()?.getFields() ?? {}));
  const walked = [...queries, ...mutations].map((door) => door.name);
  // Dead letters are in every service's schema and tested where they are made.
  const own = served.filter((name) => !name.startsWith('_') && !/DeadLetters$/.test(name));
  expect(own.filter((name) => !walked.includes(name))).toEqual([]);
});

const offered = new Map<string, ReturnType<typeof knock>>();
/** What a door is asked with that is not opened or changes nothing behind it: made once. */
function offer(door: Door): ReturnType<typeof knock> {
  const made = offered.get(door.name) ?? knock(scenario, door, thing);
  offered.set(door.name, made);
  return made;
}

describe.each(Object.keys(roles) as RoleName[])('%s', (role) => {
  const { permissions } = roles[role];
  const may = ({ permission = 'controls:write' }: Door) => (permissions as readonly string[]).includes(permission);

  it.each(queries.map((door) => [door.name, door] as const))('reads %s', async (_, door) => {
    const variables = await offer(door);
    expect(codes(await scenario.call(door.document, variables, { permissions }))).toEqual(
      // An integration may not see people, of which an owner is one; nothing else is kept from it.
      door.name === 'implementation' && !(permissions as readonly string[]).includes('identity:read')
        ? ['FORBIDDEN']
        : [],
    );
  });

  it.each(mutations.map((door) => [may(door) ? 'may' : 'may not', door.name, door] as const))(
    '%s %s',
    async (_may, _name, door) => {
      const variables = await (may(door) ? knock(scenario, door, thing) : offer(door));
      const answer = await scenario.call(door.document, variables, { permissions });
      expect(codes(answer)).toEqual(may(door) ? [] : ['FORBIDDEN']);
    },
  );
});

describe('someone without any permission', () => {
  it.each([...queries, ...mutations].map((door) => [door.name, door] as const))(
    'gets nothing from %s',
    async (_, door) => {
      const answer = await scenario.call(door.document, await offer(door), { permissions: [] });
      expect(codes(answer).length).toBeGreaterThan(0);
      for (const code of codes(answer)) expect(code).toBe('FORBIDDEN');
    },
  );
});
