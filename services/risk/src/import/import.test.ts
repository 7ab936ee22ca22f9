import fc from 'fast-check';
import { cycleThrough } from '../asset/asset.ts';
import { readCsvAssets } from './csv.ts';
import { readCycloneDx } from './cyclonedx.ts';
import { withoutCircles } from './written.ts';

const csv = (text: string) => readCsvAssets(Buffer.from(text));
const places = (faults: readonly { field: string }[]) => faults.map((fault) => fault.field);

describe('edges without circles', () => {
  it('leave out as few as were found, and those that are there stay', () => {
    const present = new Map([['b', ['a']]]);
    const found = withoutCircles(
      present,
      new Map([
        ['a', ['b', 'c']],
        ['c', ['a']],
      ]),
    );
    expect(found).toEqual({
      needs: new Map([
        ['a', ['c']],
        ['c', []],
      ]),
      left: expect.arrayContaining([
        { from: 'a', to: 'b' },
        { from: 'c', to: 'a' },
      ]),
    });
  });

  it('close none with what is there, lose none where there is none, and find the same once they are there', () => {
    const node = fc.nat(12).map(String);
    const edges = fc.array(fc.tuple(node, node), { maxLength: 40 });
    const grouped = (pairs: readonly [string, string][]) =>
      new Map(
        [...Map.groupBy(pairs, ([from]) => from)].map(([from, ones]) => [from, [...new Set(ones.map(([, to]) => to))]]),
      );
    fc.assert(
      fc.property(edges, edges, (there, more) => {
        const present = grouped(there.filter(([from, to]) => Number(from) < Number(to)));
        const added = grouped(more);
        const found = withoutCircles(present, added);
        const merged = (id: string) => [...(present.get(id) ?? []), ...(found?.needs.get(id) ?? [])];
        for (let id = 0; id <= 12; id++) expect(cycleThrough(String(id), merged)).toBeUndefined();
        const forward = grouped(more.filter(([from, to]) => Number(from) < Number(to)));
        expect(withoutCircles(present, forward)?.left).toEqual([]);
        const again = new Map([...Array(13).keys()].map((id) => [String(id), merged(String(id))]));
        const second = withoutCircles(again, added);
        for (const [from, needed] of second?.needs ?? []) for (const to of needed) expect(merged(from)).toContain(to);
      }),
      { numRuns: 200 },
    );
  });

  it('are found in a time that grows with them', () => {
    const size = 20_000;
    const ring = new Map(
      Array.from({ length: size }, (_, at) => [String(at), [String((at + 1) % size), String((at * 7) % size)]]),
    );
    expect(withoutCircles(new Map(), ring)?.left.length).toBeGreaterThan(0);
  });
});

describe('a table of assets', () => {
  it('is read by its columns in any case, with what it says and depends on', async () => {
    const { assets, faults } = await csv(
      'Name,KIND,category,availability,dependsOn\nOrders,primary,Business process,4,"Shop; pkg:npm/a@1"\nShop,Supporting,software,,\n',
    );
    expect(faults).toEqual([]);
    expect(assets).toMatchObject([
      {
        place: 'row 2',
        key: { name: 'Orders' },
        needs: ['Shop', 'pkg:npm/a@1'],
        facts: { kind: 'PRIMARY', availability: 4 },
      },
      { place: 'row 3', needs: null, facts: { category: 'SOFTWARE', availability: null } },
    ]);
    expect(assets[1]?.said).toEqual(new Set(['name', 'kind', 'category']));
  });

  it('names every row and column at fault', async () => {
    const rows = 'A,PRIMARY,SOFTWARE,9\n,SUPPORTING,SITE,x\nB,OTHER,SITE,1\nC,,SITE,1\n';
    const { faults } = await csv(`name,kind,category,integrity\n${rows}`);
    expect(places(faults)).toEqual([
      ...['row 2, category', 'row 2, integrity', 'row 3, name', 'row 3, integrity', 'row 4, kind', 'row 5, kind'],
    ]);
    expect(places((await csv('name,colour,Name\nA,red,B\n')).faults)).toEqual([
      'row 1, colour',
      'row 1, Name',
      'row 1',
      'row 1',
    ]);
    expect(places((await csv('name,kind,category\n')).faults)).toEqual(['the file']);
    await expect(csv('')).rejects.toMatchObject({ code: 'INVALID_TABLE' });
    await expect(csv('name,kind,category\n"A,PRIMARY')).rejects.toMatchObject({ code: 'INVALID_TABLE' });
  });
});

