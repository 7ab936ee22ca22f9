import type { TestCaller } from '@annex/service/testing';
import type { Register } from './register.ts';

/** Everything that criteria say, as it can be sent back. */
export const criteriaContent = `name currency floorFrequency floorLoss appetite matrix assessmentPeriod confirmingMethods
  likelihoods { name lower upper representative } consequences { name lower upper representative } levels { name rule authority }
  categories { key name unit floor appetite bands { name lower upper representative } }
  assessmentProcess { text documentId } treatmentProcess { text documentId }`;

interface BandView {
  name: string;
  lower: number;
  upper: number | null;
  representative: number;
}

export interface CriteriaView {
  matrix: string[][];
  consequences: BandView[];
  likelihoods: BandView[];
  categories: { key: string; name: string; unit: string; floor: number; appetite: string; bands: BandView[] }[];
  [more: string]: unknown;
}

export interface ProposalView {
  id: string;
  version: number;
  number: number;
  status: string;
  criteriaVersion: number;
  problems: string[];
  moves: { examined: number; moved: number; risks: { reference: string; from: string; to: string }[] } | null;
}

/** Another person than the one who writes. */
export const approver = '0190aaaa-0000-7000-8000-000000000002';

export const proposalFields = `id version number status criteriaVersion problems note reviewNote decidedBy
  moves { examined moved before { name count } after { name count } risks { risk { id } reference from to } }`;

export async function readCriteria(
  register: Register,
  ismsId: string,
  caller: TestCaller = {},
): Promise<{ version: number; content: CriteriaView }> {
  const { riskCriteria } = await register.ask<{ riskCriteria: CriteriaView & { version: number } }>(
    `query ($id: UUID) { riskCriteria(ismsId: $id) { version ${criteriaContent} } }`,
    { id: ismsId },
    caller,
  );
  const { version, ...content } = riskCriteria;
  return { version, content };
}

/** Asks for a step of a proposal. */
export function askStep(register: Register, name: string, input: Record<string, unknown>, caller: TestCaller = {}) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return register.call(
    `mutation ($input: ${type}!) { ${name}(input: $input) { proposal { ${proposalFields} } } }`,
    { input },
    caller,
  );
}

/** As `askStep`, where it must succeed. */
export async function step(
  register: Register,
  name: string,
  input: Record<string, unknown>,
  caller: TestCaller = {},
): Promise<ProposalView> {
  const answer = await askStep(register, name, input, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as Record<string, { proposal: ProposalView }>)[name]?.proposal as ProposalView;
}
