import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { controls } from '@annex/catalogues';
import { scenarioTemplates, threats, weaknesses } from '@annex/threats';

const parts = [
  ['threats.json', threats, 50, /^T-[A-Z0-9-]+$/],
  ['weaknesses.json', weaknesses, 60, /^W-[A-Z0-9-]+$/],
  ['scenarios.json', scenarioTemplates, 25, /^S-[A-Z0-9-]+$/],
] as const;
const known = new Set(controls('2022').map((control) => control.id));
const textsOf = (entry: object) =>
  Object.entries(entry).filter(
    ([field, value]) => typeof value === 'string' && !['id', 'approach', 'threatId'].includes(field),
  ) as [string, string][];

describe.each(parts)('%s', (file, entries, atLeast, pattern) => {
  const all = [...entries.values()];

  it(`has at least ${atLeast} entries, each with an id of its own`, () => {
    const written = JSON.parse(readFileSync(join(import.meta.dirname, '../data', file), 'utf8')) as { id: string }[];
    expect(written.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(written.map(({ id }) => id)).size).toBe(written.length);
    expect(written.filter(({ id }) => !pattern.test(id))).toEqual([]);
  });

  it('names controls that Annex A has, each once, and what each entry affects', () => {
    for (const { id, controlIds, affects } of all) {
      expect([id, controlIds.filter((control) => !known.has(control))]).toEqual([id, []]);
      expect([id, new Set(controlIds).size]).toEqual([id, controlIds.length]);
      expect([id, controlIds.length > 0, affects.length > 0]).toEqual([id, true, true]);
    }
  });

  it('says something of its own in every text, in sentences', () => {
    const seen = new Map<string, string>();
    for (const entry of all) {
      for (const [field, text] of textsOf(entry)) {
        const place = `${entry.id} ${field}`;
        expect([place, text.trim() === text && text.length > (field === 'title' ? 8 : 15)]).toEqual([place, true]);
        if (['description', 'scenario', 'consequence'].includes(field)) {
          expect([place, /[.?]$/.test(text) && text.length >= 40]).toEqual([place, true]);
        }
        expect([place, seen.get(text)]).toEqual([place, undefined]);
        seen.set(text, place);
      }
    }
  });
});

describe('references', () => {
  const forms = { MITRE_ATTACK: /^T\d{4}(\.\d{3})?$/, CWE: /^CWE-\d+$/, BSI_ELEMENTARY_THREAT: /^G 0\.\d+$/ };

  it('have the form of their scheme, each once an entry', () => {
    for (const { id, references } of [...threats.values(), ...weaknesses.values()]) {
      const names = references.map((one) => `${one.scheme} ${one.id}`);
      expect([id, references.filter((one) => !forms[one.scheme].test(one.id))]).toEqual([id, []]);
      expect([id, new Set(names).size]).toEqual([id, names.length]);
    }
  });

  it('to elementary threats of the BSI stay within the 47 that there are', () => {
    const numbers = [...threats.values()].flatMap(({ references }) =>
      references.flatMap((one) => (one.scheme === 'BSI_ELEMENTARY_THREAT' ? [Number(one.id.slice(4))] : [])),
    );
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(47);
  });
});

describe('a scenario template', () => {
  it.each([...scenarioTemplates.values()].map((one) => [one.id, one] as const))('%s fits together', (_, one) => {
    expect(threats.get(one.threatId)).toBeDefined();
    expect(one.weaknessIds.filter((id) => !weaknesses.has(id))).toEqual([]);
    expect(one.weaknessIds.length).toBeGreaterThan(0);
    const affected = threats.get(one.threatId)?.affects ?? [];
    expect(one.affects.some((property) => affected.includes(property))).toBe(true);
    const byEvent = [one.riskSource, one.desiredEndState, one.path];
    expect(byEvent.every((text) => (text === null) === (one.approach === 'ASSET_BASED'))).toBe(true);
    expect(one.assetCategories.length > 0).toBe(one.approach === 'ASSET_BASED');
  });

  it('is there for both approaches', () => {
    for (const approach of ['EVENT_BASED', 'ASSET_BASED'])
      expect([...scenarioTemplates.values()].filter((one) => one.approach === approach).length).toBeGreaterThan(10);
  });
});

describe('what is there', () => {
  it('is used: each threat kind of source occurs, and no weakness affects nothing', () => {
    const sources = new Set([...threats.values()].flatMap((threat) => threat.sources));
    expect([...sources].sort()).toEqual([
      'ADVERSARY',
      'HUMAN_ERROR',
      'INSIDER',
      'NATURE',
      'SUPPLIER',
      'TECHNICAL_FAILURE',
    ]);
  });
});
