import { controls } from '@annex/catalogues';
import type { Door, Thing } from './doors.ts';
import { anna, type Scenario } from './scenario.ts';

/** Who calls where a test says nothing else. */
const caller = '0190aaaa-0000-7000-8000-000000000001';

/** A version of an ISMS's statement that the caller is asked to approve; decisions that were made after it tell of the thing. */
async function versionOf(scenario: Scenario, ismsId: string, { id }: Thing): Promise<string> {
  const decide = (entries: readonly object[]) =>
    scenario.ask('mutation ($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }', {
      input: { ismsId, entries },
    });
  const asked = await scenario.ask<{ statementOfApplicability: { inReview: { id: string } | null } }>(
    'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { inReview { id } } }',
    { ismsId },
  );
  const { inReview } = asked.statementOfApplicability;
  if (inReview) return inReview.id;
  const why = { decision: 'NECESSARY', justification: 'Our customers expect it.' };
  await decide(controls('2022').map((control) => ({ controlId: control.id, ...why })));
  const { submitSoa } = await scenario.ask<{ submitSoa: { soaVersion: { id: string } } }>(
    'mutation ($input: SubmitSoaInput!) { submitSoa(input: $input) { soaVersion { id } } }',
    { input: { ismsId, approvals: [{ personId: caller, role: 'top management' }] } },
    { personId: anna },
  );
  await decide([{ controlId: 'A.5.1', justification: `As ${id} shows.` }]);
  return submitSoa.soaVersion.id;
}

/** Of the thing's own ISMS, for what is read. */
const submitted = async (scenario: Scenario, of: Thing) => ({ versionId: await versionOf(scenario, of.ismsId, of) });

/** Of an ISMS of its own, for what is used up. */
const toJudge = async (scenario: Scenario, of: Thing) => ({
  versionId: await versionOf(scenario, await scenario.createIsms(), of),
});

const allDecided = async (scenario: Scenario, of: Thing) => {
  const ismsId = await scenario.createIsms();
  const versionId = await versionOf(scenario, ismsId, of);
  await scenario.ask('mutation ($input: WithdrawSoaInput!) { withdrawSoa(input: $input) { soaVersion { id } } }', {
    input: { id: versionId },
  });
  return { ismsId };
};

const rowFields = `controlId number title control { id } entryVersion decision justification reasons { kind text } risks { id reference title }
  obligations { id reference title } status decidedBy decidedAt
  implementations { id reference title status share verified claimed verification implementation { id } }`;
const versionFields = `id version number status contentHash controls necessary implemented note submittedBy submittedAt decidedAt supersededAt isms { id }`;

export const soaQueries: readonly Door[] = [
  {
    name: 'statementOfApplicability',
    document: `query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { isms { id } counts { controls necessary notNecessary undecided implemented }
      problems { controlId number code severity message } approved { id } inReview { id } drift { controlId } rows { ${rowFields} } } }`,
    variables: ({ ismsId }) => ({ ismsId }),
  },
  {
    name: 'soaVersion',
    document: `query ($id: UUID!) { soaVersion(id: $id) { ${versionFields} approvals { role decision note decidedAt } rows(controlIds: ["A.8.28"]) { ${rowFields} } } }`,
    variables: ({ versionId }) => ({ id: versionId }),
    prepare: submitted,
  },
  {
    name: 'soaVersions of an ISMS',
    document: 'query ($ismsId: UUID) { soaVersions(ismsId: $ismsId) { totalCount nodes { id isms { id } } } }',
    variables: ({ ismsId }) => ({ ismsId }),
    prepare: submitted,
  },
  {
    name: 'soaVersions',
    document:
      'query ($ismsId: UUID) { soaVersions(ismsId: $ismsId) { nodes { rows(controlIds: ["A.8.28"]) { implementations { id } } } } }',
    variables: ({ ismsId }) => ({ ismsId }),
    prepare: submitted,
  },
  {
    name: 'soaDifferences',
    document: 'query ($id: UUID!) { soaDifferences(from: $id) { controlId number kind field before after } }',
    variables: ({ versionId }) => ({ id: versionId }),
    prepare: submitted,
  },
];

export const soaMutations: readonly Door[] = [
  {
    name: 'decideApplicability',
    document: 'mutation ($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }',
    variables: ({ ismsId }) => ({
      input: { ismsId, entries: [{ controlId: 'A.5.2', decision: 'NECESSARY', justification: `${Math.random()}` }] },
    }),
  },
  {
    name: 'submitSoa',
    document: 'mutation ($input: SubmitSoaInput!) { submitSoa(input: $input) { soaVersion { id } } }',
    variables: ({ ismsId }) => ({ input: { ismsId, approvals: [{ personId: anna, role: 'top management' }] } }),
    prepare: allDecided,
  },
  {
    name: 'judgeSoa',
    permission: 'controls:approve',
    document: 'mutation ($input: JudgeSoaInput!) { judgeSoa(input: $input) { soaVersion { id } } }',
    variables: ({ versionId }) => ({ input: { id: versionId, decision: 'APPROVED' } }),
    prepare: toJudge,
  },
  {
    name: 'withdrawSoa',
    document: 'mutation ($input: WithdrawSoaInput!) { withdrawSoa(input: $input) { soaVersion { id } } }',
    variables: ({ versionId }) => ({ input: { id: versionId } }),
    prepare: toJudge,
  },
];
