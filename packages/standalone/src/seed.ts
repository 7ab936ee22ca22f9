import { implementations, leftOut, measures, people, risks } from './example.ts';

/** How the seed asks: one GraphQL operation as the administrator of the new tenant. @throws Error with what was answered */
export type Ask = <R>(document: string, variables: Record<string, unknown>) => Promise<R>;

type Payload<Name extends string, Thing extends string> = {
  readonly [N in Name]: { readonly [T in Thing]: { readonly id: string; readonly version: number } };
};

/**
 * Fills a new tenant with the example, through the same API as everybody uses.
 * @param untilProjected resolves when the services have heard of what was made so far
 */
export async function seedExample(
  ask: Ask,
  administratorId: string,
  untilProjected: () => Promise<void>,
): Promise<void> {
  const personIds = new Map<string, string>([['amara', administratorId]]);
  for (const { key, ...input } of people) {
    const made = await ask<Payload<'createPerson', 'person'>>(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id version } } }',
      { input },
    );
    personIds.set(key, made.createPerson.person.id);
  }
  const isms = (
    await ask<Payload<'createIsms', 'isms'>>(
      'mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id version } } }',
      {
        input: {
          name: 'Harbour platform',
          description: 'The ISMS of the products and of the people who make and run them',
          scope:
            'Development and operation of the harbour platform at the Gothenburg office, including its hosting; without the terminals’ own networks',
        },
      },
    )
  ).createIsms.isms;
  await untilProjected();

  const measureIds = new Map<string, string>();
  for (const { key, value, ...input } of measures) {
    const made = await ask<Payload<'createMeasure', 'measure'>>(
      'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id version } } }',
      { input: { ...input, ismsId: isms.id } },
    );
    measureIds.set(key, made.createMeasure.measure.id);
    if (value !== undefined) {
      await ask(
        'mutation($input: RecordMeasurementInput!) { recordMeasurement(input: $input) { measurement { id } } }',
        {
          input: { measureId: made.createMeasure.measure.id, value },
        },
      );
    }
  }
  await untilProjected();

  const implementationIds = new Map<string, string>();
  for (const { key, owner, controls, design, measure, ...input } of implementations) {
    const { id } = (
      await ask<Payload<'createImplementation', 'implementation'>>(
        'mutation($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id version } } }',
        {
          input: {
            ...input,
            ismsId: isms.id,
            ownerId: personIds.get(owner),
            controlIds: controls.map((control) => `iso27001:2022:${control}`),
          },
        },
      )
    ).createImplementation.implementation;
    implementationIds.set(key, id);
    if (design !== undefined) {
      await ask('mutation($input: AssessDesignInput!) { assessDesign(input: $input) { implementation { id } } }', {
        input: { implementationId: id, conclusion: design, reason: 'Compared with what the risks need, at the start' },
      });
    }
    if (measure !== undefined) {
      await ask('mutation($input: LinkMeasureInput!) { linkMeasure(input: $input) { implementation { id } } }', {
        input: { implementationId: id, measureId: measureIds.get(measure), role: 'EFFECTIVENESS' },
      });
    }
  }
  await untilProjected();

  for (const { owner, links, likelihood, consequence, ...input } of risks) {
    await ask('mutation($input: CreateRiskInput!) { createRisk(input: $input) { risk { id } } }', {
      input: {
        ...input,
        ismsId: isms.id,
        ownerId: owner === null ? null : personIds.get(owner),
        inherentLikelihood: likelihood,
        inherentConsequence: consequence,
        links: links.map(({ to, ...effects }) => ({ implementationId: implementationIds.get(to), ...effects })),
      },
    });
  }
  await untilProjected();

  await ask('mutation($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }', {
    input: {
      ismsId: isms.id,
      entries: [
        ...implementations.flatMap(({ title, controls }) =>
          controls.map((controlId) => ({ controlId, decision: 'NECESSARY', justification: `Done by: ${title}` })),
        ),
        ...leftOut.map((one) => ({ ...one, decision: 'NOT_NECESSARY' })),
      ],
    },
  });
  await untilProjected();
}
