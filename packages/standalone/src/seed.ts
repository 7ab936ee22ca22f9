import { exampleIncident } from './example.incident.ts';
import { registerReview, roundsAfterReview, roundsBeforeReview } from './example.monitoring.ts';
import { planningRounds, type Rounds, type Step } from './example.planning.ts';
import { implementations, leftOut, measures, people, riskIndicator, riskProcesses, risks } from './example.ts';

/** How the seed asks: one GraphQL operation as a person of the new tenant. @throws Error with what was answered */
export type Ask = <R>(document: string, variables: Record<string, unknown>) => Promise<R>;

/** Who the seed asks as. What the administrator asked is done once, also where a start that was killed is repeated. */
export interface Askers {
  readonly administrator: Ask;
  readonly administratorId: string;
  /** Asks as another person, where two have to agree (four eyes). */
  readonly as: (personId: string) => Promise<Ask>;
}

type Payload<Name extends string, Thing extends string> = {
  readonly [N in Name]: { readonly [T in Thing]: { readonly id: string; readonly version: number } };
};

/**
 * Fills a new tenant with the example, through the same API as everybody uses.
 * @param untilProjected resolves when the services have heard of what was made so far
 */
export async function seedExample(askers: Askers, untilProjected: () => Promise<void>): Promise<void> {
  const { administrator: ask, administratorId } = askers;
  const personIds = new Map<string, string>([['amara', administratorId]]);
  for (const { key, ...input } of people) {
    const made = await ask<Payload<'createPerson', 'person'>>(
      'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id version } } }',
      { input },
    );
    personIds.set(key, made.createPerson.person.id);
  }
  const isms = (
    await ask<{ createIsms: { isms: { id: string; createdAt: string } } }>(
      'mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id createdAt } } }',
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

  await documentProcesses(ask, isms.id);
  const riskIds = new Map<string, string>();
  for (const { key, owner, links, likelihood, consequence, ...input } of risks) {
    const made = await ask<Payload<'createRisk', 'risk'>>(
      'mutation($input: CreateRiskInput!) { createRisk(input: $input) { risk { id version } } }',
      {
        input: {
          ...input,
          ismsId: isms.id,
          ownerId: owner === null ? null : personIds.get(owner),
          inherentLikelihood: likelihood,
          inherentConsequence: consequence,
          links: links.map(({ to, ...effects }) => ({ implementationId: implementationIds.get(to), ...effects })),
        },
      },
    );
    riskIds.set(key, made.createRisk.risk.id);
  }
  const { owner: watcher, ...watched } = riskIndicator;
  await ask(
    'mutation($input: CreateRiskIndicatorInput!) { createRiskIndicator(input: $input) { riskIndicator { id } } }',
    {
      input: { ...watched, ismsId: isms.id, ownerId: personIds.get(watcher) },
    },
  );
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

  const made = new Map<string, string>();
  const known = (kind: string, ids: ReadonlyMap<string, string>) => (key: string) => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`The example has no ${kind} ${key}`);
    return id;
  };
  // Counted from a moment that a repeat reads again, so that it asks for the same.
  const day = (offset: number) => new Date(Date.parse(isms.createdAt) + offset * 86_400_000).toISOString();
  const take = async (rounds: Rounds) => {
    for (const round of rounds) {
      const steps = round({
        ismsId: isms.id,
        day,
        person: known('person', personIds),
        measure: known('measure', measureIds),
        implementation: known('implementation', implementationIds),
        risk: known('risk', riskIds),
        made: known('thing', made),
      });
      for (const [name, id] of await takeSteps(ask, steps)) made.set(name, id);
    }
  };
  await take(planningRounds);
  await recordIncident(ask, {
    ismsId: isms.id,
    day,
    riskId: known('risk', riskIds)(exampleIncident.risk),
    handlerId: known('person', personIds)(exampleIncident.handler),
  });
  await approveException(await askers.as(known('person', personIds)('sofia')), known('thing', made)('oldTerminals'));
  await untilProjected();
  await take(roundsBeforeReview);
  await assessRisks(
    await askers.as(known('person', personIds)(registerReview.lead)),
    risks.filter(({ key }) => !registerReview.leftOut.includes(key)).map(({ key }) => known('risk', riskIds)(key)),
  );
  await take(roundsAfterReview);
  await untilProjected();
}

