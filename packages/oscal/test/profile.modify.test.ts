import { resolveProfile } from '../src/index.ts';
import { harbour, lookupOf, one, read, resolved } from './harbour.ts';
import { readWhole } from './world.ts';

describe('modifying', () => {
  const g1 = async (modify: object) => {
    const { catalog, warnings } = await resolved({ ...one({ 'include-controls': [{ 'with-ids': ['g-1'] }] }), modify });
    return { control: catalog.groups[0].controls[0], catalog, warnings };
  };
  const altered = async (change: object) => g1({ alters: [{ 'control-id': 'g-1', ...change }] });
  const partIds = (holder: { parts: { id?: string; name: string }[] }) =>
    holder.parts.map(({ id, name }) => id ?? name);

  it('sets parameters: values take the place of a choice, properties are joined', async () => {
    const setting = {
      'param-id': 'g-1_p',
      values: ['three'],
      label: 'tours',
      props: [{ name: 'set-by', value: 'us' }],
    };
    const { control, catalog } = await g1({
      'set-parameters': [setting, { 'param-id': 'loose', values: ['the guard'] }],
    });
    expect(control.params).toEqual([
      { id: 'g-1_p', label: 'tours', values: ['three'], props: [{ name: 'set-by', value: 'us' }] },
    ]);
    expect(catalog.params).toEqual([{ id: 'loose', label: 'who', values: ['the guard'] }]);
  });

  it('adds at the end, at the start, before, after and within', async () => {
    const parts = [{ name: 'new' }];
    const at = async (where: object) => (await altered({ adds: [{ parts, ...where }] })).control;
    expect(partIds(await at({}))).toEqual(['g-1_smt', 'g-1_gdn', 'new']);
    expect(partIds(await at({ position: 'starting' }))).toEqual(['new', 'g-1_smt', 'g-1_gdn']);
    expect(partIds(await at({ position: 'before', 'by-id': 'g-1_gdn' }))).toEqual(['g-1_smt', 'new', 'g-1_gdn']);
    expect(partIds(await at({ position: 'after', 'by-id': 'g-1_smt' }))).toEqual(['g-1_smt', 'new', 'g-1_gdn']);
    expect(partIds((await at({ position: 'starting', 'by-id': 'g-1_smt' })).parts[0])).toEqual(['new', 'g-1_smt.a']);
    expect(partIds((await at({ position: 'after', 'by-id': 'g-1_smt.a' })).parts[0])).toEqual(['g-1_smt.a', 'new']);
  });

  it('adds a title, and properties to a parameter', async () => {
    const props = [{ name: 'note', value: 'x' }];
    const { control } = await altered({ adds: [{ title: 'Guards' }, { 'by-id': 'g-1_p', props }] });
    expect(control).toMatchObject({ title: 'Guards', params: [{ id: 'g-1_p', props }] });
  });

  it('removes by name, class, id and kind, all that is asked together', async () => {
    const after = async (remove: object) => (await altered({ removes: [remove] })).control;
    expect(partIds(await after({ 'by-name': 'guidance' }))).toEqual(['g-1_smt']);
    expect((await after({ 'by-class': 'zero' })).props).toEqual([{ name: 'label', value: 'G-1' }]);
    expect((await after({ 'by-id': 'g-1_smt.a' })).parts[0]).not.toHaveProperty('parts');
    expect(await after({ 'by-item-name': 'link' })).not.toHaveProperty('links');
    expect((await after({ 'by-name': 'label', 'by-class': 'zero' })).props).toHaveLength(2);
    expect((await after({ 'by-name': 'label', 'by-item-name': 'part' })).props).toHaveLength(2);
    expect((await after({ 'by-ns': 'http://example.org/ns' })).props).toHaveLength(2);
  });

  it('removes before it adds', async () => {
    const change = { adds: [{ parts: [{ name: 'guidance' }] }], removes: [{ 'by-name': 'guidance' }] };
    expect(partIds((await altered(change)).control)).toEqual(['g-1_smt', 'guidance']);
  });

  it('reports what has no effect', async () => {
    const { warnings } = await g1({
      'set-parameters': [{ 'param-id': 'no', values: ['x'] }],
      alters: [
        { 'control-id': 'w-1', adds: [{ title: 'x' }] },
        { 'control-id': 'g-1', removes: [{ 'by-id': 'no' }], adds: [{ 'by-id': 'no', title: 'x' }] },
      ],
    });
    expect(warnings.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['WITHOUT_EFFECT', '/profile/modify/set-parameters/0'],
      ['WITHOUT_EFFECT', '/profile/modify/alters/0'],
      ['WITHOUT_EFFECT', '/profile/modify/alters/1/removes/0'],
      ['WITHOUT_EFFECT', '/profile/modify/alters/1/adds/0'],
    ]);
  });

  it('leaves the catalog that it came from as it was', async () => {
    const catalog = await readWhole(harbour);
    const before = structuredClone(catalog);
    const modify = { alters: [{ 'control-id': 'g-1', removes: [{ 'by-item-name': 'part' }], adds: [{ title: 'X' }] }] };
    await resolveProfile(read({ ...one({}), modify }), lookupOf({ harbour: catalog }));
    expect(catalog).toEqual(before);
  });
});
