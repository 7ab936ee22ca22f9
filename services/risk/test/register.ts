import type { EventRow } from '@annex/schema';
import { newId, type Scope, systemScope, type WriteTx } from '@annex/service';
import { startTestService, type TestCaller, type TestService } from '@annex/service/testing';
import type { RiskDatabase } from '../src/database.ts';
import { risk } from '../src/service.ts';

export type Implementation = EventRow<'annex.controls.implementation.changed.v1'>;
export type Strength = EventRow<'annex.controls.strength.changed.v1'>;

/** The service with an ISMS in each of two tenants, and short ways to what tests say often. */
export interface Register extends TestService<RiskDatabase> {
  readonly ismsId: string;
  readonly otherIsmsId: string;
  readonly person: string;
  addIsms(tenant?: string): Promise<string>;
  /** Controls tell of an implementation and its strength. */
  addImplementation(strength: number | null, about?: { tenant?: string; ismsId?: string }): Promise<string>;
  setStrength(id: string, verified: number, version: number): Promise<void>;
  createRisk(input?: Record<string, unknown>, caller?: TestCaller): Promise<RiskView>;
  readRisk(id: string, caller?: TestCaller): Promise<RiskView>;
  /** Asks a route as the gateway does. */
  send(
    method: 'GET' | 'POST',
    url: string,
    more?: { readonly caller?: TestCaller; readonly body?: string | Buffer },
  ): Promise<{
    readonly status: number;
    readonly headers: Record<string, unknown>;
    readonly bytes: Buffer;
    json<Answer>(): Answer;
  }>;
  /** Handles events as the consumer does, in a transaction of the test's own. */
  handle(scope: Scope, run: (tx: WriteTx<RiskDatabase>) => Promise<void>): Promise<void>;
}

export interface RiskView {
  id: string;
  version: number;
  reference: string;
  status: string;
  standing: string;
  reassessment: string;
  acceptance: string;
  current: { likelihood: number; consequence: number; level: string; rank: number; rule: string; frequency: number };
  inherent: { level: string; likelihoodName: string };
  currentExplanation: {
    sentence: string;
    frequency: number;
    cell: { name: string; rule: string };
    factors: { strength: number; counted: string; why: string; implementation: { id: string } }[];
  };
  links: { implementation: { id: string }; likelihoodEffect: number }[];
}

export const riskFields = `
  id version reference status standing reassessment acceptance
  current { likelihood consequence level rank rule frequency }
  inherent { level likelihoodName }
  currentExplanation { sentence frequency cell { name rule } factors { strength counted why implementation { id } } }
  links { implementation { id } likelihoodEffect }`;

export const createRiskMutation = `mutation ($input: CreateRiskInput!) { createRisk(input: $input) { risk { ${riskFields} } } }`;

export function implementationRow(ismsId: string, id: string, change: Partial<Implementation> = {}): Implementation {
  return {
    id,
    ismsId,
    version: 1,
    reference: `I-${id.slice(-4)}`,
    title: 'Secure coding',
    status: 'IMPLEMENTED',
    ownerId: null,
    controlIds: ['iso27001:2022:A.8.28'],
    ...change,
  };
}

export function strengthRow(ismsId: string, id: string, verified: number, version = 1): Strength {
  return {
    id,
    ismsId,
    version,
    reference: `I-${id.slice(-4)}`,
    title: 'Secure coding',
    verified,
    claimed: verified,
    verification: 'VERIFIED',
    computedAt: '2026-11-24T00:00:00.000Z',
  };
}

export async function startRegister(): Promise<Register> {
  const service = await startTestService(risk);
  const [tenant, otherTenant] = service.test.tenants;
  const addIsms = async (owner: string = tenant) => {
    const id = newId();
    const row = { id, version: 1, name: 'Annex Ltd', status: 'OPERATING' as const };
    await service.emit('annex.controls.isms.changed.v1', { rows: [row] }, { tenant: owner });
    await service.settle();
    return id;
  };
  // Before every moment that a test moves the clock to.
  await service.test.setClock(new Date('2026-01-01T00:00:00Z'));
  const ismsId = await addIsms();
  const otherIsmsId = await addIsms(otherTenant);
  await service.test.setClock(null);
  return {
    ...service,
    ismsId,
    otherIsmsId,
    person: '0190aaaa-0000-7000-8000-000000000001',
    addIsms,
    async addImplementation(strength, about = {}) {
      const id = newId();
      const isms = about.ismsId ?? ismsId;
      const to = about.tenant === undefined ? {} : { tenant: about.tenant };
      await service.emit('annex.controls.implementation.changed.v1', { rows: [implementationRow(isms, id)] }, to);
      if (strength !== null) {
        await service.emit('annex.controls.strength.changed.v1', { rows: [strengthRow(isms, id, strength)] }, to);
      }
      await service.settle();
      return id;
    },
    async setStrength(id, verified, version) {
      await service.emit('annex.controls.strength.changed.v1', { rows: [strengthRow(ismsId, id, verified, version)] });
      await service.settle();
    },
    async createRisk(input = {}, caller = {}) {
      const { createRisk } = await service.ask<{ createRisk: { risk: RiskView } }>(
        createRiskMutation,
        {
          input: {
            ismsId,
            title: 'Injection through the order form',
            affects: ['CONFIDENTIALITY'],
            inherentLikelihood: 4,
            inherentConsequence: 4,
            ...input,
          },
        },
        caller,
      );
      return createRisk.risk;
    },
    async readRisk(id, caller = {}) {
      return (
        await service.ask<{ risk: RiskView }>(`query ($id: UUID!) { risk(id: $id) { ${riskFields} } }`, { id }, caller)
      ).risk;
    },
    async send(method, url, { caller = {}, body } = {}) {
      const token = await service.signer.request(service.requestInfo(caller)).for('risk');
      const answer = await service.service.app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        ...(body === undefined ? {} : { payload: body }),
      });
      const { statusCode: status, headers, rawPayload: bytes } = answer;
      return { status, headers, bytes, json: <Answer>() => answer.json<Answer>() };
    },
    async handle(scope, run) {
      await service.service.database.write(scope, run);
    },
  };
}

/** The scope in which events of controls are handled. */
export const controlsScope = (tenant: string): Scope => systemScope('controls', tenant);
