import { assembleCatalog, assembleProfile, type ImportReference, readProfile, resolveProfile } from '../src/index.ts';
import { harbour, ids, lookupOf, one, read, resolved } from './harbour.ts';
import { faults, itWithReal, readReal, readWhole, realJson, refusal, uuid } from './world.ts';

describe('a real profile', () => {
  const low = 'sp800-53r5-low-baseline-catalog.json';
  const profileFile = 'profile-800-53r5-low.json';

  itWithReal(profileFile)('comes out as it went in, valid by the schema of 1.2.1', async () => {
    const raw = realJson(profileFile);
    const out = assembleProfile(readProfile(realJson(profileFile)));
    raw.profile.metadata['oscal-version'] = '1.2.1';
    expect(out).toEqual(raw);
    expect(faults('profile', out)).toEqual([]);
    expect(readProfile(out)).toEqual(out.profile);
  });

  itWithReal(profileFile)('is resolved through its back matter, without a path being opened', async () => {
    const catalog = await readWhole(readReal(low));
    const asked: ImportReference[] = [];
    const { document, parts, warnings } = await resolveProfile(readProfile(realJson(profileFile)), (reference) => {
      asked.push(reference);
      return { kind: 'catalog', ...catalog };
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ href: '#84cbf061-eb87-4ec1-8112-1f529232e907' });
    expect(asked[0]?.candidates[1]).toEqual({
      href: '../../../../nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json',
      mediaType: 'application/oscal.catalog+json',
    });
    const placed = (all: typeof parts) => all.filter(({ kind }) => kind === 'group' || kind === 'control');
    expect(placed(parts)).toEqual(placed(catalog.parts));
    expect(warnings).toEqual([]);
    expect(document.metadata.props).toContainEqual(expect.objectContaining({ name: 'resolution-tool' }));
    expect(document.metadata.links).toContainEqual({
      rel: 'source-profile',
      href: 'urn:uuid:7eca4589-7ed9-4552-9da6-738126660be3',
    });
    expect(faults('catalog', assembleCatalog(document, parts))).toEqual([]);
  });
});

describe('importing', () => {
  it('takes all where nothing is said, and what is excluded goes', async () => {
    expect(ids((await resolved(one({}))).catalog)).toEqual([
      ['gate', { 'g-1': ['g-1.1'] }, 'g-2', 'g-10'],
      ['water', 'w-1'],
    ]);
    const without = one({ 'include-all': {}, 'exclude-controls': [{ matching: [{ pattern: 'g-1*' }] }] });
    expect(ids((await resolved(without)).catalog)).toEqual([
      ['gate', 'g-2'],
      ['water', 'w-1'],
    ]);
  });

  it('takes ids, with the controls that stand in them where asked', async () => {
    const plain = one({ 'include-controls': [{ 'with-ids': ['g-1', 'w-1'] }] });
    expect(ids((await resolved(plain)).catalog)).toEqual([
      ['gate', 'g-1'],
      ['water', 'w-1'],
    ]);
    const nested = one({ 'include-controls': [{ 'with-ids': ['g-1'], 'with-child-controls': 'yes' }] });
    expect(ids((await resolved(nested)).catalog)).toEqual([['gate', { 'g-1': ['g-1.1'] }]]);
  });

  it('takes patterns, and moves a control up whose parent is not taken', async () => {
    const { catalog } = await resolved(
      one({ 'include-controls': [{ matching: [{ pattern: '*.?' }, { pattern: 'w*' }] }] }),
    );
    expect(ids(catalog)).toEqual([
      ['gate', 'g-1.1'],
      ['water', 'w-1'],
    ]);
  });

  it('follows profiles of profiles', async () => {
    const inner = read(one({ 'include-controls': [{ 'with-ids': ['g-2'] }] }), 3);
    const { catalog } = await resolved({ imports: [{ href: 'inner' }] }, { harbour }, { inner });
    expect(ids(catalog)).toEqual(['g-2']);
  });

  it('keeps loose parameters and resources that are used, and no others', async () => {
    const { catalog } = await resolved(one({ 'include-controls': [{ 'with-ids': ['g-1'] }] }, { flat: {} }));
    expect(catalog.params.map(({ id }: { id: string }) => id)).toEqual(['loose', 'gate-p']);
    expect(catalog['back-matter'].resources).toEqual([{ uuid: uuid(70), title: 'Linked' }]);
    const { catalog: other } = await resolved(one({ 'include-controls': [{ 'with-ids': ['w-1'] }] }));
    expect(other).not.toHaveProperty('params');
    expect(other).not.toHaveProperty('back-matter');
  });

  it('answers the same for the same, and with the given uuid and time', async () => {
    const first = await resolved(one({}));
    expect((await resolved(one({}))).document).toEqual(first.document);
    const catalog = await readWhole(harbour);
    const options = { uuid: uuid(9), lastModified: '2026-06-01T00:00:00Z', profileHref: '/profiles/2' };
    const { document } = await resolveProfile(read(one({})), lookupOf({ harbour: catalog }), options);
    expect(document).toMatchObject({ uuid: uuid(9), metadata: { 'last-modified': '2026-06-01T00:00:00Z' } });
    expect(document.metadata.links).toEqual([{ href: '/profiles/2', rel: 'source-profile' }]);
  });
});

