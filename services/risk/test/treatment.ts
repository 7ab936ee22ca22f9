import type { TestCaller } from '@annex/service/testing';
import type { Register } from './register.ts';

/** The owner of the risks that are treated; the plans are written by `register.person`. */
export const owner = '0190aaaa-0000-7000-8000-000000000002';
export const authority = '0190aaaa-0000-7000-8000-000000000003';

export interface TreatmentView {
  id: string;
  version: number;
  reference: string;
  option: string;
  status: string;
  authors: string[];
  expected: { level: string; rank: number; rule: string; frequency: number; likelihood: number } | null;
  expectedExplanation: string;
  expectedFactors: { reference: string; why: string; strength: number }[];
  controls: { controlId: string; source: string; reason: string }[];
  actions: { id: string; title: string; status: string; overdue: boolean; note: string }[];
  costs: { minorUnits: number; currency: string }[];
  overdue: number;
  problems: { field: string; message: string }[];
  awaits: string[] | null;
  approvals: { role: string; level: string | null; round: number; person: { id: string } }[];
  outcome: { verdict: string; expected: { level: string } | null; present: { level: string } | null } | null;
  risk: { id: string; version: number; treatmentOption: string | null };
}

export const treatmentFields = `
  id version reference option status authors expected { level rank rule frequency likelihood } expectedExplanation
  expectedFactors { reference why strength } controls { controlId source reason }
  actions { id title status overdue note } costs { minorUnits currency } overdue problems { field message } awaits
  approvals { role level round person { id } } outcome { verdict expected { level } present { level } }
  risk { id version treatmentOption }`;

/** Short ways to what tests of treatments say often. */
export function treating(register: Register) {
  const call = (name: string, input: Record<string, unknown>, caller: TestCaller = {}) =>
    register.call(
      `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { riskTreatment { ${treatmentFields} } } }`,
      { input },
      caller,
    );
  const does = async (name: string, input: Record<string, unknown>, caller: TestCaller = {}) => {
    const { data, errors } = await call(name, input, caller);
    if (errors) throw new Error(JSON.stringify(errors, null, 1));
    return (JSON.parse(JSON.stringify(data)) as Record<string, { riskTreatment: TreatmentView }>)[name]
      ?.riskTreatment as TreatmentView;
  };
  const step =
    (name: string) =>
    (treatment: TreatmentView, more: object = {}, caller: TestCaller = {}) =>
      does(`${name}RiskTreatment`, { id: treatment.id, expectedVersion: treatment.version, ...more }, caller);
  const propose = step('propose');
  const approve = (treatment: TreatmentView, more: object = {}, personId = owner) =>
    step('approve')(treatment, { riskVersion: treatment.risk.version, ...more }, { personId });
  /** A risk above the criteria with a plan that promises an implementation which is not linked to it. */
  async function drafted(change: Record<string, unknown> = {}, about: { ismsId?: string } = {}) {
    const implementationId = await register.addImplementation(0, about);
    const risk = await register.createRisk({ ownerId: owner, ...about });
    const treatment = await does('createRiskTreatment', { ...planFor(risk.id, implementationId), ...change });
    return { implementationId, risk, treatment };
  }
  return {
    call,
    does,
    drafted,
    /** As `drafted`, proposed and approved by the owner. */
    approved: async (...given: Parameters<typeof drafted>) => {
      const found = await drafted(...given);
      return { ...found, treatment: await approve(await propose(found.treatment)) };
    },
    link: (riskId: string, implementationId: string) =>
      register.ask(
        'mutation ($input: LinkImplementationInput!) { linkImplementation(input: $input) { risk { id } } }',
        {
          input: { riskId, implementationId, likelihoodEffect: 0.9, consequenceEffect: 0.9 },
        },
      ),
    close: (riskId: string) =>
      register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
        input: { riskId },
      }),
    /** What others were told of a treatment, in order. */
    told: async (id: string) =>
      (await register.recorded('annex.risk.treatment.changed.v1'))
        .flatMap((data) => data.rows)
        .filter((row) => row.id === id),
    finish: (treatment: TreatmentView, note = 'Done as planned') =>
      does('completeTreatmentAction', {
        actionId: treatment.actions[0]?.id,
        expectedVersion: treatment.version,
        note,
      }),
    propose,
    update: step('update'),
    reject: step('reject'),
    revise: step('revise'),
    abandon: step('abandon'),
    complete: step('complete'),
    approve,
    tryApprove: (treatment: TreatmentView, caller: TestCaller, more: object = {}) =>
      call(
        'approveRiskTreatment',
        { id: treatment.id, expectedVersion: treatment.version, riskVersion: treatment.risk.version, ...more },
        caller,
      ),
    read: async (id: string, caller: TestCaller = {}) =>
      (
        await register.ask<{ riskTreatment: TreatmentView }>(
          `query ($id: UUID!) { riskTreatment(id: $id) { ${treatmentFields} } }`,
          { id },
          caller,
        )
      ).riskTreatment,
  };
}

export const promise = (implementationId: string) => ({
  implementationId,
  strength: 1,
  likelihoodEffect: 0.9,
  consequenceEffect: 0.9,
});

/** A plan to modify a risk by one implementation that is to become fully strong. */
export const planFor = (riskId: string, implementationId: string, dueAt = '2030-01-01T00:00:00Z') => ({
  riskId,
  option: 'MODIFY',
  reason: 'Worth its cost',
  promises: [promise(implementationId)],
  controls: [{ controlId: 'A.8.28', reason: 'The promised implementation' }],
  actions: [{ title: 'Train developers', ownerId: authority, dueAt, cost: { minorUnits: 500_000, currency: 'EUR' } }],
});

export const code = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors?.[0]?.extensions as { code?: string } | undefined)?.code;
