import { controls, standards } from '@annex/catalogues';
import {
  certifiableStandard,
  clauseOf,
  controlOf,
  filterControls,
  filterStandards,
  inCatalogueOrder,
  pageOf,
  whyNotCertifiable,
} from './catalogue.ts';

describe('identifiers', () => {
  it('take the short form for the current edition', () => {
    expect(controlOf('A.8.28')?.id).toBe('iso27001:2022:A.8.28');
    expect(clauseOf('6.1.3')?.id).toBe('iso27001:2022:6.1.3');
    expect(controlOf('iso27001:2013:A.9.4.5')?.theme).toBeNull();
    expect(controlOf('A.9.4.5')).toBeUndefined();
  });

  it('are ordered as the standard orders them', () => {
    const ids = ['iso27001:2022:A.5.10', 'iso27001:2022:A.8.1', 'iso27001:2022:A.5.9'];
    expect(inCatalogueOrder(ids)).toEqual(['iso27001:2022:A.5.9', 'iso27001:2022:A.5.10', 'iso27001:2022:A.8.1']);
  });
});

describe('controls', () => {
  it('are filtered by theme and by each attribute, all at once', () => {
    expect(filterControls('2022', {})).toHaveLength(93);
    expect(filterControls('2022', { theme: 'PEOPLE' })).toHaveLength(8);
    const found = filterControls('2022', {
      theme: 'TECHNOLOGICAL',
      controlType: 'PREVENTIVE',
      informationSecurityProperty: 'INTEGRITY',
      cybersecurityConcept: 'PROTECT',
      operationalCapability: 'APPLICATION_SECURITY',
      securityDomain: 'PROTECTION',
    });
    expect(found.map((control) => control.number)).toContain('A.8.28');
    for (const control of found) expect(control.operationalCapabilities).toContain('APPLICATION_SECURITY');
  });

  it('are read page by page without a gap or a repeat', () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: ReturnType<typeof pageOf<{ id: string }>> = pageOf(controls('2022'), 20, after);
      seen.push(...page.nodes.map((control) => control.id));
      expect(page.totalCount).toBe(93);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(controls('2022').map((control) => control.id));
  });

  it('refuse a page size out of range and a cursor that is none', () => {
    expect(() => pageOf(controls('2022'), 0, null)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => pageOf(controls('2022'), 201, null)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => pageOf(controls('2022'), 5, 'nowhere')).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});

describe('what may be certified', () => {
  it.each(['iso27001:2022', 'iso27701:2025', 'iso22301:2019', 'iso20000-1:2018', 'iso42001:2023'])(
    'is %s, by itself',
    (id) => {
      expect(certifiableStandard(id).certifiable).toBe('STAND_ALONE');
      expect(whyNotCertifiable(certifiableStandard(id))).toBeNull();
    },
  );

  it('is 27701 of 2019 as an extension only, and says so', () => {
    const one = certifiableStandard('iso27701:2019');
    expect(one.certifiable).toBe('EXTENSION');
    expect(whyNotCertifiable(one)).toMatch(/27001/);
  });

  it.each([
    'iso27002:2022',
    'iso27004:2016',
    'iso27005:2022',
    'iso27006-1:2024',
    'iso27009:2020',
    'iso27017:2015',
    'iso27001:2013',
  ])('is not %s: the refusal says why and what to use instead', (id) => {
    expect(() => certifiableStandard(id)).toThrow(
      expect.objectContaining({
        code: 'STANDARD_NOT_CERTIFIABLE',
        details: expect.objectContaining({ useInstead: 'iso27001:2022', reason: expect.stringMatching(/.{20,}/) }),
      }),
    );
  });

  it('covers the whole register, each standard either certifiable or refused with a reason', () => {
    expect(filterStandards({})).toHaveLength(standards().length);
    const allowed = filterStandards({ certifiable: 'STAND_ALONE' }).concat(
      filterStandards({ certifiable: 'EXTENSION' }),
    );
    for (const one of allowed) expect([one.kind, one.addressee]).toEqual(['REQUIREMENTS', 'ORGANISATION']);
    expect(filterStandards({ kind: 'GUIDANCE', certifiable: 'STAND_ALONE' })).toEqual([]);
  });

  it('knows nothing of a standard that the register does not hold', () => {
    expect(() => certifiableStandard('iso99999:2026')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
