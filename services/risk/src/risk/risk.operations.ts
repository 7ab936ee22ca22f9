import { AnnexError, badInput, type FieldFault, isUuid, notFound } from '@annex/schema';
import { checkVersion, ismsOf, newId, nextReference, numberOf, type WriteTx } from '@annex/service';
import { criteriaOfIsms, holdCriteria } from '../criteria/criteria.store.ts';
import type { Criteria } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { judgeRisk, saveRisk } from '../level/relevel.ts';
import { faultsOfOwner } from '../person/person.store.ts';
import { holdImplementations } from '../projection/projection.store.ts';
import { decidingTreatment } from '../treatment/treatment.store.ts';
import { type ConsequenceInput, faultsOfConsequences, keptConsequences } from './consequence.ts';
import { deleteLink, factorsOf, insertLinks, setLink } from './link.store.ts';
import { checkLinks, type LinkInput, linkValues, maxLinks } from './link.ts';
import { holdRisk, insertRisk, type RiskPatch, type RiskRow, recordNeeds, recordRisks } from './risk.store.ts';
import { type Affected, afterStep, derive, type RiskStep, type TreatmentOption } from './risk.ts';

export interface CreateRiskInput {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly description?: string | null;
  readonly ownerId?: string | null;
  readonly affects: readonly Affected[];
  readonly inherentLikelihood: number;
  readonly inherentConsequence: number;
  readonly consequences?: readonly ConsequenceInput[] | null;
  readonly treatmentOption?: TreatmentOption | null;
  readonly links?: readonly LinkInput[] | null;
}

export type UpdateRiskInput = { readonly id: string; readonly expectedVersion: number } & {
  readonly [K in Exclude<keyof CreateRiskInput, 'ismsId' | 'links'>]?: CreateRiskInput[K] | null;
};

/** What every step on a present risk says: which one, and the version that was read. */
export interface RiskStepInput {
  readonly riskId: string;
  readonly expectedVersion?: number | null;
}

interface Saved {
  readonly id: string;
  readonly version: number;
}

const saved = ({ id, version }: RiskRow): Saved => ({ id, version });

/** Every fault of what is given; what is left out is not looked at. */
export function faultsOf(input: Partial<UpdateRiskInput>, criteria: Criteria): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (name: keyof CreateRiskInput, right: boolean, allowed: string) => {
    if (input[name as keyof UpdateRiskInput] !== undefined && !right) {
      faults.push({ field: `input.${name}`, given: input[name as keyof UpdateRiskInput], allowed });
    }
  };
  const { title, description, ownerId, affects, inherentLikelihood, inherentConsequence } = input;
  check(
    'title',
    typeof title === 'string' && title.trim().length > 0 && title.length <= 200,
    'a title of 1 to 200 characters',
  );
  check('description', description === null || (description?.length ?? 0) <= 10_000, 'at most 10000 characters');
  check('ownerId', ownerId === null || isUuid(ownerId), 'the id of a person, or null');
  check(
    'affects',
    Array.isArray(affects) && affects.length > 0 && new Set(affects).size === affects.length,
    'at least one of CONFIDENTIALITY, INTEGRITY, AVAILABILITY, each once',
  );
  const level = (value: number | null | undefined, most: number) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
  const scale = (names: readonly { name: string }[]) =>
    `a level from 1 (${names[0]?.name}) to ${names.length} (${names.at(-1)?.name})`;
  check('inherentLikelihood', level(inherentLikelihood, criteria.likelihoods.length), scale(criteria.likelihoods));
  check('inherentConsequence', level(inherentConsequence, criteria.consequences.length), scale(criteria.consequences));
  faults.push(...faultsOfConsequences(input.consequences, criteria));
  return faults;
}

function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

/**
 * Identifies a risk (27001, 6.1.2 c), with its links if they are known.
 * @throws AnnexError BAD_INPUT with every fault, such as `input.links[0].implementationId`
 */
export async function createRisk(tx: WriteTx<RiskDatabase>, input: CreateRiskInput): Promise<Saved> {
  const ismsId = await ismsOf(tx, input.ismsId);
  // Held, so that criteria which are being replaced do not miss this risk.
  const criteria = await holdCriteria(tx, ismsId, 'share');
  if (!criteria) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  const links = input.links ?? [];
  const known = await holdImplementations(tx, ismsId, links.map((link) => link.implementationId).filter(isUuid));
  refuse([
    ...faultsOf(input, criteria),
    ...checkLinks('input.links', links, known),
    ...(await faultsOfOwner(tx, input.ownerId, null)),
  ]);
  const id = newId();
  await insertLinks(tx, { id, ismsId }, links.map(linkValues));
  const factors = (await factorsOf(tx, [id])).get(id) ?? [];
  const reference = await nextReference(tx, ismsId, 'R');
  const facts = {
    inherentLikelihood: input.inherentLikelihood,
    inherentConsequence: input.inherentConsequence,
    consequences: keptConsequences(input.consequences),
    assessedFrequency: null,
    assessedLoss: null,
    assessedConsequences: null,
    acceptance: 'NONE',
    acceptedRank: null,
  } as const;
  const risk = await insertRisk(tx, {
    id,
    ismsId,
    reference,
    number: numberOf(reference),
    title: input.title.trim(),
    description: input.description ?? '',
    ownerId: input.ownerId ?? null,
    affects: [...input.affects],
    status: 'OPEN',
    treatmentOption: input.treatmentOption ?? null,
    ...facts,
    ...derive(facts, criteria, factors),
  });
  const restsOn = () => factors.map((factor) => factor.implementationId);
  recordRisks(tx, [risk], restsOn);
  recordNeeds(tx, [risk], restsOn);
  await judgeRisk(tx, [ismsId]);
  return saved(risk);
}

