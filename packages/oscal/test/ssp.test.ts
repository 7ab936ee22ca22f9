import fc from 'fast-check';
import { assembleSsp, oscalToken, type SspDescription } from '../src/index.ts';
import { faults, itWithSchemas, refusal } from './world.ts';

const source = (name: string) => ({ name, href: `urn:harbour:${name}`, title: name, description: 'Its controls.' });
const plan = (more: Partial<SspDescription> = {}): SspDescription => ({
  ...{ name: 'harbour 1', title: 'Plan of a harbour', version: '1', lastModified: '2026-05-01T08:00:00Z' },
  roles: [
    { id: 'approver', title: 'Approves' },
    { id: 'nobody', title: 'Held by nobody' },
  ],
  people: [{ name: 'p-1', scheme: 'urn:harbour:person', roles: ['approver'] }],
  actions: [{ type: 'approval', date: '2026-05-02T08:00:00Z', role: 'approver', person: 'p-1', remarks: '' }],
  ...{ baseline: source('catalogue'), sources: [source('law')] },
  system: {
    ...{ name: 'h-1', idScheme: 'urn:harbour:system', title: 'Harbour', description: '', boundary: 'The fence.' },
    ...{ information: { title: 'Cargo', description: 'Lists of cargo.' }, status: { state: 'operational' } },
    authorized: '2026-05-02',
  },
  components: [
    { name: 'whole', type: 'this-system', title: 'Harbour', description: 'All.', status: { state: 'operational' } },
    {
      ...{ name: 'crane', type: 'hardware', title: 'Crane', description: 'Lifts.', status: { state: 'disposition' } },
      responsible: { role: 'approver', person: 'p-1' },
    },
  ],
  description: 'How the harbour meets its controls.',
  requirements: [
    {
      ...{ controlId: 'a-1', props: [{ name: 'note', value: ' ' }], remarks: '' },
      by: [{ component: 'crane', description: 'It locks.', status: { state: 'implemented' } }],
    },
    { controlId: 'l-1', source: 'law', by: [] },
  ],
  ...more,
});

describe('a system security plan', () => {
  itWithSchemas('is valid by the schema of 1.2.1, with one crane or with no people at all', async () => {
    expect(faults('ssp', assembleSsp(plan()))).toEqual([]);
    const [whole] = plan().components;
    const bare = { roles: [], people: [], actions: [], sources: [], components: whole ? [whole] : [] };
    expect(faults('ssp', assembleSsp(plan({ ...bare, requirements: [{ controlId: 'a-1', by: [] }] })))).toEqual([]);
  });

  it('is the same whenever its description is, and says nothing where nothing is said', () => {
    const made = assembleSsp(plan());
    expect(assembleSsp(plan())).toEqual(made);
    expect(assembleSsp(plan({ name: 'harbour 2' }))['system-security-plan'].uuid).not.toBe(
      made['system-security-plan'].uuid,
    );
    const { metadata } = made['system-security-plan'];
    expect(metadata['responsible-parties']).toEqual([{ 'role-id': 'approver', 'party-uuids': [expect.any(String)] }]);
    const [requirement] = made['system-security-plan']['control-implementation']['implemented-requirements'];
    expect(Object.keys(requirement ?? {})).toEqual(['uuid', 'control-id', 'by-components']);
  });

  it.each<[string, Partial<SspDescription>, string]>([
    [
      'component',
      {
        requirements: [
          { controlId: 'a-1', by: [{ component: 'ship', description: '', status: { state: 'planned' } }] },
        ],
      },
      '/requirements/0/by/0/component',
    ],
    ['source', { requirements: [{ controlId: 'a-1', source: 'custom', by: [] }] }, '/requirements/0/source'],
    ['role', { roles: [] }, '/actions/0/role'],
    ['person', { people: [] }, '/actions/0/person'],
  ])('is refused where a %s is named that it does not have', async (what, more, pointer) => {
    const refused = await refusal(() => assembleSsp(plan(more)));
    expect(refused).toMatchObject({ pointer, allowed: `must be the name of a ${what} of the plan` });
  });

  itWithSchemas('is valid whatever is written in it, and has no sign that XML could not have', async () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(text, text, text, (one, two, three) => {
        const given = plan({
          ...{ title: one, description: two, remarks: three, version: one },
          roles: [{ id: oscalToken(one), title: two }],
          people: [{ name: two, scheme: 'urn:harbour:person', roles: [oscalToken(one)] }],
          actions: [
            {
              type: 'request-changes',
              date: '2026-05-02T08:00:00Z',
              role: oscalToken(one),
              person: two,
              remarks: three,
            },
          ],
          components: [
            { name: one, type: two, title: three, description: one, status: { state: 'other', remarks: two } },
          ],
          requirements: [
            {
              ...{ controlId: oscalToken(three), props: [{ name: 'note', value: two }], remarks: one },
              by: [{ component: one, description: two, status: { state: oscalToken(three), remarks: three } }],
            },
          ],
        });
        const made = assembleSsp(given);
        expect(faults('ssp', made)).toEqual([]);
        expect(JSON.stringify(made)).not.toMatch(/\\u00(0[0-8bcef]|1[0-9a-f])|[\ufffe\uffff]/);
      }),
      { numRuns: 300 },
    );
  });
});
