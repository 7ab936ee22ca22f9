import type { RuleResult } from '@annex/schema';
import { newId } from '@annex/service';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

/** The last announced result of a rule for an ISMS. */
async function result(ismsId: string, rule: string): Promise<RuleResult | undefined> {
  const events = await scenario.recorded('annex.controls.conformity.changed.v1');
  return events
    .flatMap((event) => event.rows)
    .filter((row) => row.ismsId === ismsId && row.rule === rule)
    .at(-1);
}

describe('4.3: the scope is documented', () => {
  it('shows a gap while the scope statement is empty, and another while no version with boundaries is approved', async () => {
    const ismsId = await scenario.createIsms({ scope: '  ' });
    expect(await result(ismsId, 'controls.scope-documented')).toMatchObject({
      clause: '4.3',
      basis: 'REQUIREMENT',
      verdict: 'GAP',
      facts: { examined: 1, total: 1, failing: 1 },
      links: [{ kind: 'isms', id: ismsId }],
    });
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { scope } } }', {
      input: { id: ismsId, scope: 'The office in Graz and everything that runs in it.' },
    });
    expect(await result(ismsId, 'controls.scope-documented')).toMatchObject({
      verdict: 'GAP',
      reason: expect.stringContaining('no approved version'),
      version: 2,
      links: [{ kind: 'isms', id: ismsId }],
    });
  });
});

const decide = (ismsId: string, entries: readonly object[]) =>
  scenario.ask('mutation ($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }', {
    input: { ismsId, entries },
  });

describe('6.1.3 b, c and d: the necessary controls, their comparison with Annex A, the statement', () => {
  it('shows three gaps while nothing is decided', async () => {
    const ismsId = await scenario.createIsms();
    expect(await result(ismsId, 'controls.necessary-determined')).toMatchObject({ letter: 'b', verdict: 'GAP' });
    expect(await result(ismsId, 'controls.annex-a-compared')).toMatchObject({
      clause: '6.1.3',
      letter: 'c',
      basis: 'REQUIREMENT',
      verdict: 'GAP',
      facts: { examined: 0, total: 93, failing: 93 },
    });
    expect(await result(ismsId, 'controls.soa-approved')).toMatchObject({ letter: 'd', verdict: 'GAP' });
  });

  it('counts what is decided, and asks for a decision on implemented controls from elsewhere', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: ['A.8.28', 'iso27001:2013:A.14.2.1'] });
    await decide(ismsId, [{ controlId: 'A.8.28', decision: 'NECESSARY', justification: 'We write code.' }]);
    expect(await result(ismsId, 'controls.annex-a-compared')).toMatchObject({ facts: { examined: 1, failing: 92 } });
    expect(await result(ismsId, 'controls.necessary-determined')).toMatchObject({
      verdict: 'GAP',
      facts: { examined: 2, failing: 1 },
    });
    await decide(ismsId, [{ controlId: 'iso27001:2013:A.14.2.1', decision: 'NECESSARY', justification: 'As before.' }]);
    expect(await result(ismsId, 'controls.necessary-determined')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });
});

describe('8.1: implemented controls are verified to operate', () => {
  it('is not assessed while nothing is implemented', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, status: 'PLANNED' });
    expect(await result(ismsId, 'controls.implemented-verified')).toMatchObject({
      verdict: 'NOT_ASSESSED',
      basis: 'OWN_RULE',
      facts: { total: 0 },
    });
  });

  it('shows a gap with the weakest first when a measure falls, and none when it recovers', async () => {
    const ismsId = await scenario.createIsms();
    const measures = [newId(), newId(), newId()] as const;
    const ids: string[] = [];
    for (const measureId of measures) {
      const id = await scenario.implement({ ismsId });
      await scenario.assess(id, 1);
      await scenario.link(id, measureId);
      await scenario.tell(ismsId, measureId, 0.9);
      ids.push(id);
    }
    expect(await result(ismsId, 'controls.implemented-verified')).toMatchObject({
      verdict: 'NO_GAP_FOUND',
      facts: { examined: 3, total: 3, failing: 0 },
    });
    await scenario.tell(ismsId, measures[0], 0.3);
    await scenario.tell(ismsId, measures[1], 0.1);
    const gap = await result(ismsId, 'controls.implemented-verified');
    expect(gap).toMatchObject({ clause: '8.1', verdict: 'GAP', facts: { examined: 3, total: 3, failing: 2 } });
    expect(gap?.links.map((link) => [link.kind, link.id, link.reference])).toEqual([
      ['implementation', ids[1], 'C-0002'],
      ['implementation', ids[0], 'C-0001'],
    ]);
    await scenario.tell(ismsId, measures[0], 0.8);
    await scenario.tell(ismsId, measures[1], 0.5);
    expect(await result(ismsId, 'controls.implemented-verified')).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });
});

it('judges each ISMS by its own facts', async () => {
  const [one, other] = [await scenario.createIsms({ scope: '' }), await scenario.createIsms()];
  await scenario.implement({ ismsId: one });
  expect((await result(one, 'controls.scope-documented'))?.reason).toContain('no scope statement');
  expect((await result(other, 'controls.scope-documented'))?.reason).toContain('has a scope statement');
  expect((await result(other, 'controls.implemented-verified'))?.verdict).toBe('NOT_ASSESSED');
});
