import { clauses, controlGuidance, controls, requirement, requirements } from '../src/index.ts';
import { lengths, type Placed, repetitions, verbFirst } from './quality.ts';

const guided = controls('2022').map((control) => ({ control, guidance: controlGuidance(control.id) }));
const guidance = guided.flatMap((one) => (one.guidance ? [one.guidance] : []));

const placed = (place: string, texts: string | readonly string[]): Placed[] =>
  [texts].flat().map((text, index) => ({ place: `${place}[${index}]`, text }));

describe('the guidance on the 93 controls', () => {
  it('is there for each of them, and for nothing else', () => {
    expect(guided.filter((one) => !one.guidance).map((one) => one.control.number)).toEqual([]);
    expect(guidance).toHaveLength(93);
  });

  it('has 4 to 8 steps, each of which begins by saying what to do', () => {
    const steps = guidance.flatMap((one) => placed(`${one.id} step`, one.steps));
    expect(steps.flatMap(verbFirst)).toEqual([]);
    expect(guidance.filter(({ steps: { length } }) => length < 4 || length > 8).map(({ id }) => id)).toEqual([]);
  });

  it('keeps to its lengths: nothing empty, nothing that nobody reads', () => {
    const objections = guidance.flatMap((one) => [
      ...placed(`${one.id} purpose`, one.purpose).flatMap((text) => lengths(text, 60, 260)),
      ...placed(`${one.id} step`, one.steps).flatMap((text) => lengths(text, 50, 300)),
      ...placed(`${one.id} evidence`, one.evidence).flatMap((text) => lengths(text, 15, 170)),
      ...placed(`${one.id} question`, one.auditQuestions).flatMap((text) => lengths(text, 30, 220)),
      ...placed(`${one.id} scaling`, Object.values(one.scaling)).flatMap((text) => lengths(text, 80, 420)),
      ...placed(`${one.id} need`, one.measure.informationNeed).flatMap((text) => lengths(text, 30, 220)),
      ...(one.evidence.length >= 3 && one.auditQuestions.length >= 3 ? [] : [`${one.id} has too few of a kind`]),
    ]);
    expect(objections).toEqual([]);
  });

  it('says nothing twice, nor nearly', () => {
    const texts = guidance.flatMap((one) => [
      ...placed(`${one.id} purpose`, one.purpose),
      ...placed(`${one.id} step`, one.steps),
      ...placed(`${one.id} evidence`, one.evidence),
      ...placed(`${one.id} question`, one.auditQuestions),
      ...placed(`${one.id} scaling`, Object.values(one.scaling)),
    ]);
    expect(texts.length).toBeGreaterThan(1500);
    expect(repetitions(texts)).toEqual([]);
  });

  it('suggests measures that can be set up as they stand', () => {
    for (const { measure } of guidance) {
      expect(measure.target).not.toBe(measure.worst);
      expect(measure.frequency).toMatch(/^P(1D|1W|1M|3M|6M|1Y)$/);
      expect(measure.unit).not.toBe('');
    }
  });
});

describe('the requirements of clauses 4 to 10', () => {
  const letters: Record<string, string> = {
    '4.2': 'abc',
    '4.3': 'abc',
    '5.1': 'abcdefgh',
    '5.2': 'abcdefg',
    '5.3': 'ab',
    '6.1.1': 'abcde',
    '6.1.2': 'abcde',
    '6.1.3': 'abcdef',
    '6.2': 'abcdefghijkl',
    '7.2': 'abcd',
    '7.3': 'abc',
    '7.4': 'abcd',
    '7.5.1': 'ab',
    '7.5.2': 'abc',
    '7.5.3': 'abcdef',
    '9.1': 'abcdef',
    '9.2.1': 'ab',
    '9.2.2': 'abc',
    '9.3.2': 'abcdefg',
    '10.2': 'abcdefg',
  };

  it('are said for every clause and every lettered item, in the order of the standard', () => {
    const expected = clauses('2022').flatMap(({ id, number }) => [
      id,
      ...[...(letters[number] ?? '')].map((letter) => `${id}.${letter}`),
    ]);
    expect(requirements().map(({ id }) => id)).toEqual(expected);
    expect(expected).toHaveLength(139);
  });

  it('name the documented information that certification audits ask for, each at its place', () => {
    const demanding = requirements()
      .filter((one) => one.documentedInformation.length > 0)
      .map(({ id }) => id.replace('iso27001:2022:', ''));
    for (const place of [
      '4.3',
      '5.2.e',
      '6.1.2',
      '6.1.3.d',
      '6.1.3.e',
      '6.2',
      '7.2.d',
      '8.1',
      '8.2',
      '8.3',
      '9.1',
      '9.2.2',
      '9.3.3',
      '10.2.f',
      '10.2.g',
    ])
      expect(demanding).toContain(place);
    expect(requirement('iso27001:2022:4.1')?.documentedInformation).toEqual([]);
  });

  it('know the amendment of 2024: whether climate change matters is determined', () => {
    expect(requirement('iso27001:2022:4.1')?.demand).toMatch(/climate/i);
    expect(JSON.stringify(requirement('iso27001:2022:4.2'))).toMatch(/climate/i);
  });

  it('keep to their lengths and say nothing twice', () => {
    const all = requirements();
    const texts = all.flatMap((one) => [
      ...placed(`${one.id} demand`, one.demand),
      ...placed(`${one.id} mistake`, one.mistakes),
      ...placed(`${one.id} question`, one.auditQuestions),
    ]);
    expect(repetitions(texts)).toEqual([]);
    expect(all.flatMap((one) => placed(one.id, one.demand).flatMap((text) => lengths(text, 40, 600)))).toEqual([]);
    expect(
      all.filter((one) => one.owner === '' || one.evidence.length === 0 || one.auditQuestions.length === 0),
    ).toEqual([]);
  });
});

describe('the test of quality', () => {
  const step = (text: string): Placed => ({ place: 'here', text });
  it('objects to a step without a verb at its start', () => {
    expect(verbFirst(step('The owner reviews the rules every month.'))).toHaveLength(1);
    expect(verbFirst(step('Reviewing is done every month.'))).toHaveLength(1);
    expect(verbFirst(step('Review the rules every month.'))).toEqual([]);
  });
  it('objects to a text that is another one with a few words changed', () => {
    const said =
      'Review the firewall rules every month, remove those without an owner, and keep the record of the review.';
    const again = said.replace('month', 'quarter').replace('firewall', 'router');
    expect(repetitions([step(said), step(again)])).toHaveLength(1);
    expect(repetitions([step(said), step(said)])).toHaveLength(1);
  });
  it('objects to what is empty, short, long or spaced by accident', () => {
    expect(lengths(step(''), 10, 20)).toHaveLength(1);
    expect(lengths(step('x'.repeat(21)), 10, 20)).toHaveLength(1);
    expect(lengths(step('two  spaces here'), 10, 20)).toHaveLength(1);
  });
});
