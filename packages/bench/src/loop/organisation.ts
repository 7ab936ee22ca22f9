import type { System } from '@annex/standalone';
import { createOrganisation, type Organisation } from '../organisation.ts';

/** A complete run of a tool with so many findings. */
export function sarifLog(findings: number): string {
  return JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'scanner', rules: [{ id: 'weakness' }] } },
        invocations: [{ executionSuccessful: true }],
        results: Array.from({ length: findings }, (_, index) => ({
          ruleId: 'weakness',
          level: 'error',
          message: { text: `Weakness ${index + 1}` },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: `src/file-${index}.c` }, region: { startLine: index + 1 } },
            },
          ],
        })),
      },
    ],
  });
}

/**
 * The shortest loop there is: open findings of a scanner are a measure, behind one implementation, on which one risk rests. A log with 60
 * findings puts the risk above criteria and a gap at clause 8.3; a clean one takes both away.
 */
export async function createLoop(system: System): Promise<Organisation> {
  const organisation = await createOrganisation(system, 'loop');
  const { create } = organisation;
  const ismsId = await create('createIsms', 'isms', { name: 'Product', scope: 'Everything we build and run' });
  await system.settle();
  const measureId = await create('createMeasure', 'measure', {
    ismsId,
    title: 'Static analysis findings open',
    informationNeed: 'Is the code written without the weaknesses that tools can see?',
    unit: 'findings',
    worst: 50,
    target: 0,
    frequency: 'P1W',
    collector: 'SARIF_OPEN_FINDINGS',
  });
  const implementationId = await create('createImplementation', 'implementation', {
    ismsId,
    title: 'Secure coding',
    status: 'IMPLEMENTED',
    controlIds: ['iso27001:2022:A.8.28'],
  });
  await create('assessDesign', 'implementation', { implementationId, conclusion: 1, reason: 'Fits the risk' });
  await system.settle();
  await create('linkMeasure', 'implementation', { implementationId, measureId, role: 'EFFECTIVENESS' });
  await create('createRisk', 'risk', {
    ismsId,
    title: 'A flaw in our code is found by others first',
    affects: ['CONFIDENTIALITY'],
    inherentLikelihood: 4,
    inherentConsequence: 4,
    links: [{ implementationId, likelihoodEffect: 0.98, consequenceEffect: 0.9 }],
  });
  await system.settle();
  return organisation;
}
