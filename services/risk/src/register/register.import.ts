import { AnnexError, type FieldFault, refuseAll } from '@annex/schema';
import { entityFields, newId, nextReferences, numberOf, type Tx, touched, type WriteTx } from '@annex/service';
import { holdCriteria } from '../criteria/criteria.store.ts';
import type { Criteria } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { judgeRisk } from '../level/relevel.ts';
import { stillThere, whoLeft } from '../person/person.store.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { keptConsequences } from '../risk/consequence.ts';
import { factorsOf } from '../risk/link.store.ts';
import { type RiskRow, recordNeeds, recordRisks } from '../risk/risk.store.ts';
import { derive } from '../risk/risk.ts';
import { type GivenRisk, type GivenTable, type GivenValues, ignoredColumns, readRisks } from './register.read.ts';
import { holdImports, holdNamed, insertRisks, updateImported } from './register.store.ts';
import { consequenceTexts, settable, settableTexts } from './register.table.ts';

/** What becomes of a column of a risk, as texts of the register. */
export interface ImportedChange {
  /** Such as `title`, or `consequence:SAFETY`. */
  readonly column: string;
  readonly from: string;
  readonly to: string;
}

/** A row of the file that makes or changes a risk. */
export interface ImportedRow {
  readonly place: string;
  readonly outcome: 'CREATED' | 'CHANGED';
  readonly id: string;
  readonly reference: string;
  readonly externalKey: string | null;
  readonly title: string;
  readonly changes: readonly ImportedChange[];
}

export interface Imported {
  readonly ismsId: string;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Columns of the file that were not read. */
  readonly ignored: readonly string[];
  readonly rows: readonly ImportedRow[];
}

/** Texts of an answer: enough to know them again. */
const shown = (text: string) => (text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text);

interface Match {
  readonly given: GivenRisk;
  readonly risk: RiskRow | undefined;
}

/** Which risk each row means, and every row that means none or one that another row means. */
function match(given: readonly GivenRisk[], held: readonly RiskRow[]): { matches: Match[]; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const byReference = new Map(held.map((risk) => [risk.reference, risk]));
  const byKey = new Map(held.flatMap((risk) => (risk.externalKey === null ? [] : [[risk.externalKey, risk] as const])));
  const meant = new Map<string, string>();
  const matches = given.map((row): Match => {
    const { place, reference, externalKey } = row;
    const fault = (column: string, value: string | null, allowed: string) =>
      faults.push({ field: `${place}, ${column}`, given: value, allowed });
    const named = reference === null ? undefined : byReference.get(reference);
    const keyed = externalKey === null ? undefined : byKey.get(externalKey);
    if (reference !== null && !named)
      fault('reference', reference, 'the reference of a risk of this ISMS, or nothing for one that is new');
    if (named && keyed && named.id !== keyed.id)
      fault('external key', externalKey, `a key that is not that of ${keyed.reference}`);
    const risk = named ?? keyed;
    const { title, affects, inherentLikelihood, inherentConsequence } = row.values;
    if (!risk && reference === null && [title, affects, inherentLikelihood, inherentConsequence].includes(undefined)) {
      fault(
        'external key',
        externalKey,
        'the key of a risk that is there: a new one needs the columns title, affects, inherent likelihood and inherent consequence',
      );
    }
    // Two rows may name one risk in two ways, so it is its id that may come once; a new one has its key alone.
    const identity = risk?.id ?? (externalKey === null ? undefined : `key ${externalKey}`);
    const twin = identity === undefined ? undefined : meant.get(identity);
    if (twin !== undefined)
      fault(reference === null ? 'external key' : 'reference', reference ?? externalKey, `not the risk of ${twin} too`);
    else if (identity !== undefined) meant.set(identity, place);
    return { given: row, risk };
  });
  return { matches, faults };
}

/** Every row that gives a risk to somebody who left; whom it has already it keeps. */
async function faultsOfOwners(tx: Tx<RiskDatabase>, matches: readonly Match[]): Promise<FieldFault[]> {
  const given = matches.flatMap(({ given: { place, values }, risk }) =>
    values.ownerId && values.ownerId !== risk?.ownerId ? [{ place, ownerId: values.ownerId }] : [],
  );
  const left = await whoLeft(
    tx,
    given.map(({ ownerId }) => ownerId),
  );
  return given.flatMap(({ place, ownerId }) =>
    left.has(ownerId) ? [{ field: `${place}, owner id`, given: ownerId, allowed: stillThere }] : [],
  );
}

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one) => b.includes(one));

/** The levels in further categories with what a row says of some of them; the very same where that changes none. */
function withConsequences(
  present: RiskRow['consequences'],
  given: GivenValues['consequences'],
): RiskRow['consequences'] {
  const levels = new Map(Object.entries(present ?? {}));
  const differ = (given ?? []).filter(({ category, level }) => (levels.get(category) ?? null) !== level);
  if (differ.length === 0) return present;
  for (const { category, level } of differ) {
    if (level === null) levels.delete(category);
    else levels.set(category, level);
  }
  return keptConsequences([...levels].map(([category, level]) => ({ category, level })));
}

/** A risk with what a row says of it; the risk itself where that is what it says already. */
function withGiven(risk: RiskRow, { externalKey, values }: GivenRisk): RiskRow {
  const { affects, consequences, ...plain } = values;
  const next: RiskRow = {
    ...risk,
    ...plain,
    // A key that the file leaves out is not taken away: the register that it belongs to still knows the risk by it.
    externalKey: externalKey ?? risk.externalKey,
    consequences: withConsequences(risk.consequences, consequences),
    affects: affects && !sameSet(affects, risk.affects) ? affects : risk.affects,
  };
  return (Object.keys(next) as (keyof RiskRow)[]).every((name) => next[name] === risk[name]) ? risk : next;
}

