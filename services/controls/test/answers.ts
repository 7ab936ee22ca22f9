import type { RuleResult } from '@annex/schema';
import type { Scenario } from './scenario.ts';

export type Caller = Parameters<Scenario['call']>[2];
type Answer = Awaited<ReturnType<Scenario['call']>>;

/** Code, details and faults of the first error of an answer. */
export const error = (answer: Answer) => answer.errors?.[0]?.extensions;

/** The last announced result of a rule for an ISMS. */
export async function lastResult(scenario: Scenario, ismsId: string, rule: string): Promise<RuleResult | undefined> {
  return (await scenario.recorded('annex.controls.conformity.changed.v1'))
    .flatMap((event) => event.rows)
    .filter((row) => row.ismsId === ismsId && row.rule === rule)
    .at(-1);
}

/** Retires an ISMS: nothing that belongs to it changes any more. */
export const retire = (scenario: Scenario, ismsId: string) =>
  scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
    input: { id: ismsId, status: 'RETIRED' },
  });