describe('a CycloneDX document', () => {
  const bom = (more: object) => readCycloneDx({ bomFormat: 'CycloneDX', specVersion: '1.6', ...more });
  const library = (name: string, more = {}) => ({ type: 'library', name, version: '1', 'bom-ref': name, ...more });

  it('is read with its subject, nested components and services, each once', () => {
    const { assets, faults } = bom({
      metadata: { component: { type: 'application', name: 'shop', 'bom-ref': 'shop' } },
      components: [
        library('a', { purl: 'pkg:npm/a@1', components: [library('inner', { group: 'g' })] }),
        library('a2', { purl: 'pkg:npm/a@1' }),
        { type: 'data', name: 'customers', 'bom-ref': 'd' },
      ],
      services: [{ name: 'mail', 'bom-ref': 'mail' }],
      dependencies: [{ ref: 'shop', dependsOn: ['a', 'a2', 'mail', 'gone'] }, { ref: 'd' }],
    });
    expect(faults).toEqual([]);
    expect(assets.map(({ key, facts, needs }) => [key, facts.kind, facts.category, needs])).toEqual([
      [{ external: 'cyclonedx:application:shop' }, 'SUPPORTING', 'SOFTWARE', ['pkg:npm/a@1', 'cyclonedx:service:mail']],
      [{ external: 'pkg:npm/a@1' }, 'SUPPORTING', 'SOFTWARE', ['cyclonedx:library:g/inner@1']],
      [{ external: 'cyclonedx:library:g/inner@1' }, 'SUPPORTING', 'SOFTWARE', []],
      [{ external: 'cyclonedx:data:customers' }, 'PRIMARY', 'INFORMATION', []],
      [{ external: 'cyclonedx:service:mail' }, 'SUPPORTING', 'SERVICE', []],
    ]);
  });

  it('that tells of no dependencies has its subject made of what it lists', () => {
    const { assets } = bom({ metadata: { component: library('whole') }, components: [library('part')] });
    expect(assets[0]?.needs).toEqual(['cyclonedx:library:part@1']);
  });

  it.each([
    ['is no object', [], 'the file'],
    ['is of another format', { bomFormat: 'SPDX' }, 'bomFormat'],
    ['is of a version that is not read', { bomFormat: 'CycloneDX', specVersion: '1.1' }, 'specVersion'],
    ['has no components', { bomFormat: 'CycloneDX', specVersion: '1.4' }, 'components'],
  ])('that %s is refused', (_, document, field) => {
    expect(places(readCycloneDx(document).faults)).toEqual([field]);
  });

  it('names every place at fault', () => {
    const { faults } = bom({
      components: [
        { type: 'library' },
        { type: 'spaceship', name: 'x' },
        'text',
        library('a'),
        library('b', { 'bom-ref': 'a' }),
        library('c', { purl: 'p'.repeat(501), components: 7 }),
      ],
      dependencies: [3],
    });
    expect(places(faults)).toEqual([
      ...['components[0].name', 'components[1].type', 'components[2]', 'components[4].bom-ref'],
      ...['components[5].purl', 'components[5].components', 'dependencies[0]'],
    ]);
  });

  it('is read or refused, never otherwise, whatever it holds', () => {
    const part = fc.letrec((tie) => ({
      value: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(tie('component'), { maxLength: 3 })),
      component: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, 1, 'x'),
        fc.record(
          {
            type: fc.constantFrom('library', 'device', 'x'),
            name: tie('value'),
            'bom-ref': fc.constantFrom('a', 'b'),
            components: tie('value'),
          },
          { requiredKeys: [] },
        ),
      ),
    }));
    fc.assert(
      fc.property(fc.array(part.component), fc.array(part.value), (components, dependencies) => {
        const { assets, faults } = bom({ components, dependencies });
        expect(assets.length + faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });
});
