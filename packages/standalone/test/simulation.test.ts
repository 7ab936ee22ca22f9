import { Client } from './client.ts';
import { type Installation, oneProcess } from './installation.ts';

let installation: Installation;
let client: Client;
beforeAll(async () => {
  installation = await oneProcess();
  client = new Client(installation.url, (await installation.tenant('sea')).key);
});
afterAll(() => installation?.stop());

const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

it('a risk is quantified, simulated and drawn through the REST doors', async () => {
  const { createIsms } = await client.graphql<{ createIsms: { isms: { id: string } } }>(
    'mutation { createIsms(input: { name: "Sea" }) { isms { id } } }',
  );
  const ismsId = createIsms.isms.id;
  const risk = {
    ismsId,
    title: 'Ransomware stops the terminals',
    affects: ['AVAILABILITY'],
    inherentLikelihood: 4,
    inherentConsequence: 4,
  };
  // The ISMS reaches the service by an event.
  let made = await client.request('POST', '/v1/risks', { body: risk });
  for (; made.status === 404; made = await client.request('POST', '/v1/risks', { body: risk })) await pause();
  expect(made.status).toBe(201);
  const numbers = {
    frequency: { kind: 'PERT', low: 0.1, mode: 0.4, high: 2 },
    lossForms: [
      { category: 'response', loss: { kind: 'LOGNORMAL', low: 2e6, high: 9e7 } },
      { category: 'fines', probability: 0.1, loss: { kind: 'LOGNORMAL', low: 1e7, high: 4e8 } },
    ],
    rationale: 'Cases of the harbours around',
  };
  const address = `/v1/risks/${made.body.id}/quantification`;
  const spoilt = await client.request('PUT', address, {
    body: { ...numbers, frequency: { kind: 'POISSON', rate: -1 } },
  });
  expect(spoilt).toMatchObject({ status: 400, body: { faults: [{ field: 'body.frequency.rate', given: -1 }] } });
  expect(await client.request('PUT', address, { body: numbers })).toMatchObject({ status: 200 });
  expect((await client.get(address)).quantification.inherent).toMatchObject({
    rated: { level: 'High' },
    agreement: expect.any(String),
    explanation: expect.stringContaining('The mean frequency 0.617 a year'),
  });
  const begun = await client.request('POST', '/v1/simulations', {
    body: { ismsId, title: 'The year ahead', trials: 20_000, seed: 5 },
  });
  expect(begun).toMatchObject({ status: 201, body: { reference: 'S-0001', status: 'QUEUED' } });
  const place = `/v1/simulations/${begun.body.id}`;
  let found = await client.get(place);
  for (; found.status !== 'DONE'; found = await client.get(place)) {
    if (found.status === 'FAILED') throw new Error(`${found.failure}\n${installation.log()}`);
    await pause();
  }
  expect(found).toMatchObject({
    seed: 5,
    results: [{ reading: 'INHERENT' }, { reading: 'CURRENT' }],
  });
  expect((await client.get(`${place}/risks?first=30`)).scenarios.nodes).toMatchObject([
    { reference: 'R-0001', basis: 'QUANTIFIED', readings: [{ frequencyLeft: 1 }, { frequencyLeft: 1 }] },
  ]);
  expect(found.results[0].exceedance.length).toBeGreaterThan(90);
  const picture = await client.request('GET', `${place}/loss-exceedance.svg`);
  expect(picture.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  expect(picture.body).toContain('S-0001 The year ahead');
  expect((await client.get('/v1/simulations?withTotal=true')).total ?? 1).toBe(1);
  const again = await client.request('POST', `${place}/cancellation`, { body: {} });
  expect(again).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
});
