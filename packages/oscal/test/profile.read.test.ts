import { assembleProfile, readProfile } from '../src/index.ts';
import { harbour, one, read, resolved } from './harbour.ts';
import { faults, itWithSchemas, profileOf, refusal, uuid } from './world.ts';

describe('resolving is refused at the place', () => {
  it('of an id that the import does not have', async () => {
    const error = await refusal(
      resolved(one({ 'include-controls': [{ 'with-ids': ['g-1'] }, { 'with-ids': ['g-2', 'x-9'] }] })),
    );
    expect(error).toMatchObject({ pointer: '/profile/imports/0/include-controls/1/with-ids/1', given: 'x-9' });
  });

  it.each([
    '../../etc/passwd',
    'https://example.org/catalog.json',
    'file:///etc/passwd',
    '#11111111-1111-4111-8111-000000000099',
  ])('of %s, which is not known here', async (href) => {
    const error = await refusal(resolved({ imports: [{ href: 'harbour' }, { href }] }));
    expect(error).toMatchObject({ pointer: '/profile/imports/1/href', given: href });
  });

  it('of an import that comes back to its profile, with the way', async () => {
    const inner = read({ imports: [{ href: 'harbour' }, { href: 'outer' }] }, 3);
    const outer = read({ imports: [{ href: 'inner' }] }, 2);
    const error = await refusal(resolved({ imports: [{ href: 'inner' }] }, { harbour }, { inner, outer }));
    expect(error.pointer).toBe('/profile/imports/1/href');
    expect(error.allowed).toContain(`${uuid(2)} → ${uuid(3)} → ${uuid(2)}`);
  });

  it('of an error in an imported profile, which is named', async () => {
    const inner = read({ imports: [{ href: 'nowhere' }] }, 3);
    const error = await refusal(resolved({ imports: [{ href: 'inner' }] }, { harbour }, { inner }));
    expect(error.allowed).toContain(`in the imported profile ${uuid(3)}`);
  });
});

describe('a profile is refused at the place', () => {
  const imports = [{ href: 'harbour' }];
  it.each<[string, object, string]>([
    ['no imports', {}, '/profile/imports'],
    ['empty imports', { imports: [] }, '/profile/imports'],
    ['an import without a href', { imports: [{}] }, '/profile/imports/0/href'],
    [
      'all and some',
      { imports: [{ href: 'x', 'include-all': {}, 'include-controls': [] }] },
      '/profile/imports/0/include-controls',
    ],
    [
      'a choice of nothing',
      { imports: [{ href: 'x', 'include-controls': [] }] },
      '/profile/imports/0/include-controls',
    ],
    [
      'children maybe',
      { imports: [{ href: 'x', 'include-controls': [{ 'with-child-controls': 'maybe' }] }] },
      '/profile/imports/0/include-controls/0/with-child-controls',
    ],
    [
      'ids that are one string',
      { imports: [{ href: 'x', 'exclude-controls': [{ 'with-ids': 'a' }] }] },
      '/profile/imports/0/exclude-controls/0/with-ids',
    ],
    [
      'an unknown method',
      { imports: [...imports], merge: { combine: { method: 'last' } } },
      '/profile/merge/combine/method',
    ],
    ['two structures', { imports: [...imports], merge: { flat: {}, 'as-is': true } }, '/profile/merge'],
    ['as-is that is a string', { imports: [...imports], merge: { 'as-is': 'true' } }, '/profile/merge/as-is'],
    [
      'an unknown order',
      { imports: [...imports], merge: { custom: { 'insert-controls': [{ order: 'up' }] } } },
      '/profile/merge/custom/insert-controls/0/order',
    ],
    [
      'a setting without a parameter',
      { imports: [...imports], modify: { 'set-parameters': [{}] } },
      '/profile/modify/set-parameters/0/param-id',
    ],
    [
      'an alter without a control',
      { imports: [...imports], modify: { alters: [{}] } },
      '/profile/modify/alters/0/control-id',
    ],
    [
      'a remove of nothing',
      { imports: [...imports], modify: { alters: [{ 'control-id': 'c', removes: [{}] }] } },
      '/profile/modify/alters/0/removes/0',
    ],
    [
      'an unknown position',
      { imports: [...imports], modify: { alters: [{ 'control-id': 'c', adds: [{ position: 'top' }] }] } },
      '/profile/modify/alters/0/adds/0/position',
    ],
  ])('of %s', async (_what, more, pointer) => {
    expect((await refusal(() => readProfile(profileOf(more)))).pointer).toBe(pointer);
  });
});

itWithSchemas('a profile of an older version is written as 1.2.1 wants it', async () => {
  const modify = { 'set-parameters': [{ 'param-id': 'p', values: ['a'], select: { choice: ['a'] } }] };
  const old = profileOf({ imports: [{ href: 'a b' }], merge: { combine: {} }, modify });
  const out = assembleProfile(readProfile(old));
  expect(faults('profile', out)).toEqual([]);
  expect(out.profile).toMatchObject({ imports: [{ 'include-all': {} }], merge: { flat: {} } });
  const custom = { groups: [{ title: 'G', 'insert-controls': [{ order: 'keep' }] }] };
  const grouped = profileOf({ imports: [{ href: 'a' }], merge: { custom } });
  expect(faults('profile', assembleProfile(readProfile(grouped)))).toEqual([]);
});
