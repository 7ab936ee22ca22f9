import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scenario, startScenario } from './scenario.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/which-standard.md'), 'utf8');

/** The questions of the guide, each with its query and the answer that is printed below it. */
const questions = guide
  .split(/^## /m)
  .slice(1)
  .map((part) => ({
    question: part.split('\n', 1)[0] ?? '',
    query: /^```graphql\n([\s\S]*?)^```/m.exec(part)?.[1] ?? '',
    answer: JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(part)?.[1] ?? 'null') as unknown,
  }));

/** The answer cut to where the guide says `…`. */
function asPrinted(answer: unknown, printed: unknown): unknown {
  if (Array.isArray(printed) && Array.isArray(answer)) {
    const cut = printed.at(-1) === '…';
    const items = (cut ? answer.slice(0, printed.length - 1) : answer).map((item, index) =>
      asPrinted(item, printed[index]),
    );
    return cut && answer.length >= printed.length ? [...items, '…'] : items;
  }
  if (typeof answer !== 'object' || answer === null || typeof printed !== 'object' || printed === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, asPrinted(value, (printed as Record<string, unknown>)[name])]),
  );
}

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
  await scenario.createIsms();
  await scenario.implement();
});
afterAll(() => scenario?.close());

describe('the guide docs/guides/which-standard.md', () => {
  it('asks what everybody asks', () => {
    expect(questions.length).toBeGreaterThanOrEqual(12);
    expect(questions.filter((one) => one.query === '' || one.answer === null)).toEqual([]);
  });

  it.each(questions)('answers: $question', async ({ query, answer }) => {
    expect(asPrinted(await scenario.ask(query), answer)).toEqual(answer);
  });

  it('refuses to certify against guidance, as it says', async () => {
    const { errors } = await scenario.call('{ certificationCheck(standardId: "iso27002:2022") { reason } }');
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'STANDARD_NOT_CERTIFIABLE',
      details: { useInstead: 'iso27001:2022' },
    });
  });
});
