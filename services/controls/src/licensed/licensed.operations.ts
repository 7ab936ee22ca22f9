import { createHash } from 'node:crypto';
import { requirement } from '@annex/catalogues';
import { AnnexError, badInput, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, newId, type WriteTx } from '@annex/service';
import { clauseOf, controlOf, currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdCataloguesOf } from '../library/library.store.ts';
import {
  deleteTexts,
  insertContent,
  insertText,
  type LicensedTextRow,
  licensedTexts,
  lockText,
  lockTextOf,
  updateText,
} from './licensed.store.ts';
import { languageTag } from './licensed.ts';

export interface SetLicensedTextInput {
  readonly placeId: string;
  readonly language?: string | null;
  readonly expectedVersion?: number | null;
  readonly text?: string | null;
  readonly licensedBy?: string | null;
  readonly licenceReference?: string | null;
  readonly licensedUntil?: Date | null;
}

export interface RemoveLicensedTextInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/** Without the words: webhooks would carry them out of the house. */
export function licensedTextEvent(row: LicensedTextRow): EventRow<'annex.controls.licensed-text.changed.v1'> {
  const { id, version, placeId, language, sha256, licensedUntil } = row;
  return { id, version, placeId, language, sha256, licensedUntil: licensedUntil?.toISOString() ?? null };
}

/** The full id of what a text can be of. @throws AnnexError BAD_INPUT */
async function knownPlace(tx: WriteTx<ControlsDatabase>, given: string): Promise<string> {
  const id = currentId(given.trim());
  if (controlOf(id) || clauseOf(id) || requirement(id)) return id;
  // Held, so that the catalogue is not taken away under the text.
  const [own] = await holdCataloguesOf(tx, [id]);
  if (own) return own.id;
  throw badInput(
    'input.placeId',
    given,
    'must be a clause, lettered item or control of 27001, or an item of an own catalogue, such as iso27001:2022:A.8.28',
  );
}

const hashOf = (words: string) => createHash('sha256').update(words).digest('hex');

/** The unique index decides between two who enter the same text at once. */
async function insertOnce(tx: WriteTx<ControlsDatabase>, row: LicensedTextRow): Promise<void> {
  try {
    await insertText(tx, row);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw new AnnexError('VERSION_CONFLICT', `The text of ${row.placeId} was entered by somebody else just now`, {
      details: { kind: 'LicensedText', placeId: row.placeId, language: row.language, expectedVersion: 0 },
      cause: error,
    });
  }
}

/**
 * Enters the text of a place in a language, or changes what is given of it. What changes nothing makes no version.
 * @throws AnnexError BAD_INPUT, VERSION_CONFLICT
 */
export async function setLicensedText(tx: WriteTx<ControlsDatabase>, input: SetLicensedTextInput): Promise<Changed> {
  const language = languageTag('input.language', input.language ?? 'en');
  const placeId = await knownPlace(tx, input.placeId);
  const before = await lockTextOf(tx, placeId, language);
  checkVersion('LicensedText', before?.id ?? placeId, before?.version ?? 0, input.expectedVersion);
  const given = input.text ?? (before ? null : '');
  const words = given === null ? null : text('input.text', given, 50_000, 'required');
  const sha256 = words === null ? (before?.sha256 ?? '') : hashOf(words);
  const changesWords = sha256 !== before?.sha256;
  const row: LicensedTextRow = {
    ...(before ?? { ...entityFields(tx), id: newId(), version: 0, placeId, language }),
    sha256,
    contentId: before && !changesWords ? before.contentId : newId(),
    licensedBy: text('input.licensedBy', input.licensedBy ?? before?.licensedBy ?? '', 300, 'required'),
    licenceReference: text(
      'input.licenceReference',
      input.licenceReference ?? before?.licenceReference ?? '',
      300,
      'required',
    ),
    licensedUntil: input.licensedUntil === undefined ? (before?.licensedUntil ?? null) : input.licensedUntil,
  };
  const same =
    before &&
    !changesWords &&
    before.licensedBy === row.licensedBy &&
    before.licenceReference === row.licenceReference &&
    before.licensedUntil?.getTime() === row.licensedUntil?.getTime();
  if (same) return { id: before.id, version: before.version };
  row.version++;
  if (before) await updateText(tx, row);
  else await insertOnce(tx, row);
  if (words !== null && changesWords) await insertContent(tx, row, words);
  tx.record('annex.controls.licensed-text.changed.v1', { rows: [licensedTextEvent(row)] });
  return { id: row.id, version: row.version };
}

async function remove(tx: WriteTx<ControlsDatabase>, rows: readonly LicensedTextRow[]): Promise<void> {
  if (rows.length === 0) return;
  await deleteTexts(
    tx,
    rows.map((row) => row.id),
  );
  tx.record('annex.controls.licensed-text.changed.v1', {
    rows: rows.map((row) => ({ ...licensedTextEvent(row), version: row.version + 1, deleted: true })),
  });
}

/** Takes a text away, its words from the history too. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function removeLicensedText(
  tx: WriteTx<ControlsDatabase>,
  input: RemoveLicensedTextInput,
): Promise<Changed> {
  const row = await lockText(tx, input.id);
  checkVersion('LicensedText', row.id, row.version, input.expectedVersion);
  await remove(tx, [row]);
  return { id: row.id, version: row.version + 1 };
}

/** Takes away the texts of a catalogue that is taken away; nobody can enter one meanwhile, since the catalogue is locked. */
export async function removeTextsOf(tx: WriteTx<ControlsDatabase>, framework: string): Promise<void> {
  await remove(tx, await licensedTexts(tx, framework).orderBy('id').forUpdate().execute());
}
