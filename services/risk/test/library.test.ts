import { errorOf } from './assets.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

interface Page {
  nodes: { id: string; title: string }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

const page = async (field: string, filter: object, more = '') => {
  const type = `${{ threats: 'Threat', weaknesses: 'Weakness' }[field] ?? 'ScenarioTemplate'}Filter`;
  const query = `query ($filter: ${type}) { list: ${field}(filter: $filter ${more}) { nodes { id title } totalCount pageInfo { hasNextPage endCursor } } }`;
  return (await register.ask<{ list: Page }>(query, { filter })).list;
};
const ids = ({ nodes }: Page) => nodes.map(({ id }) => id);

describe('the library', () => {
  it('is paged like every list', async () => {
    const first = await page('threats', {}, 'first: 40');
    expect(first).toMatchObject({ pageInfo: { hasNextPage: true } });
    expect(first.totalCount).toBeGreaterThanOrEqual(50);
    const rest = await page('threats', {}, `first: 200, after: "${first.pageInfo.endCursor}"`);
    expect(new Set([...ids(first), ...ids(rest)]).size).toBe(first.totalCount);
    expect((await page('weaknesses', {})).totalCount).toBeGreaterThanOrEqual(60);
    expect((await page('scenarioTemplates', {})).totalCount).toBeGreaterThanOrEqual(25);
  });

  it('is narrowed by what is affected, by text, source, approach, control and what belongs together', async () => {
    expect(ids(await page('threats', { contains: 'RANSOM' }))).toContain('T-RANSOMWARE');
    expect(ids(await page('threats', { contains: 't1566' }))).toEqual(['T-PHISHING']);
    expect(ids(await page('threats', { source: 'NATURE', affects: 'CONFIDENTIALITY' }))).toEqual([]);
    expect(ids(await page('threats', { source: 'NATURE' }))).toContain('T-WATER');
    expect(ids(await page('weaknesses', { contains: 'CWE-89' }))).toEqual(['W-INJECTION-FLAW']);
    expect(ids(await page('weaknesses', { controlId: 'iso27001:2022:A.8.17' }))).toContain('W-TIME-UNSYNCED');
    const templates = await page('scenarioTemplates', { approach: 'ASSET_BASED', assetCategory: 'SITE' });
    expect(ids(templates)).toContain('S-FIRE');
    expect(ids(templates)).not.toContain('S-RANSOMWARE');
    expect(ids(await page('scenarioTemplates', { threatId: 'T-FIRE', weaknessId: 'W-ENVIRONMENT' }))).toEqual([
      'S-FIRE',
    ]);
  });

  it('tells of one entry with what belongs to it', async () => {
    const found = await register.ask(`{
      scenarioTemplate(id: "S-LAPTOP") { approach riskSource assetCategories threat { title sources references { scheme id } templates { id } }
        weaknesses { id } controls { id } } weakness(id: "W-NO-BACKUP") { affects templates { id } } }`);
    expect(found).toMatchObject({
      scenarioTemplate: {
        approach: 'ASSET_BASED',
        riskSource: null,
        assetCategories: ['HARDWARE'],
        threat: { title: 'Laptop or telephone lost', sources: ['HUMAN_ERROR'], templates: [{ id: 'S-LAPTOP' }] },
        weaknesses: [{ id: 'W-UNENCRYPTED-DEVICE' }, { id: 'W-NO-BACKUP' }],
      },
      weakness: { affects: ['AVAILABILITY'] },
    });
  });

  it.each(['threat', 'weakness', 'scenarioTemplate'])('knows no %s of another name', async (field) => {
    expect(errorOf(await register.call(`{ ${field}(id: "X-1") { id } }`)).code).toBe('NOT_FOUND');
  });
});
