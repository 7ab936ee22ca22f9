import {
  assembleCatalog,
  type Catalog,
  type ImportLookup,
  type OscalProfile,
  readProfile,
  resolveProfile,
} from '../src/index.ts';
import { catalogOf, profileOf, readWhole, uuid } from './world.ts';

export const harbour = catalogOf({
  params: [{ id: 'loose', label: 'who' }, { id: 'unused' }],
  groups: [
    {
      id: 'gate',
      title: 'Gate',
      params: [{ id: 'gate-p', label: 'hours' }],
      controls: [
        {
          id: 'g-1',
          title: 'Guard',
          params: [{ id: 'g-1_p', label: 'rounds', select: { choice: ['two', 'three'] } }],
          props: [
            { name: 'label', value: 'G-1' },
            { name: 'sort-id', value: 'g-01', class: 'zero' },
          ],
          links: [{ href: `#${uuid(70)}`, rel: 'reference' }],
          parts: [
            {
              id: 'g-1_smt',
              name: 'statement',
              prose:
                '{{ insert: param, loose }} walks {{ insert: param, g-1_p }} rounds in {{ insert: param, gate-p }}.',
              parts: [{ id: 'g-1_smt.a', name: 'item', prose: 'With a lamp.' }],
            },
            { id: 'g-1_gdn', name: 'guidance', prose: 'Change the route.' },
          ],
          controls: [{ id: 'g-1.1', title: 'Dog' }],
        },
        { id: 'g-2', title: 'Fence' },
        { id: 'g-10', title: 'Light' },
      ],
    },
    { id: 'water', title: 'Water', controls: [{ id: 'w-1', title: 'Boat' }] },
  ],
  'back-matter': {
    resources: [
      { uuid: uuid(70), title: 'Linked' },
      { uuid: uuid(71), title: 'Not linked' },
    ],
  },
});

export const read = (more: object, last = 2): OscalProfile => readProfile(profileOf(more, last));
export const lookupOf =
  (catalogs: Record<string, Catalog>, profiles: Record<string, OscalProfile> = {}): ImportLookup =>
  ({ href }) => {
    if (catalogs[href]) return { kind: 'catalog', ...catalogs[href] };
    return profiles[href] ? { kind: 'profile', profile: profiles[href] } : undefined;
  };
export async function resolved(more: object, catalogs: Record<string, object> = { harbour }, profiles = {}) {
  const known: Record<string, Catalog> = {};
  for (const [name, json] of Object.entries(catalogs)) known[name] = await readWhole(json);
  const result = await resolveProfile(read(more), lookupOf(known, profiles));
  const json = assembleCatalog(result.document, result.parts);
  await readWhole(json);
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON of every shape
  return { ...result, catalog: JSON.parse(JSON.stringify(json)).catalog as any };
}
export const ids = (branch: { id?: string; groups?: object[]; controls?: object[] }): unknown[] => [
  ...(branch.groups ?? []).map((group) => [(group as { id: string }).id, ...ids(group)]),
  ...(branch.controls ?? []).flatMap((control): unknown[] => {
    const inner = ids(control);
    const { id } = control as { id: string };
    return inner.length > 0 ? [{ [id]: inner }] : [id];
  }),
];
export const one = (include: object, merge: object = { 'as-is': true }) => ({
  imports: [{ href: 'harbour', ...include }],
  merge,
});
