import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clauses, controlGroups, controls, guidanceFor, mapping2013to2022, standard, standards } from '../src/index.ts';

const unprefixed = (id: string) => id.replace(/^iso27001:20(13|22):/, '');
const attributes = [
  'controlTypes',
  'informationSecurityProperties',
  'cybersecurityConcepts',
  'operationalCapabilities',
  'securityDomains',
] as const;

describe('ISO/IEC 27001:2022', () => {
  it('has 93 controls: 37 organizational, 8 people, 14 physical, 34 technological', () => {
    const count = (theme: string) => controls('2022').filter((control) => control.theme === theme).length;
    expect(['ORGANIZATIONAL', 'PEOPLE', 'PHYSICAL', 'TECHNOLOGICAL'].map(count)).toEqual([37, 8, 14, 34]);
    expect(controls('2022')).toHaveLength(93);
  });

  it('has 41 clauses and sub-clauses', () => {
    expect(clauses('2022')).toHaveLength(41);
    expect(clauses('2022').filter((clause) => clause.parentId === null)).toHaveLength(7);
  });

  it('gives every control a value of each attribute, all of them safe as enum values', () => {
    for (const control of controls('2022')) {
      for (const attribute of attributes) {
        expect(control[attribute].length).toBeGreaterThan(0);
        for (const value of control[attribute]) expect(value).toMatch(/^[A-Z][A-Z_]*$/);
      }
    }
  });

  it('knows secure coding by its number, theme and capabilities', () => {
    expect(controls('2022').find((control) => control.id === 'iso27001:2022:A.8.28')).toMatchObject({
      title: 'Secure coding',
      theme: 'TECHNOLOGICAL',
      newIn2022: true,
    });
  });
});

describe('ISO/IEC 27001:2013', () => {
  it('has 114 controls in 14 groups', () => {
    expect(controls('2013')).toHaveLength(114);
    expect(controlGroups('2013').filter((group) => group.parentId === null)).toHaveLength(14);
  });

  it('maps every control and clause to one that exists in 2022', () => {
    const sources = new Set([...clauses('2013'), ...controls('2013')].map(({ id }) => id));
    const targets = new Set([...clauses('2022'), ...controls('2022')].map(({ id }) => id));
    for (const { sourceId, targetId, relationship } of mapping2013to2022()) {
      expect(sources).toContain(sourceId);
      expect(targets).toContain(targetId);
      expect(['EQUAL', 'SUBSET', 'SUPERSET', 'INTERSECT']).toContain(relationship);
    }
    const mapped = new Set(mapping2013to2022().map(({ sourceId }) => sourceId));
    expect(controls('2013').filter(({ id }) => !mapped.has(id))).toEqual([]);
  });

  it('leaves exactly the 11 new controls of 2022 without a source', () => {
    const reached = new Set(mapping2013to2022().map(({ targetId }) => targetId));
    const unreached = controls('2022').filter(({ id }) => !reached.has(id));
    expect(unreached).toHaveLength(11);
    expect(unreached).toEqual(controls('2022').filter(({ newIn2022 }) => newIn2022));
  });
});

describe('both editions', () => {
  it('number parents and groups that exist, and no id twice', () => {
    const all = (['2013', '2022'] as const).flatMap((edition) => [
      ...clauses(edition),
      ...controlGroups(edition),
      ...controls(edition),
    ]);
    const ids = new Set(all.map(({ id }) => id));
    expect(ids.size).toBe(all.length);
    for (const place of all) {
      const above = 'groupId' in place ? place.groupId : place.parentId;
      if (above !== null) expect(ids).toContain(above);
      expect(place.id.endsWith(`:${place.number}`)).toBe(true);
    }
  });

  it('cannot be changed by whoever reads them', () => {
    const [control] = controls('2022');
    expect(Object.isFrozen(controls('2022'))).toBe(true);
    expect(Object.isFrozen(control)).toBe(true);
    expect(Object.isFrozen(control?.controlTypes)).toBe(true);
    expect(controls('2022')).toBe(controls('2022'));
  });
});

