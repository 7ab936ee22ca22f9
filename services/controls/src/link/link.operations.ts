import { AnnexError, badInput, notFound } from '@annex/schema';
import { type Changed, entityFields, newId, touched, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { keepImplementation, takeImplementation } from '../implementation/implementation.operations.ts';
import { text } from '../input.ts';
import { findMeasures, holdAttainment } from '../measure/measure.store.ts';
import { type LinkRole, type LinkStanding, verifiedReading } from '../strength/strength.ts';
import { endLink, insertLink, presentLinks } from './link.store.ts';

/** More measures behind one implementation are more than anyone can weigh against each other. */
const maxLinks = 100;

export interface LinkMeasureInput {
  readonly implementationId: string;
  readonly expectedVersion?: number | null;
  readonly measureId: string;
  readonly weight?: number | null;
  readonly role?: LinkRole | null;
  readonly standing?: LinkStanding | null;
}

export interface UnlinkMeasureInput {
  readonly implementationId: string;
  readonly expectedVersion?: number | null;
  readonly measureId: string;
  readonly reason: string;
}

/**
 * Lets a measure tell whether an implementation operates (27001, 9.1; 27004). A measure that evidence has not told of yet may be
 * linked: news of it may be under way.
 */
export async function linkMeasure(tx: WriteTx<ControlsDatabase>, input: LinkMeasureInput): Promise<Changed> {
  const weight = input.weight ?? 1;
  if (!(weight > 0 && weight <= 1000)) {
    throw badInput('input.weight', input.weight, 'must be above 0 and at most 1000');
  }
  const implementation = await takeImplementation(tx, input.implementationId, input.expectedVersion);
  await holdAttainment(tx, input.measureId, implementation.ismsId);
  const [measure] = await findMeasures(tx, [input.measureId]);
  if (measure?.deleted) throw notFound('Measure', input.measureId);
  if (measure && measure.ismsId !== implementation.ismsId) {
    throw badInput('input.measureId', input.measureId, 'must be a measure of the same ISMS as the implementation');
  }
  const present = await presentLinks(tx, implementation.id);
  if (present.some((link) => link.measureId === input.measureId)) {
    throw new AnnexError('ALREADY_EXISTS', 'The measure is linked to this implementation already', {
      faults: [{ field: 'input.measureId', given: input.measureId, allowed: 'a measure that is not linked yet' }],
    });
  }
  if (present.length >= maxLinks) {
    throw badInput('input.measureId', input.measureId, `must be one of at most ${maxLinks} measures linked at a time`);
  }
  await insertLink(tx, {
    ...entityFields(tx),
    id: newId(),
    ismsId: implementation.ismsId,
    version: 1,
    implementationId: implementation.id,
    measureId: input.measureId,
    weight,
    role: input.role ?? 'PERFORMANCE',
    standing: input.standing ?? 'ORDINARY',
    linkedBy: actingPerson(tx.scope),
    linkedVersion: implementation.version + 1,
    unlinkedAt: null,
    unlinkedBy: null,
    unlinkedVersion: null,
    unlinkedReason: null,
    lastReading: null,
  });
  return keepImplementation(tx, implementation);
}

/**
 * Ends a link. That it was there is kept, with who ended it and why, and what the measure said last goes on holding the verified
 * reading down until another person has looked (domain model, 4).
 */
export async function unlinkMeasure(tx: WriteTx<ControlsDatabase>, input: UnlinkMeasureInput): Promise<Changed> {
  const reason = text('input.reason', input.reason, 2000, 'required');
  const implementation = await takeImplementation(tx, input.implementationId, input.expectedVersion);
  const present = await presentLinks(tx, implementation.id);
  const link = present.find((one) => one.measureId === input.measureId);
  if (!link) throw notFound('MeasureLink', input.measureId);
  const attainment = await holdAttainment(tx, link.measureId, implementation.ismsId);
  const [measure] = await findMeasures(tx, [link.measureId]);
  await endLink(tx, {
    ...link,
    ...touched(tx),
    version: link.version + 1,
    unlinkedAt: tx.now,
    unlinkedBy: actingPerson(tx.scope),
    unlinkedVersion: implementation.version + 1,
    unlinkedReason: reason,
    lastReading: attainment.deleted || measure?.deleted ? 0 : verifiedReading(attainment),
  });
  return keepImplementation(tx, implementation);
}
