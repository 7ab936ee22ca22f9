import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { importItems } from '../src/library/library.operations.ts';
import {
  type Claim,
  component,
  definition,
  implementation,
  madeBy,
  problemOf,
  startComponents,
  uuid,
} from './components.ts';

type Steps = Awaited<ReturnType<typeof startComponents>>;
let scenario: Steps['scenario'];
let theirs: string;
let fresh: Steps['fresh'];
let send: Steps['send'];
let componentsOf: Steps['componentsOf'];
let claimsOf: Steps['claimsOf'];
let implement: Steps['implement'];
let drop: Steps['drop'];
let catalogue: Steps['catalogue'];
let dropCatalogue: Steps['dropCatalogue'];
beforeAll(async () => {
  ({ scenario, theirs, fresh, send, componentsOf, claimsOf, implement, drop, catalogue, dropCatalogue } =
    await startComponents());
});
afterAll(() => scenario?.close());

describe('a claim', () => {
  const shown = (claims: readonly Claim[]) => claims.map((one) => [one.controlId, one.control?.id ?? null]);

  it('is of a control of the own catalogue that the source names, by OSCAL’s id and in any case', async () => {
    const key = fresh('nist');
    const id = await catalogue(key, { 'ac-1': 'AC-01', 'ac-2.3': 'AC-2(3)' });
    const { body } = await send(
      definition([component([implementation(`urn:annex:framework:${key}:1`, 'AC-1', 'ac-2.3', 'ac-9')])]),
    );
    const claims = await claimsOf(body.id);
    expect(shown(claims)).toEqual([
      ['AC-1', `${key}:1:AC-01`],
      ['ac-2.3', `${key}:1:AC-2(3)`],
      ['ac-9', null],
    ]);
    expect(claims[0]).toMatchObject({ place: { id: `${key}:1:AC-01` }, control: { title: 'T AC-01' } });
    expect(body).toMatchObject({ counts: { claims: 3, known: 2 }, sources: [{ claims: 3, known: 2 }] });
    // Known as long as the catalogue is there, and in the past for good.
    const moment = new Date();
    await dropCatalogue(id);
    expect(shown(await claimsOf(body.id)).map(([, control]) => control)).toEqual([null, null, null]);
    expect(shown(await claimsOf(body.id, { asOf: moment }))).toEqual(shown(claims));
    await catalogue(key, { 'ac-9': 'AC-9' });
    expect(shown(await claimsOf(body.id))).toContainEqual(['ac-9', `${key}:1:AC-9`]);
  });

  it.each<[string, (of: { document: string; framework: string }) => [source: string, more: object, query: string]]>([
    ['the UUID of the document', ({ document }) => [`urn:uuid:${document.toUpperCase()}`, {}, '']],
    [
      'a resource that identifies the document',
      ({ document }) => {
        const resource = { uuid: uuid(), 'document-ids': [{ identifier: document }] };
        return [`#${resource.uuid}`, { 'back-matter': { resources: [resource] } }, ''];
      },
    ],
    [
      'a resource with a reference of ours',
      ({ framework }) => {
        const resource = { uuid: uuid(), rlinks: [{ href: `urn:annex:framework:${framework}` }] };
        return [`#${resource.uuid.toUpperCase()}`, { 'back-matter': { resources: [resource] } }, ''];
      },
    ],
    ['what the caller says', ({ framework }) => ['../catalog.json', {}, `&source=${framework}`]],
  ])('is of the catalogue that is told by %s', async (_, told) => {
    const key = fresh('own');
    const document = uuid();
    await catalogue(key, { 'c-1': 'One' }, document);
    const [source, more, query] = told({ document, framework: `${key}:1` });
    const { body } = await send(definition([component([implementation(source, 'c-1')])], more), query);
    expect(shown(await claimsOf(body.id))).toEqual([['c-1', `${key}:1:One`]]);
  });

  it('is nobody’s where the source is unknown, or another tenant’s catalogue', async () => {
    const key = fresh('foreign');
    const document = uuid();
    await catalogue(key, { 'c-1': 'One' }, document, { tenant: theirs });
    const sources = [`urn:annex:framework:${key}:1`, `urn:uuid:${document}`, 'https://example.org/c.json'];
    const { body } = await send(definition([component(sources.map((source) => implementation(source, 'c-1')))]));
    const claims = await claimsOf(body.id);
    expect(claims.map((one) => [one.framework, one.place, one.control])).toEqual([
      [`${key}:1`, null, null],
      [null, null, null],
      [null, null, null],
    ]);
  });

  it('may name a control of a table by its number, or by the id that it is exported with', async () => {
    const key = fresh('table');
    const asked = { key, edition: '1', title: key, format: 'TABLE', sha256: '' } as const;
    const item = { number: 'POL-1', kind: 'CONTROL', parent: null, title: 'Policy', text: '', content: null } as const;
    await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, [item]));
    const { body } = await send(
      definition([component([implementation(`urn:annex:framework:${key}:1`, 'pol-1', 'c-pol-1', 'pol-2')])]),
    );
    expect(shown(await claimsOf(body.id))).toEqual([
      ['pol-1', `${key}:1:POL-1`],
      ['c-pol-1', `${key}:1:POL-1`],
      ['pol-2', null],
    ]);
    const found = async (controlId: string) =>
      (
        await scenario.ask<{ components: { totalCount: number } }>(
          'query ($id: ID!) { components(controlId: $id) { totalCount } }',
          { id: controlId },
        )
      ).components.totalCount;
    expect(await found(`${key}:1:POL-1`)).toBe(1);
    expect(await found(`${key}:1:POL-2`)).toBe(1);
    expect(await found(`${key}:1:POL-3`)).toBe(0);
  });

  it('is how a component is found by a control; what is no control is refused by name', async () => {
    const key = fresh('find');
    await catalogue(key, { 'ac-1': 'First' });
    const { body } = await send(
      definition([
        component([implementation('urn:annex:framework:iso27001:2022', 'A.5.37')], { title: 'Manual', type: 'policy' }),
        component([implementation(`urn:annex:framework:${key}:1`, 'AC-1')], { title: 'Gate', type: 'physical' }),
        component([implementation('https://nist.gov/x/NIST_SP-800-53_rev5_catalog.json', 'ac-17.1')], { title: 'VPN' }),
        component([], { title: 'Nothing' }),
      ]),
    );
    const found = async (args: string) =>
      (
        await scenario.ask<{ components: { totalCount: number; nodes: { title: string }[] } }>(
          `query ($id: UUID) { components(definitionId: $id, ${args}) { totalCount nodes { title } } }`,
          { id: body.id },
        )
      ).components.nodes.map((one) => one.title);
    expect(await found('controlId: "A.5.37"')).toEqual(['Manual']);
    expect(await found('controlId: "iso27001:2022:A.5.37"')).toEqual(['Manual']);
    expect(await found(`controlId: "${key}:1:First"`)).toEqual(['Gate']);
    expect(await found(`controlId: "${key}:1:Second"`)).toEqual([]);
    expect(await found('controlId: "sp800-53:r5:AC-17(1)"')).toEqual(['VPN']);
    expect(await found('type: "software"')).toEqual(['Nothing', 'VPN']);
    expect(await found('first: 4')).toEqual(['Gate', 'Manual', 'Nothing', 'VPN']);
    expect(await found('controlId: "A.5.36"')).toEqual([]);
    expect(problemOf(await scenario.call('{ components(controlId: "B.1") { totalCount } }'))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(problemOf(await scenario.call('{ components(first: 1000) { totalCount } }'))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});

describe('an implementation', () => {
  const read = async (id: string, caller?: TestCaller) =>
    (
      await scenario.ask<{ implementation: Record<string, unknown> }>(
        `query ($id: UUID!) { implementation(id: $id) { title description status controls { id } isms { id }
           startedFrom { component { id } componentUuid componentTitle componentType definitionKey definitionTitle startedBy } } }`,
        { id },
        caller,
      )
    ).implementation;

  it('is started from a component with what it says and the controls of it that are known, and remembers it', async () => {
    const key = fresh('start');
    await catalogue(key, { 'ac-1': 'AC-1', 'ac-2': 'AC-2' });
    const lock = component(
      [
        implementation(`urn:annex:framework:${key}:1`, 'ac-2', 'ac-1', 'ac-2', 'ac-7'),
        implementation('urn:annex:framework:iso27001:2022', 'A.7.2'),
        implementation('NIST_SP-800-53_rev5_catalog.json', 'ac-1'),
      ],
      { title: 'Lock\n of steel' },
    );
    const { body } = await send(definition([lock]), '', undefined, key);
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    const ismsId = await scenario.createIsms();
    const made = await implement({ componentId, ismsId });
    expect(made.errors).toBeUndefined();
    const id = madeBy(made);
    expect(await read(id)).toEqual({
      ...{ title: 'Lock of steel', description: 'Locks doors', status: 'NOT_STARTED', isms: { id: ismsId } },
      controls: [{ id: 'iso27001:2022:A.7.2' }, { id: `${key}:1:AC-1` }, { id: `${key}:1:AC-2` }],
      startedFrom: {
        ...{ component: { id: componentId }, componentUuid: lock.uuid, componentTitle: 'Lock of steel' },
        ...{ componentType: 'software', definitionKey: key, definitionTitle: 'Doors', startedBy: expect.any(String) },
      },
    });
    const events = (await scenario.recorded('annex.controls.component-use.changed.v1')).flatMap((event) => event.rows);
    expect(events).toContainEqual({
      ...{ id, ismsId, version: 1, componentId, componentUuid: lock.uuid },
      ...{ componentTitle: 'Lock of steel', definitionKey: key },
    });
    const { component: found } = await scenario.ask<{ component: { implementations: { id: string }[] } }>(
      'query ($id: UUID!) { component(id: $id) { implementations { id } } }',
      { id: componentId },
    );
    expect(found.implementations).toEqual([{ id }]);
    // What is gone is remembered.
    const moment = new Date();
    expect((await drop(body.id)).errors).toBeUndefined();
    expect((await read(id)).startedFrom).toMatchObject({
      component: null,
      componentUuid: lock.uuid,
      definitionKey: key,
    });
    expect((await read(id, { asOf: moment })).startedFrom).toMatchObject({ component: { id: componentId } });
    expect((await read(await scenario.implement({ ismsId }))).startedFrom).toBeNull();
  });

  it('is of the controls that are given where they are, and of none that there is not', async () => {
    const { body } = await send(
      definition([component([implementation('x', 'ac-1')], { description: '', purpose: 'To lock' })]),
    );
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    const ismsId = await scenario.createIsms();
    expect(problemOf(await implement({ componentId, ismsId }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [
        expect.objectContaining({ field: 'input.controlIds', allowed: expect.stringContaining('must be given') }),
      ],
    });
    expect(problemOf(await implement({ componentId, ismsId, controlIds: ['A.1.1'] }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [expect.objectContaining({ field: 'input.controlIds.0' })],
    });
    expect(problemOf(await implement({ componentId, ismsId, controlIds: [] }))).toMatchObject({ code: 'BAD_INPUT' });
    const caller = { idempotencyKey: newId() };
    const once = await implement({ componentId, ismsId, controlIds: ['A.7.1'] }, caller);
    expect(await implement({ componentId, ismsId, controlIds: ['A.7.1'] }, caller)).toEqual(once);
    const id = madeBy(once);
    expect(await read(id)).toMatchObject({ description: 'To lock', controls: [{ id: 'iso27001:2022:A.7.1' }] });
    // Nothing of what was refused is there.
    const { implementations } = await scenario.ask<{ implementations: { totalCount: number } }>(
      'query ($id: UUID) { implementations(ismsId: $id) { totalCount } }',
      { id: ismsId },
    );
    expect(implementations.totalCount).toBe(1);
  });

  it('of more controls than one may have asks which', async () => {
    const key = fresh('many');
    const ids = Array.from({ length: 101 }, (_, n) => `c-${n}`);
    await catalogue(key, Object.fromEntries(ids.map((id) => [id, id.toUpperCase()])));
    const { body } = await send(definition([component([implementation(`urn:annex:framework:${key}:1`, ...ids)])]));
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    const answer = await implement({ componentId, ismsId: await scenario.createIsms() });
    expect(problemOf(answer)).toMatchObject({
      code: 'BAD_INPUT',
      faults: [expect.objectContaining({ field: 'input.controlIds', allowed: expect.stringContaining('101') })],
    });
  });

  it('is not started in a retired ISMS, nor by whoever may only read, nor from what another tenant has', async () => {
    const { body } = await send(
      definition([component([implementation('urn:annex:framework:iso27001:2022', 'A.7.1')])]),
    );
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    const ismsId = await scenario.createIsms();
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
      input: { id: ismsId, status: 'RETIRED' },
    });
    const codeOf = async (input: object, caller?: TestCaller) =>
      (problemOf(await implement(input, caller)) as { code?: string } | undefined)?.code;
    expect(await codeOf({ componentId, ismsId })).toBe('STATE_CONFLICT');
    expect(await codeOf({ componentId, ismsId }, { permissions: ['controls:read'] })).toBe('FORBIDDEN');
    const other = await scenario.createIsms({}, { tenant: theirs });
    expect(await codeOf({ componentId, ismsId: other }, { tenant: theirs })).toBe('NOT_FOUND');
    expect(await codeOf({ componentId: newId(), ismsId })).toBe('NOT_FOUND');
  });
});
