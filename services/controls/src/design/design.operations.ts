import { type Changed, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { keepImplementation, takeImplementation } from '../implementation/implementation.operations.ts';
import { fraction, text } from '../input.ts';
import { insertAssessment } from './design.store.ts';

export interface AssessDesignInput {
  readonly implementationId: string;
  readonly expectedVersion?: number | null;
  readonly conclusion: number;
  readonly reason: string;
}

/** Records what an assessor concluded of the design of an implementation (TS 27008); the latest conclusion counts. */
export async function assessDesign(tx: WriteTx<ControlsDatabase>, input: AssessDesignInput): Promise<Changed> {
  const conclusion = fraction('input.conclusion', input.conclusion);
  const reason = text('input.reason', input.reason, 5000, 'required');
  const implementation = await takeImplementation(tx, input.implementationId, input.expectedVersion);
  await insertAssessment(tx, {
    tenantId: tx.tenant,
    id: newId(),
    ismsId: implementation.ismsId,
    implementationId: implementation.id,
    implementationVersion: implementation.version + 1,
    conclusion,
    reason,
    assessedBy: actingPerson(tx.scope),
    assessedAt: tx.now,
  });
  return keepImplementation(tx, implementation);
}
