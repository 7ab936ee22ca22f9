import {
  claimsOf,
  controlKey,
  definitionKey,
  frameworkPublished,
  frameworkReferred,
  namesOf,
  sourcesOf,
  titleOf,
  uuidsAmong,
} from './component.ts';

const uuid = '11111111-1111-4111-8111-00000000000a';
const requirement = (id: string, more: object = {}) => ({ uuid, 'control-id': id, description: `As ${id}`, ...more });
const implementation = (source: string, ...requirements: ReturnType<typeof requirement>[]) => ({
  ...{ uuid, source, description: '' },
  'implemented-requirements': requirements,
});

describe('the claims of a component', () => {
  it('stand in the order of the document, each with the framework of its source', () => {
    const statement = { uuid, 'statement-id': 's', description: '' };
    const claims = claimsOf(
      {
        'control-implementations': [
          implementation('x', requirement('AC-2'), requirement('ac-1', { statements: [statement, statement] })),
          implementation('y', requirement('ac-1')),
        ],
      },
      (source) => (source === 'x' ? 'nist:5' : null),
    );
    expect(claims).toEqual([
      {
        ...{ source: 'x', framework: 'nist:5', controlId: 'AC-2', controlKey: 'ac-2' },
        description: 'As AC-2',
        statements: 0,
      },
      {
        ...{ source: 'x', framework: 'nist:5', controlId: 'ac-1', controlKey: 'ac-1' },
        description: 'As ac-1',
        statements: 2,
      },
      {
        ...{ source: 'y', framework: null, controlId: 'ac-1', controlKey: 'ac-1' },
        description: 'As ac-1',
        statements: 0,
      },
    ]);
    expect(claimsOf({}, () => null)).toEqual([]);
  });

  it('tell at most 20,000 characters of how, and never half a character', () => {
    const description = `${'y'.repeat(19_999)}😀`;
    const [claim] = claimsOf(
      { 'control-implementations': [implementation('x', requirement('a', { description }))] },
      () => null,
    );
    expect(claim?.description).toHaveLength(20_000);
    expect(claim?.description.isWellFormed()).toBe(true);
  });

  it('name controls in any case, and enhancements as NIST prints or writes them', () => {
    expect(['AC-2(3)', 'ac-2.3', 'Ac-2.3'].map(controlKey)).toEqual(['ac-2.3', 'ac-2.3', 'ac-2.3']);
    expect(controlKey('A.8.28')).toBe('a.8.28');
  });
});

describe('a source', () => {
  const backMatter = {
    resources: [
      {
        uuid: uuid.toUpperCase(),
        title: 'A catalogue',
        rlinks: [{ href: '../catalog.json' }],
        'document-ids': [{ identifier: 'urn:uuid:22222222-2222-4222-8222-222222222222' }],
      },
    ],
  };

  it('within the document is known by what its resource says of itself', () => {
    expect(namesOf(`#${uuid}`, backMatter)).toEqual([
      '../catalog.json',
      'urn:uuid:22222222-2222-4222-8222-222222222222',
      uuid,
    ]);
    expect(uuidsAmong(namesOf(`#${uuid}`, backMatter))).toEqual(['22222222-2222-4222-8222-222222222222', uuid]);
    expect(titleOf(`#${uuid}`, backMatter)).toBe('A catalogue');
    expect(namesOf('../catalog.json', backMatter)).toEqual(['../catalog.json']);
    expect(titleOf('../catalog.json', undefined)).toBe('../catalog.json');
  });

  it.each([
    [
      'https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json',
      'sp800-53:r5',
    ],
    ['../NIST_SP-800-53_rev5_MODERATE-baseline_profile.json', 'sp800-53:r5'],
    ['NIST_SP-800-53_rev4_catalog.json', null],
    ['https://example.org/NIST_SP-800-53_rev5_x/catalog.json', null],
    ['NIST_CSF_v2.0_catalog.json', 'csf:2.0'],
  ])('%s is of %s', (href, framework) => {
    expect(frameworkPublished(['x', href])).toBe(framework);
  });

  it('that is a reference of ours names its framework', () => {
    expect(frameworkReferred(['x', 'urn:annex:framework:acme:1'])).toBe('acme:1');
    expect(frameworkReferred(['x'])).toBeNull();
  });

  it('is listed once', () => {
    const component = { uuid, type: 't', title: 't', description: '' };
    const definition = {
      uuid,
      metadata: { title: 't', 'last-modified': '', version: '', 'oscal-version': '' },
      components: [
        { ...component, 'control-implementations': [implementation('y'), implementation('x')] },
        { ...component, 'control-implementations': [implementation('y')] },
        component,
      ],
    };
    expect(sourcesOf(definition)).toEqual(['y', 'x']);
  });
});

it('a key has small letters, digits and hyphens', () => {
  expect(definitionKey('acme-database-2')).toBe('acme-database-2');
  for (const given of [undefined, '', 'A', 'a', '2a', 'a b', 'ä-b', ['a-b'], 'a'.repeat(41)]) {
    expect(() => definitionKey(given)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  }
});
