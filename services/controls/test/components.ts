import type { AddressInfo } from 'node:net';
import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { type Scenario, startScenario } from './scenario.ts';

export const uuid = () => `${newId().slice(0, 14)}4${newId().slice(15)}`;
const requirement = (controlId: string, more: object = {}) => ({
  ...{ uuid: uuid(), 'control-id': controlId, description: `How ${controlId} is met`, ...more },
});
export const implementation = (source: string, ...controlIds: string[]) => ({
  ...{ uuid: uuid(), source, description: 'What it does' },
  'implemented-requirements': controlIds.map((id) => requirement(id)),
});
export const component = (implementations: object[], more: object = {}) => ({
  ...{ uuid: uuid(), type: 'software', title: 'Lock', description: 'Locks doors' },
  ...(implementations.length > 0 ? { 'control-implementations': implementations } : {}),
  ...more,
});
export const metadata = {
  title: 'Doors',
  'last-modified': '2026-01-01T00:00:00Z',
  version: '3',
  'oscal-version': '1.1.2',
};
export const definition = (components: object[], more: object = {}) => ({
  'component-definition': { uuid: uuid(), metadata, ...(components.length > 0 ? { components } : {}), ...more },
});

export interface Claim {
  readonly controlId: string;
  readonly source: string;
  readonly framework: string | null;
  readonly place: { readonly id: string } | null;
  readonly control: { readonly id: string; readonly title: string } | null;
}
interface Component {
  readonly id: string;
  readonly title: string;
  readonly claims: { readonly totalCount: number; readonly nodes: readonly Claim[] };
}

export const madeBy = (answer: { data?: unknown }) =>
  (answer.data as { implementComponent?: { implementation: { id: string } } } | null | undefined)?.implementComponent
    ?.implementation.id ?? '';
export const problemOf = (answer: { errors?: readonly { extensions?: unknown }[] | undefined }) =>
  answer.errors?.[0]?.extensions;

/** What tests do with component definitions, on a service that listens. */
export async function startComponents() {
  const scenario: Scenario = await startScenario();
  await scenario.service.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(scenario.service.app.server.address() as AddressInfo).port}`;

  async function http(method: string, path: string, body?: string, caller?: TestCaller) {
    const token = await scenario.signer.request(scenario.requestInfo(caller)).for('controls');
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
    return { status: answer.status, type: answer.headers.get('content-type'), body: (await answer.json()) as any };
  }

  let count = 0;
  const fresh = (what: string) => `${what}-${++count}`;
  const send = (json: object | string, more = '', caller?: TestCaller, key = fresh('def')) =>
    http(
      'POST',
      `/component-definitions?format=oscal&key=${key}${more}`,
      typeof json === 'string' ? json : JSON.stringify(json),
      caller,
    );
  const exported = (id: string, caller?: TestCaller) =>
    http('GET', `/component-definitions/${id}/oscal`, undefined, caller);

  const kept = () =>
    scenario.test.admin(async (client) => {
      const { rows } = await client.query(
        `select (select count(*)::int from controls.component_definition) as definitions, (select count(*)::int from controls.component) as components,
           (select count(*)::int from controls.component_claim) as claims`,
      );
      return rows[0];
    });

  const componentsOf = async (definitionId: string, caller?: TestCaller) =>
    (
      await scenario.ask<{ components: { nodes: Component[] } }>(
        `query ($id: UUID) { components(definitionId: $id) { nodes { id title type description purpose claimCount
           claims { totalCount nodes { controlId source framework statementCount place { id } control { id title } } } } } }`,
        { id: definitionId },
        caller,
      )
    ).components.nodes;
  const claimsOf = async (definitionId: string, caller?: TestCaller) =>
    (await componentsOf(definitionId, caller)).flatMap((one) => one.claims.nodes);

  const implement = (input: object, caller?: TestCaller) =>
    scenario.call(
      'mutation ($input: ImplementComponentInput!) { implementComponent(input: $input) { implementation { id } } }',
      { input },
      caller,
    );
  const drop = (id: string, expectedVersion?: number, caller?: TestCaller) =>
    scenario.call(
      'mutation ($input: DeleteComponentDefinitionInput!) { deleteComponentDefinition(input: $input) { id } }',
      { input: { id, expectedVersion } },
      caller,
    );
  /** A catalogue of the tenant's own, as an OSCAL catalog has it: ids unlike numbers. */
  const catalogue = async (
    key: string,
    controls: Record<string, string>,
    documentUuid = uuid(),
    caller?: TestCaller,
  ) => {
    const list = Object.entries(controls).map(([id, label]) => ({
      id,
      title: `T ${label}`,
      props: [{ name: 'label', value: label }],
    }));
    const body = JSON.stringify({ catalog: { uuid: documentUuid, metadata, controls: list } });
    const answer = await http('POST', `/catalogues?format=oscal&key=${key}&edition=1`, body, caller);
    expect(answer.status).toBe(201);
    return answer.body.id as string;
  };
  const dropCatalogue = (id: string) =>
    scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
      input: { id },
    });

  return {
    scenario,
    theirs: scenario.test.tenants[1],
    http,
    fresh,
    send,
    exported,
    kept,
    componentsOf,
    claimsOf,
    implement,
    drop,
    catalogue,
    dropCatalogue,
  };
}
