import { selectionsOf } from '@annex/service/testing';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

it('answers each field of an implementation’s evidence, asked for alone, as it does for the evidence itself', async () => {
  const implementationId = await world.implementation();
  const { body } = await world.upload({ title: 'Proof', implementationIds: implementationId }, 'content');
  const selections = await selectionsOf(world, 'Evidence');
  expect(selections.size).toBeGreaterThan(15);
  for (const [field, selection] of selections) {
    const { _entities, evidence } = await world.ask<{ _entities: [{ evidence: [object] }]; evidence: object }>(
      `query ($id: UUID!, $references: [_Any!]!) {
         evidence(id: $id) { ${selection} }
         _entities(representations: $references) { ... on Implementation { evidence(first: 5) { ${selection} } } }
       }`,
      { id: body.id, references: [{ __typename: 'Implementation', id: implementationId }] },
    );
    expect({ [field]: _entities[0].evidence }).toEqual({ [field]: [evidence] });
  }
});
