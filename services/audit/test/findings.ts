import { type Auditing, type risk, startAuditing, tellIsms } from './auditing.ts';

export interface View {
  id: string;
  version: number;
  reference: string;
  title: string;
  status: string;
  condition: string;
  origin: string;
  clause: string;
  reason: string;
  risk: { id: string } | null;
  subject: { kind: string; id: string; reference: string };
  recurrenceOf: { id: string } | null;
  decidedBy: { id: string } | null;
  decisionReason: string | null;
  history: {
    version: number;
    at: string;
    by: string;
    status: string;
    condition: string;
    decisionReason: string | null;
  }[];
}

export const fields = `id version reference title status condition origin clause reason risk { id } subject { kind id reference }
  recurrenceOf { id } decidedBy { id } decisionReason history { version at by status condition decisionReason }`;

/** The audit service with an ISMS, and what tests of findings ask of it. */
export async function startFindings() {
  const auditing: Auditing = await startAuditing();
  // Before every moment that a test moves the clock to.
  await auditing.test.setClock(new Date('2026-01-01T00:00:00Z'));
  const ismsId = await tellIsms(auditing);
  await auditing.test.setClock(null);

  const tell = async (...rows: ReturnType<typeof risk>[]) => {
    await auditing.emit('annex.risk.risk.changed.v1', { rows });
    await auditing.settle();
  };

  /** Findings about a risk, the latest first. */
  async function about(riskId: string, asOf?: string): Promise<View[]> {
    const { findings } = await auditing.ask<{ findings: { edges: { node: View }[] } }>(
      `{ findings(first: 200) { edges { node { ${fields} } } } }`,
      {},
      asOf === undefined ? {} : { asOf: new Date(asOf) },
    );
    return findings.edges.map((edge) => edge.node).filter((finding) => finding.subject.id === riskId);
  }

  const only = async (riskId: string, asOf?: string): Promise<View> => {
    const [finding, ...more] = await about(riskId, asOf);
    if (!finding || more.length > 0) throw new Error(`${more.length + (finding ? 1 : 0)} findings instead of one`);
    return finding;
  };

  const decide = (action: 'confirm' | 'decline', id: string, more: Record<string, unknown> = {}) =>
    auditing.call(
      `mutation ($input: ${action === 'confirm' ? 'Confirm' : 'Decline'}FindingInput!) { ${action}Finding(input: $input) { finding { status version } } }`,
      { input: { id, ...more } },
    );

  return { auditing, ismsId, at: (text: string) => auditing.test.setClock(new Date(text)), tell, about, only, decide };
}
