import { selectionsOf } from '@annex/service/testing';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

it('answers each field of an implementation’s risks, asked for alone, as it does for the risk itself', async () => {
  const implementationId = await register.addImplementation(0.5);
  const { id } = await register.createRisk({
    ownerId: register.person,
    links: [{ implementationId, likelihoodEffect: 0.9, consequenceEffect: 0.2 }],
  });
  const selections = await selectionsOf(register, 'Risk');
  expect(selections.size).toBeGreaterThan(15);
  for (const [field, selection] of selections) {
    const { _entities, risk } = await register.ask<{ _entities: [{ risks: [object] }]; risk: object }>(
      `query ($id: UUID!, $references: [_Any!]!) {
         risk(id: $id) { ${selection} }
         _entities(representations: $references) { ... on Implementation { risks(first: 5) { ${selection} } } }
       }`,
      { id, references: [{ __typename: 'Implementation', id: implementationId }] },
    );
    expect({ [field]: _entities[0].risks }).toEqual({ [field]: [risk] });
  }
});