/** Locks a risk in the version that the caller read. */
export async function holdRead(
  tx: WriteTx<RiskDatabase>,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<RiskRow> {
  const risk = await holdRisk(tx, id);
  if (!risk) throw notFound('Risk', id);
  checkVersion('Risk', id, risk.version, expectedVersion);
  return risk;
}

/** Saves a change of what a risk is called, whether it is open or what it rests on, and tells that too. */
async function saveNeed(tx: WriteTx<RiskDatabase>, present: RiskRow, patch: RiskPatch): Promise<RiskRow> {
  const row = await saveRisk(tx, present, patch);
  const factors = (await factorsOf(tx, [row.id])).get(row.id) ?? [];
  recordNeeds(tx, [row], () => factors.map((factor) => factor.implementationId));
  return row;
}

/** @throws AnnexError STATE_CONFLICT where an approved treatment says that a risk is treated in another way */
async function checkOption(tx: WriteTx<RiskDatabase>, risk: RiskRow, option: TreatmentOption | null): Promise<void> {
  if (option === risk.treatmentOption) return;
  const deciding = await decidingTreatment(tx, risk.id);
  if (!deciding || deciding.option === option) return;
  throw new AnnexError(
    'STATE_CONFLICT',
    `${deciding.reference} is approved and decides that ${risk.reference} is treated by ${deciding.option}; another option needs another treatment`,
    { details: { kind: 'RiskTreatment', id: deciding.id, present: deciding.option, asked: option } },
  );
}

/**
 * Changes what is given and leaves the rest.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, BAD_INPUT with every fault, STATE_CONFLICT
 */
export async function updateRisk(tx: WriteTx<RiskDatabase>, input: UpdateRiskInput): Promise<Saved> {
  const risk = await holdRead(tx, input.id, input.expectedVersion);
  const criteria = (await criteriaOfIsms(tx, [risk.ismsId])).get(risk.ismsId);
  if (!criteria) throw new Error(`The ISMS ${risk.ismsId} has risks and no criteria`);
  refuse([...faultsOf(input, criteria), ...(await faultsOfOwner(tx, input.ownerId, risk.ownerId))]);
  if (input.treatmentOption !== undefined) await checkOption(tx, risk, input.treatmentOption);
  const patch: RiskPatch = {
    ...(input.title == null ? {} : { title: input.title.trim() }),
    ...(input.description === undefined ? {} : { description: input.description ?? '' }),
    ...(input.ownerId === undefined ? {} : { ownerId: input.ownerId }),
    ...(input.affects == null ? {} : { affects: [...input.affects] }),
    ...(input.treatmentOption === undefined ? {} : { treatmentOption: input.treatmentOption }),
    ...(input.inherentLikelihood == null ? {} : { inherentLikelihood: input.inherentLikelihood }),
    ...(input.inherentConsequence == null ? {} : { inherentConsequence: input.inherentConsequence }),
    ...(input.consequences === undefined ? {} : { consequences: keptConsequences(input.consequences) }),
  };
  return saved(await (input.title == null ? saveRisk : saveNeed)(tx, risk, patch));
}

/**
 * Links a risk to an implementation that lowers it, or changes the effects of the link that is there.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT, BAD_INPUT
 */
export async function linkImplementation(tx: WriteTx<RiskDatabase>, input: RiskStepInput & LinkInput): Promise<Saved> {
  const seen = await tx.db
    .selectFrom('risk')
    .select('ismsId')
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', input.riskId)
    .executeTakeFirst();
  if (!seen) throw notFound('Risk', input.riskId);
  // The implementation before the risk: the order in which a strength event locks them.
  const known = await holdImplementations(tx, seen.ismsId, [input.implementationId]);
  refuse(checkLinks('input', [input], known));
  const risk = await holdRead(tx, input.riskId, input.expectedVersion);
  await setLink(tx, risk, linkValues(input));
  const count = (await factorsOf(tx, [risk.id])).get(risk.id)?.length ?? 0;
  if (count > maxLinks)
    throw badInput(
      'input.implementationId',
      input.implementationId,
      `no further one: ${risk.reference} has ${maxLinks} links`,
    );
  return saved(await saveNeed(tx, risk, {}));
}

/** Takes a link away. @throws AnnexError NOT_FOUND when there is no such risk or link, VERSION_CONFLICT */
export async function unlinkImplementation(
  tx: WriteTx<RiskDatabase>,
  input: RiskStepInput & { readonly implementationId: string },
): Promise<Saved> {
  const risk = await holdRead(tx, input.riskId, input.expectedVersion);
  if (!(await deleteLink(tx, risk.id, input.implementationId))) throw notFound('RiskLink', input.implementationId);
  return saved(await saveNeed(tx, risk, {}));
}

/** Closes or reopens a risk. @throws AnnexError STATE_CONFLICT, NOT_FOUND, VERSION_CONFLICT */
export async function stepRisk(tx: WriteTx<RiskDatabase>, step: RiskStep, input: RiskStepInput): Promise<Saved> {
  const risk = await holdRead(tx, input.riskId, input.expectedVersion);
  return saved(await saveNeed(tx, risk, { status: afterStep(risk.status, step) }));
}