describe('merging', () => {
  const twice = (method: string | null) => ({
    imports: [{ href: 'harbour', 'include-controls': [{ 'with-ids': ['g-1'] }] }, { href: 'other' }],
    merge: { ...(method ? { combine: { method } } : {}), flat: {} },
  });
  const other = {
    catalog: {
      ...harbour.catalog,
      uuid: uuid(5),
      params: [],
      groups: [],
      controls: [
        {
          id: 'g-1',
          title: 'Watch',
          props: [{ name: 'label', value: 'W' }],
          parts: [{ id: 'more', name: 'guidance' }],
        },
      ],
    },
  };

  it('is flat where nothing else is said', async () => {
    const { catalog } = await resolved({ imports: [{ href: 'harbour' }] });
    expect(ids(catalog)).toEqual([{ 'g-1': ['g-1.1'] }, 'g-2', 'g-10', 'w-1']);
  });

  it('use-first leaves the first of two controls as it is', async () => {
    const { catalog } = await resolved(twice('use-first'), { harbour, other });
    expect(catalog.controls).toMatchObject([
      { id: 'g-1', title: 'Guard', props: [{ value: 'G-1' }, { value: 'g-01' }] },
    ]);
  });

  it('merge joins the lists of two controls', async () => {
    const { catalog } = await resolved(twice('merge'), { harbour, other });
    expect(catalog.controls).toHaveLength(1);
    expect(catalog.controls[0].title).toBe('Guard');
    expect(catalog.controls[0].props.map(({ value }: { value: string }) => value)).toEqual(['G-1', 'g-01', 'W']);
    expect(catalog.controls[0].parts.map(({ id }: { id: string }) => id)).toEqual(['g-1_smt', 'g-1_gdn', 'more']);
  });

  it('keep refuses two that differ, and has one of two that are equal', async () => {
    const error = await refusal(resolved(twice('keep'), { harbour, other }));
    expect(error).toMatchObject({ pointer: '/profile/imports/1', given: 'g-1' });
    expect(await refusal(resolved(twice(null), { harbour, other }))).toMatchObject({ pointer: '/profile/imports/1' });
    const { catalog, warnings } = await resolved(twice('keep'), { harbour, other: harbour });
    expect(ids(catalog)).toEqual([{ 'g-1': ['g-1.1'] }, 'g-2', 'g-10', 'w-1']);
    expect(warnings).toMatchObject([{ code: 'DUPLICATE_CONTROL', given: 'g-1', pointer: '/profile/imports/1' }]);
  });

  it('as-is joins groups of the same id', async () => {
    const halves = [{ with: 'g-2' }, { with: 'g-10' }].map(({ with: id }) => ({
      href: 'harbour',
      'include-controls': [{ 'with-ids': [id] }],
    }));
    const { catalog } = await resolved({ imports: halves, merge: { 'as-is': true } });
    expect(ids(catalog)).toEqual([['gate', 'g-2', 'g-10']]);
  });

  it('custom builds its own groups, in the order asked for', async () => {
    const custom = {
      groups: [
        {
          id: 'land',
          title: 'Land',
          'insert-controls': [{ order: 'descending', 'include-controls': [{ matching: [{ pattern: 'g-*' }] }] }],
        },
      ],
      'insert-controls': [{ 'include-controls': [{ 'with-ids': ['w-1'] }] }],
    };
    const { catalog } = await resolved({ imports: [{ href: 'harbour' }], merge: { custom } });
    expect(ids(catalog)).toEqual([['land', 'g-10', 'g-2', { 'g-1': ['g-1.1'] }], 'w-1']);
  });

  it('custom refuses to insert what was not imported', async () => {
    const custom = { 'insert-controls': [{ 'include-controls': [{ 'with-ids': ['w-1', 'no'] }] }] };
    const error = await refusal(resolved({ imports: [{ href: 'harbour' }], merge: { custom } }));
    expect(error.pointer).toBe('/profile/merge/custom/insert-controls/0/include-controls/0/with-ids/1');
  });
});
