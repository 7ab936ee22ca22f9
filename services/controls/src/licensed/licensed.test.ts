import { inLanguage, isLicensed, languageTag } from './licensed.ts';

describe('the language of a text', () => {
  it('is written in one way, however it is given', () => {
    expect(['EN', 'de-ch', 'zh-hans-cn'].map((one) => languageTag('language', one))).toEqual([
      'en',
      'de-CH',
      'zh-Hans-CN',
    ]);
  });

  it.each(['', 'e', 'en_GB', 'english language', 'x'.repeat(40)])('is refused as %p', (given) => {
    expect(() => languageTag('input.language', given)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', faults: [expect.objectContaining({ field: 'input.language' })] }),
    );
  });

  it('is the one asked for, otherwise English, otherwise the first by name', () => {
    const texts = [{ language: 'fr' }, { language: 'en-GB' }, { language: 'de' }];
    expect(inLanguage(texts, 'fr')?.language).toBe('fr');
    expect(inLanguage(texts, 'it')).toBeUndefined();
    expect(inLanguage(texts, null)?.language).toBe('en-GB');
    expect(inLanguage(texts.slice(0, 1).concat(texts.slice(2)), undefined)?.language).toBe('de');
    expect(inLanguage([], null)).toBeUndefined();
  });
});

it('lets a text be shown until its licence ends, and not at that moment', () => {
  const end = new Date('2027-01-01T00:00:00Z');
  expect(isLicensed({ licensedUntil: end }, new Date('2026-12-31T23:59:59.999Z'))).toBe(true);
  expect(isLicensed({ licensedUntil: end }, end)).toBe(false);
  expect(isLicensed({ licensedUntil: null }, new Date('2999-01-01'))).toBe(true);
});