function changesBetween(criteria: Criteria, from: RiskRow, to: RiskRow): ImportedChange[] {
  const [before, after] = [settableTexts(from, criteria), settableTexts(to, criteria)];
  const [ratedBefore, ratedAfter] = [consequenceTexts(from, criteria), consequenceTexts(to, criteria)];
  return [
    ...settable.map((column) => ({ column, from: before[column], to: after[column] })),
    ...[...ratedBefore].map(([column, text]) => ({ column, from: text, to: ratedAfter.get(column) ?? '' })),
  ]
    .filter((change) => change.from !== change.to)
    .map(({ column, ...change }) => ({ column, from: shown(change.from), to: shown(change.to) }));
}

/** The whole row of a risk that is new. */
function newRisk(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  criteria: Criteria,
  { given, reference }: { readonly given: GivenRisk; readonly reference: string },
): RiskRow {
  const { title, affects, inherentLikelihood, inherentConsequence, description, ownerId, treatmentOption } =
    given.values;
  if (title === undefined || !affects || inherentLikelihood === undefined || inherentConsequence === undefined)
    throw new Error(`${given.place} makes a risk and was not found to lack something`);
  const facts = {
    inherentLikelihood,
    inherentConsequence,
    assessedFrequency: null,
    assessedLoss: null,
    consequences: withConsequences(null, given.values.consequences),
    assessedConsequences: null,
    acceptance: 'NONE',
    acceptedRank: null,
  } as const;
  return {
    ...entityFields(tx),
    id: newId(),
    ismsId,
    version: 1,
    reference,
    number: numberOf(reference),
    externalKey: given.externalKey,
    title,
    description: description ?? '',
    ownerId: ownerId ?? null,
    affects,
    status: 'OPEN',
    treatmentOption: treatmentOption ?? null,
    ...facts,
    ...derive(facts, criteria, []),
  };
}

/** Writes the rows that differ, with the levels that follow, and tells of them. */
async function saveChanged(
  tx: WriteTx<RiskDatabase>,
  criteria: Criteria,
  pairs: readonly { readonly before: RiskRow; readonly after: RiskRow }[],
): Promise<void> {
  if (pairs.length === 0) return;
  const factors = await factorsOf(
    tx,
    pairs.map(({ before }) => before.id),
  );
  const restsOn = (id: string) => (factors.get(id) ?? []).map((factor) => factor.implementationId);
  const rows = pairs.map(
    ({ before, after }): RiskRow => ({
      ...after,
      ...derive(after, criteria, factors.get(after.id) ?? []),
      ...touched(tx),
      version: before.version + 1,
    }),
  );
  await updateImported(tx, rows);
  recordRisks(tx, rows, restsOn);
  recordNeeds(
    tx,
    rows.filter((row, index) => row.title !== pairs[index]?.before.title),
    restsOn,
  );
}

/**
 * Takes a register over (27001, 6.1.2 c): risks that are not there yet are identified, those that are get what the file says
 * otherwise. All of it or nothing; the same file again changes nothing.
 * @throws AnnexError INVALID_TABLE with every row at fault, NOT_FOUND, STATE_CONFLICT for a retired ISMS
 */
export async function importRegister(tx: WriteTx<RiskDatabase>, ismsId: string, table: GivenTable): Promise<Imported> {
  await holdActiveIsms(tx, ismsId);
  const criteria = await holdCriteria(tx, ismsId, 'share');
  if (!criteria) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  const { risks, faults } = readRisks(table, criteria);
  await holdImports(tx, ismsId);
  const held = await holdNamed(tx, ismsId, {
    references: risks.flatMap(({ reference }) => reference ?? []),
    externalKeys: risks.flatMap(({ externalKey }) => externalKey ?? []),
  });
  const { matches, faults: unmatched } = match(risks, held);
  refuseAll('INVALID_TABLE', [...faults, ...unmatched, ...(await faultsOfOwners(tx, matches))]);

  const fresh = matches.filter(({ risk }) => !risk);
  const references = await nextReferences(tx, ismsId, 'R', fresh.length);
  const created = fresh.map(({ given }, index) => ({
    given,
    row: newRisk(tx, ismsId, criteria, { given, reference: references[index] ?? '' }),
  }));
  const pairs = matches.flatMap(({ given, risk: before }) => {
    const after = before && withGiven(before, given);
    return before && after && after !== before ? [{ given, before, after }] : [];
  });
  const made = created.map(({ row }) => row);
  await insertRisks(tx, made);
  recordRisks(tx, made, () => []);
  recordNeeds(tx, made, () => []);
  await saveChanged(tx, criteria, pairs);
  if (created.length + pairs.length > 0) await judgeRisk(tx, [ismsId]);

  const told = (given: GivenRisk, { id, reference, externalKey, title }: RiskRow) => ({
    place: given.place,
    id,
    reference,
    externalKey,
    title,
  });
  return {
    ismsId,
    created: created.length,
    changed: pairs.length,
    unchanged: matches.length - created.length - pairs.length,
    ignored: ignoredColumns(table),
    rows: [
      ...created.map(({ given, row }) => ({ ...told(given, row), outcome: 'CREATED' as const, changes: [] })),
      ...pairs.map(({ given, before, after }) => ({
        ...told(given, after),
        outcome: 'CHANGED' as const,
        changes: changesBetween(criteria, before, after),
      })),
    ],
  };
}