/** Writes down how risks are assessed and treated, beside the criteria that every ISMS starts with. */
async function documentProcesses(ask: Ask, ismsId: string): Promise<void> {
  const { riskCriteria } = await ask<{ riskCriteria: Readonly<Record<string, unknown>> }>(
    `query($ismsId: UUID) { riskCriteria(ismsId: $ismsId) { name currency floorFrequency floorLoss appetite matrix
       likelihoods { name lower upper representative } consequences { name lower upper representative } levels { name rule authority } } }`,
    { ismsId },
  );
  // Those of the first version, so that a start that is repeated asks for the same.
  await ask('mutation($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { id } } }', {
    input: { ...riskCriteria, ...riskProcesses, ismsId, expectedVersion: 1 },
  });
}

/** Several mutations in one request, one after the other. @returns the identifiers of what they made, by name */
async function takeSteps(ask: Ask, steps: readonly Step[]): Promise<Map<string, string>> {
  const variables = steps.map(
    ({ name, mutation }) => `$${name}: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`,
  );
  const fields = steps.map(({ name, mutation, thing }) => `${name}: ${mutation}(input: $${name}) { ${thing} { id } }`);
  const answer = await ask<Record<string, Record<string, { id: string }>>>(
    `mutation(${variables.join(' ')}) { ${fields.join(' ')} }`,
    Object.fromEntries(steps.map(({ name, input }) => [name, input])),
  );
  return new Map(steps.map(({ name, thing }) => [name, answer[name]?.[thing]?.id ?? '']));
}

/** Reports what happened, declares it an incident with its timeline, and takes it as far as being resolved. */
async function recordIncident(
  ask: Ask,
  about: {
    readonly ismsId: string;
    readonly riskId: string;
    readonly handlerId: string;
    readonly day: (offset: number) => string;
  },
): Promise<void> {
  const { report, occurred, detected, reason, declared, timeline, resolved } = exampleIncident;
  const { ismsId, riskId, handlerId, day } = about;
  const times = { occurred: day(-occurred).slice(0, 10), detectedAt: day(-detected) };
  const { reportSecurityEvent } = await ask<{ reportSecurityEvent: { id: string } }>(
    'mutation($input: ReportSecurityEventInput!) { reportSecurityEvent(input: $input) { id } }',
    { input: { ...report, ismsId, ...times } },
  );
  const incident = { ...declared, handlerId, riskIds: [riskId], containedAt: times.detectedAt };
  const { assessSecurityEvent } = await ask<{ assessSecurityEvent: { securityEvent: { incident: { id: string } } } }>(
    'mutation($input: AssessSecurityEventInput!) { assessSecurityEvent(input: $input) { securityEvent { incident { id } } } }',
    { input: { id: reportSecurityEvent.id, expectedVersion: 1, decision: 'INCIDENT', reason, incident } },
  );
  const { id } = assessSecurityEvent.securityEvent.incident;
  await takeSteps(
    ask,
    timeline.map(({ daysBefore, ...entry }, index) => ({
      ...{ name: `entry${index}`, mutation: 'addIncidentEntry', thing: 'incident' },
      input: { incidentId: id, happenedAt: day(-daysBefore), ...entry },
    })),
  );
  for (const [index, to] of ['TRIAGED', 'RESPONDING', 'RESOLVED'].entries()) {
    const note = to === 'RESOLVED' ? resolved : null;
    await ask('mutation($input: MoveIncidentInput!) { moveIncident(input: $input) { incident { id } } }', {
      input: { id, expectedVersion: index + 1, to, note },
    });
  }
}

/** What the administrator asked for, another person approves; once. */
async function approveException(ask: Ask, id: string): Promise<void> {
  const { exception } = await ask<{ exception: { status: string } }>(
    'query($id: UUID!) { exception(id: $id) { status } }',
    { id },
  );
  if (exception.status !== 'REQUESTED') return;
  await ask('mutation($input: JudgeExceptionInput!) { judgeException(input: $input) { exception { id } } }', {
    input: { id, decision: 'APPROVED', note: 'Until the terminals are replaced, and not a day longer.' },
  });
}

/** A person confirms the level of each risk, once. */
async function assessRisks(ask: Ask, ids: readonly string[]): Promise<void> {
  type Assessed = { readonly id: string; readonly version: number; readonly assessments: readonly unknown[] };
  const { risks: found } = await ask<{ risks: { nodes: readonly Assessed[] } }>(
    '{ risks(first: 200) { nodes { id version assessments(first: 1) { id } } } }',
    {},
  );
  const left = found.nodes.filter(({ id, assessments }) => ids.includes(id) && assessments.length === 0);
  if (left.length === 0) return;
  await takeSteps(
    ask,
    left.map(({ id, version }, index) => ({
      ...{ name: `risk${index}`, mutation: 'assessRisk', thing: 'risk' },
      input: { riskId: id, expectedVersion: version, comment: registerReview.comment },
    })),
  );
}
