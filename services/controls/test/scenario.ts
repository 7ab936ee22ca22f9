import type { EventRow } from '@annex/schema';
import { newId } from '@annex/service';
import { startTestService, type TestCaller, type TestService } from '@annex/service/testing';
import type { ControlsDatabase } from '../src/database.ts';
import { controls } from '../src/service.ts';

/** Two people who are not each other, for what one may not do alone. */
export const anna = '0190aaaa-0000-7000-8000-00000000000a';
export const ben = '0190aaaa-0000-7000-8000-00000000000b';

export const strengthFields = `version verified claimed assuranceGap verification operation computedAt`;

interface StrengthAnswer {
  readonly version: number;
  readonly verified: number;
  readonly claimed: number;
  readonly assuranceGap: number;
  readonly verification: string;
  readonly operation: number;
}

type AttainmentRow = EventRow<'annex.evidence.attainment.changed.v1'>;
type MeasureRow = EventRow<'annex.evidence.measure.changed.v1'>;

/** The running service with the steps that most tests begin with. */
export interface Scenario extends TestService<ControlsDatabase> {
  createIsms(input?: object, caller?: TestCaller): Promise<string>;
  /** An implementation of A.8.28, IMPLEMENTED unless told. */
  implement(input?: object, caller?: TestCaller): Promise<string>;
  assess(implementationId: string, conclusion: number, caller?: TestCaller): Promise<void>;
  link(implementationId: string, measureId: string, input?: object, caller?: TestCaller): Promise<void>;
  unlink(implementationId: string, measureId: string, caller?: TestCaller): Promise<void>;
  /** Evidence tells what a measure says; a fresh measurement unless told. */
  tell(
    ismsId: string,
    measureId: string,
    attainment: number | null,
    more?: Partial<AttainmentRow>,
    tenant?: string,
  ): Promise<void>;
  name(ismsId: string, measureId: string, more?: Partial<MeasureRow>): Promise<void>;
  strength(implementationId: string, caller?: TestCaller): Promise<StrengthAnswer>;
  at(moment: string): Promise<void>;
}

export const attainmentRow = (
  ismsId: string,
  id: string,
  attainment: number | null,
  more: Partial<AttainmentRow> = {},
): AttainmentRow => ({
  id,
  ismsId,
  version: 1,
  reference: 'M-0001',
  title: 'Static analysis findings open',
  state: attainment === null ? 'UNKNOWN' : 'FRESH',
  value: attainment === null ? null : 10 * (1 - attainment),
  attainment,
  freshness: attainment === null ? 0 : 1,
  measuredAt: '2026-01-01T00:00:00.000Z',
  validUntil: '2026-02-01T00:00:00.000Z',
  ...more,
});

export async function startScenario(): Promise<Scenario> {
  const started = await startTestService<ControlsDatabase>(controls);
  const { ask, emit, settle, test } = started;
  const versions = new Map<string, number>();
  const next = (key: string) => {
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    return version;
  };
  return {
    ...started,
    async createIsms(input = {}, caller) {
      const { createIsms } = await ask<{ createIsms: { isms: { id: string } } }>(
        'mutation ($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }',
        { input: { name: `ISMS ${newId()}`, scope: 'Everything in one office.', ...input } },
        caller,
      );
      return createIsms.isms.id;
    },
    async implement(input = {}, caller) {
      const { createImplementation } = await ask<{ createImplementation: { implementation: { id: string } } }>(
        'mutation ($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
        { input: { title: 'Reviewed code', status: 'IMPLEMENTED', controlIds: ['A.8.28'], ...input } },
        caller,
      );
      return createImplementation.implementation.id;
    },
    async assess(implementationId, conclusion, caller) {
      await ask(
        'mutation ($input: AssessDesignInput!) { assessDesign(input: $input) { implementation { id } } }',
        { input: { implementationId, conclusion, reason: 'Walked through with the team.' } },
        caller,
      );
    },
    async link(implementationId, measureId, input = {}, caller) {
      await ask(
        'mutation ($input: LinkMeasureInput!) { linkMeasure(input: $input) { implementation { id } } }',
        { input: { implementationId, measureId, ...input } },
        caller,
      );
    },
    async unlink(implementationId, measureId, caller) {
      await ask(
        'mutation ($input: UnlinkMeasureInput!) { unlinkMeasure(input: $input) { implementation { id } } }',
        { input: { implementationId, measureId, reason: 'It measured something else.' } },
        caller,
      );
    },
    async tell(ismsId, measureId, attainment, more = {}, tenant = test.tenants[0]) {
      const row = attainmentRow(ismsId, measureId, attainment, { version: next(`a ${measureId}`), ...more });
      await emit('annex.evidence.attainment.changed.v1', { rows: [row] }, { tenant });
      await settle();
    },
    async name(ismsId, measureId, more = {}) {
      const row: MeasureRow = {
        id: measureId,
        ismsId,
        version: next(`m ${measureId}`),
        reference: 'M-0001',
        title: 'Static analysis findings open',
        unit: 'findings',
        worst: 10,
        target: 0,
        ...more,
      };
      await emit('annex.evidence.measure.changed.v1', { rows: [row] });
      await settle();
    },
    async strength(implementationId, caller) {
      const { implementation } = await ask<{ implementation: { strength: StrengthAnswer } }>(
        `query ($id: UUID!) { implementation(id: $id) { strength { ${strengthFields} } } }`,
        { id: implementationId },
        caller,
      );
      return implementation.strength;
    },
    at: (moment) => test.setClock(new Date(moment)),
  };
}