describe('the register of standards', () => {
  it('holds at least 25 standards, each once, under an id that ends in its edition', () => {
    expect(new Set(standards().map(({ number }) => number)).size).toBeGreaterThanOrEqual(25);
    expect(new Set(standards().map(({ id }) => id)).size).toBe(standards().length);
    for (const { id, edition } of standards()) expect(id.endsWith(`:${edition}`)).toBe(true);
  });

  it('lets an organisation be certified only against requirements addressed to organisations', () => {
    for (const entry of standards().filter(({ certifiable }) => certifiable !== 'NO')) {
      expect(entry).toMatchObject({ kind: 'REQUIREMENTS', addressee: 'ORGANISATION' });
    }
    expect(
      standards()
        .filter(({ certifiable }) => certifiable === 'STAND_ALONE')
        .map(({ id }) => id),
    ).toEqual(['iso20000-1:2018', 'iso22301:2019', 'iso27001:2022', 'iso27701:2025', 'iso42001:2023']);
    expect(standard('iso27701:2019')?.certifiable).toBe('EXTENSION');
  });

  it.each(['iso27002:2022', 'iso27004:2016', 'iso27005:2022', 'iso27006-1:2024', 'iso27009:2020', 'iso27001:2013'])(
    'says why nobody is certified against %s and that 27001:2022 is the one to ask for',
    (id) => {
      expect(standard(id)).toMatchObject({ certifiable: 'NO', useInsteadId: 'iso27001:2022' });
      expect(standard(id)?.certifiableReason).toContain('27001');
    },
  );

  it('names a certifiable standard to use instead of every one that is not', () => {
    for (const { certifiable, useInsteadId } of standards()) {
      if (certifiable === 'NO') expect(standard(useInsteadId ?? '')?.certifiable).toBe('STAND_ALONE');
    }
  });

  it('refuses 27001:2013 with the day on which its transition ended', () => {
    expect(standard('iso27001:2013')).toMatchObject({ status: 'SUPERSEDED' });
    expect(standard('iso27001:2013')?.certifiableReason).toContain('31 October 2025');
    expect(standard('iso27001:2022')?.predecessorId).toBe('iso27001:2013');
  });

  it('refers to predecessors, clauses and controls that exist', () => {
    const places = new Set(['A', ...[...clauses('2022'), ...controls('2022')].map(({ number }) => number)]);
    for (const { predecessorId, helpsWithClauses, helpsWithControls, checkedOn } of standards()) {
      if (predecessorId !== null) expect(standard(predecessorId)).toBeDefined();
      for (const place of [...helpsWithClauses, ...helpsWithControls]) expect(places).toContain(place);
      expect(checkedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });

  it('answers what guides at a clause and at a control', () => {
    const numbers = (place: string) => guidanceFor(place).map(({ number }) => number);
    expect(numbers('9.1')).toEqual(expect.arrayContaining(['ISO/IEC 27004', 'ISO/IEC 27003']));
    expect(numbers('9.2.2')).toEqual(expect.arrayContaining(['ISO/IEC 27007', 'ISO 19011']));
    expect(numbers('A.5.24')).toEqual(['ISO/IEC 27002', 'ISO/IEC 27035-1']);
    for (const { number } of [...clauses('2022'), ...controls('2022')]) expect(numbers(number)).not.toEqual([]);
    expect(guidanceFor('6.1.3').filter(({ status }) => status === 'SUPERSEDED')).toEqual([]);
  });
});

const reference = join(import.meta.dirname, '../../../../shared/reference');
const there = existsSync(join(reference, 'annexa.json'));

(there ? describe : describe.skip)('the reference files (skipped where they are not beside the repository)', () => {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(reference, file), 'utf8')) as T;
  const titled = (place: { number: string; title: string }) => ({ id: place.number, title: place.title });

  it('give the same 93 controls with the same attributes', () => {
    const expected = read<Record<string, string | string[] | boolean>[]>('annexa.json').map((control) => ({
      ...control,
      ...Object.fromEntries(
        Object.entries(control)
          .filter(([, value]) => Array.isArray(value))
          .map(([name, value]) => [name, (value as string[]).map((text) => text.toUpperCase())]),
      ),
      theme: String(control.theme).toUpperCase(),
    }));
    const actual = controls('2022').map(({ id, number, groupId, controlTypes, ...rest }) => ({
      id: number,
      controlType: controlTypes,
      ...rest,
    }));
    expect(actual).toEqual(expected);
  });

  it('give the same 41 clauses', () => {
    expect(clauses('2022').map(titled)).toEqual(read('clauses.json'));
  });

  it('give the same clauses, groups and controls of 2013', () => {
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    const ours = [...clauses('2013'), ...controlGroups('2013'), ...controls('2013')].map(titled);
    expect(ours.sort(byId)).toEqual(read<{ id: string; title: string }[]>('iso27001-2013.json').sort(byId));
  });

  it('give the same mapping', () => {
    expect(
      mapping2013to2022().map(({ sourceId, targetId, relationship }) => [
        unprefixed(sourceId),
        unprefixed(targetId),
        relationship.toLowerCase(),
      ]),
    ).toEqual(read('map2013.json'));
  });
});
