import {
  checkDecider,
  checkDraft,
  checkTransition,
  refuseIncomplete,
  refuseNamed,
  type ScopeContent,
  type ScopeStatus,
  scopeContent,
} from './scope.ts';

const statuses: ScopeStatus[] = ['DRAFT', 'IN_REVIEW', 'APPROVED', 'SUPERSEDED'];
const empty: ScopeContent = {
  ...{ statement: '', boundaries: '', considered: '' },
  ...{ siteIds: [], processIds: [], interfaces: [], dependencies: [], exclusions: [] },
};
const refusing = (run: () => unknown) => {
  try {
    run();
    return false;
  } catch {
    return true;
  }
};

describe('the status of a scope version', () => {
  it('goes from draft to review to approved to superseded, and from review back to draft', () => {
    const allowed = statuses.flatMap((from) =>
      statuses.filter((to) => !refusing(() => checkTransition('x', from, to))).map((to) => `${from} ${to}`),
    );
    expect(allowed).toEqual(['DRAFT IN_REVIEW', 'IN_REVIEW DRAFT', 'IN_REVIEW APPROVED', 'APPROVED SUPERSEDED']);
  });

  it('lets nothing but a draft be changed, and says what to do instead', () => {
    const version = (status: ScopeStatus) => ({ id: 'x', number: 2, status });
    expect(() => checkDraft(version('DRAFT'))).not.toThrow();
    expect(() => checkDraft(version('IN_REVIEW'))).toThrow('take it back');
    expect(() => checkDraft(version('APPROVED'))).toThrow('draft a new version');
    expect(() => checkDraft(version('SUPERSEDED'))).toThrow('never changes');
  });
});

describe('who decides on a version', () => {
  const version = { authors: ['person:anna', 'key:1'], submittedBy: 'person:ben' };

  it('is a person who neither wrote nor submitted it', () => {
    expect(checkDecider('cara', version)).toBe('person:cara');
    for (const person of ['anna', 'ben', undefined]) {
      expect(() => checkDecider(person, version)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    }
  });
});

describe('what a version says', () => {
  const known = (_kind: string, id: string) => id.startsWith('k');

  it('keeps what is left out, and takes each site and process once', () => {
    const before = { ...empty, statement: 'All.', siteIds: ['old'] };
    expect(scopeContent({ boundaries: ' The office. ', processIds: ['k1', 'k2', 'k1'] }, before, known)).toEqual({
      ...before,
      boundaries: 'The office.',
      processIds: ['k1', 'k2'],
    });
  });

  it('names every site and process that is unknown by its place', () => {
    const dependencies = [{ name: 'Hosting' }, { name: 'Sales', processId: 'x3' }];
    expect(() => scopeContent({ siteIds: ['k1', 'x1'], processIds: ['x2'], dependencies }, empty, known)).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        faults: [
          { field: 'input.siteIds.1', given: 'x1', allowed: 'must be a site of the same ISMS' },
          { field: 'input.processIds.0', given: 'x2', allowed: 'must be a process of the same ISMS' },
          { field: 'input.dependencies.1.processId', given: 'x3', allowed: 'must be a process of the same ISMS' },
        ],
      }),
    );
  });

  it('needs a reason for each exclusion and a name for each interface', () => {
    expect(() => scopeContent({ exclusions: [{ what: 'The shop', reason: ' ' }] }, empty, known)).toThrow(
      'input.exclusions.0.reason',
    );
    expect(() => scopeContent({ interfaces: [{ name: '', description: 'x' }] }, empty, known)).toThrow(
      'input.interfaces.0.name',
    );
  });

  it('takes at most 500 of each', () => {
    const many = Array.from({ length: 501 }, (_, index) => `k${index}`);
    expect(() => scopeContent({ siteIds: many }, empty, known)).toThrow('at most 500');
  });

  it('must have statement, boundaries and what was considered before others look at it', () => {
    expect(() => refuseIncomplete({ statement: 'All.', boundaries: '', considered: '' })).toThrow(
      expect.objectContaining({
        code: 'STATE_CONFLICT',
        faults: [expect.objectContaining({ field: 'boundaries' }), expect.objectContaining({ field: 'considered' })],
      }),
    );
    expect(() => refuseIncomplete({ statement: 'All.', boundaries: 'B', considered: 'C' })).not.toThrow();
  });
});

it('keeps a site that versions name, and names them', () => {
  expect(() => refuseNamed('Site', { id: 'x', name: 'Graz' }, [])).not.toThrow();
  expect(() => refuseNamed('Site', { id: 'x', name: 'Graz' }, [{ id: 'v', number: 3, status: 'APPROVED' }])).toThrow(
    'Graz stays while the scope names it: version 3 (APPROVED)',
  );
});
