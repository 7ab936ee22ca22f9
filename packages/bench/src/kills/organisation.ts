import type { System } from '@annex/standalone';
import { createOrganisation } from '../organisation.ts';

/** What the events of a run are about. */
export interface Register {
  readonly tenantId: string;
  readonly personId: string;
  readonly measureIds: readonly string[];
}

const size = { measures: 20, implementations: 20, risks: 40 };

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/**
 * An ISMS in which everything hangs together: every measure stands behind two implementations, every risk rests on two, some links share a
 * cause, some measures are key. Whatever is measured moves strengths, levels, rules, findings and readiness.
 */
export async function createRegister(system: System): Promise<Register> {
  const { tenantId, personId, create } = await createOrganisation(system, 'kills');
  const ismsId = await create('createIsms', 'isms', { name: 'Everything', scope: 'All of it' });
  await system.settle();

  const measureIds: string[] = [];
  for (const index of range(size.measures)) {
    const [worst, target] = index % 2 === 0 ? [0, 100] : [80, 20];
    measureIds.push(
      await create('createMeasure', 'measure', {
        ismsId,
        title: `Measure ${index}`,
        informationNeed: 'How well does it go?',
        unit: '%',
        worst,
        target,
        frequency: 'P1M',
        collector: 'MANUAL',
      }),
    );
  }
  const implementationIds: string[] = [];
  for (const index of range(size.implementations)) {
    const implementationId = await create('createImplementation', 'implementation', {
      ismsId,
      title: `Implementation ${index}`,
      ...(index % 7 === 3 ? { status: 'PARTIAL', share: 0.6 } : { status: 'IMPLEMENTED' }),
      ownerId: personId,
      controlIds: [`iso27001:2022:A.8.${1 + index}`],
    });
    implementationIds.push(implementationId);
    await create('assessDesign', 'implementation', {
      implementationId,
      conclusion: 0.8 + (index % 5) / 25,
      reason: 'Compared with what the risks need',
    });
  }
  await system.settle();

  for (const [index, implementationId] of implementationIds.entries()) {
    for (const [position, weight] of [1, 2.5].entries()) {
      await create('linkMeasure', 'implementation', {
        implementationId,
        measureId: measureIds[(index + position) % size.measures],
        weight,
        role: position === 0 ? 'EFFECTIVENESS' : 'PERFORMANCE',
        standing: position === 0 && index % 3 === 0 ? 'KEY' : 'ORDINARY',
      });
    }
  }
  for (const index of range(size.risks)) {
    const second = (index * 7 + 3) % size.implementations;
    const first = index % size.implementations;
    const commonCause = index % 4 === 0 ? 'one team' : null;
    const links = [...new Set([first, second])].map((position, place) => ({
      implementationId: implementationIds[position],
      likelihoodEffect: place === 0 ? 0.95 : 0.6,
      consequenceEffect: place === 0 ? 0.2 : 0.8,
      commonCause,
    }));
    await create('createRisk', 'risk', {
      ismsId,
      title: `Risk ${index}`,
      ownerId: personId,
      affects: ['AVAILABILITY'],
      inherentLikelihood: 2 + (index % 4),
      inherentConsequence: 2 + ((index >> 1) % 4),
      links,
    });
  }
  await system.settle();
  return { tenantId, personId, measureIds };
}
