import { AnnexError, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, ismsOf, newId, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { versionsNaming } from '../scope/scope.store.ts';
import { refuseNamed } from '../scope/scope.ts';
import { deleteSiteRow, insertSite, readSite, type SiteRow, siteNamed, sitesOf, updateSiteRow } from './site.store.ts';
import type { SiteKind } from './site.ts';

export interface CreateSiteInput {
  readonly ismsId?: string | null;
  readonly name: string;
  readonly kind: SiteKind;
  readonly description?: string | null;
}

export interface UpdateSiteInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly kind?: SiteKind | null;
  readonly description?: string | null;
}

export interface DeleteSiteInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

function siteEvent(row: SiteRow): EventRow<'annex.controls.site.changed.v1'> {
  const { id, ismsId, version, name, kind } = row;
  return { id, ismsId, version, name, kind };
}

async function checkName(tx: WriteTx<ControlsDatabase>, row: Pick<SiteRow, 'id' | 'ismsId' | 'name'>): Promise<void> {
  const other = await siteNamed(tx, row.ismsId, row.name);
  if (!other || other.id === row.id) return;
  throw new AnnexError('ALREADY_EXISTS', `There is a site named ${row.name} already`, {
    faults: [{ field: 'input.name', given: row.name, allowed: 'a name that no other site of the ISMS has' }],
  });
}

/** Records a site that a scope can name (27001, 4.3). */
export async function createSite(tx: WriteTx<ControlsDatabase>, input: CreateSiteInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row: SiteRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    name: text('input.name', input.name, 200, 'required'),
    kind: input.kind,
    description: text('input.description', input.description ?? '', 5000, 'optional'),
  };
  await checkName(tx, row);
  await insertSite(tx, row);
  tx.record('annex.controls.site.changed.v1', { rows: [siteEvent(row)] });
  return { id: row.id, version: row.version };
}

/** The site with its ISMS locked, so that scopes that name it and changes of it come one after the other. */
async function take(
  tx: WriteTx<ControlsDatabase>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<SiteRow> {
  checkNotRetired(await lockIsms(tx, (await readSite(tx, id)).ismsId));
  const row = await readSite(tx, id);
  checkVersion('Site', row.id, row.version, expectedVersion);
  return row;
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. */
export async function updateSite(tx: WriteTx<ControlsDatabase>, input: UpdateSiteInput): Promise<Changed> {
  const row = await take(tx, input);
  const changed: SiteRow = {
    ...row,
    name: text('input.name', input.name ?? row.name, 200, 'required'),
    kind: input.kind ?? row.kind,
    description: text('input.description', input.description ?? row.description, 5000, 'optional'),
    version: row.version + 1,
  };
  const same = (['name', 'kind', 'description'] as const).every((field) => row[field] === changed[field]);
  if (same) return { id: row.id, version: row.version };
  await checkName(tx, changed);
  await updateSiteRow(tx, changed);
  tx.record('annex.controls.site.changed.v1', { rows: [siteEvent(changed)] });
  return { id: row.id, version: changed.version };
}

/** @throws AnnexError STATE_CONFLICT while a scope that is drafted, under review or in force names it */
export async function deleteSite(tx: WriteTx<ControlsDatabase>, input: DeleteSiteInput): Promise<Changed> {
  const row = await take(tx, input);
  refuseNamed('Site', row, await versionsNaming(tx, row.ismsId, 'siteIds', row.id));
  await deleteSiteRow(tx, row.id);
  const version = row.version + 1;
  tx.record('annex.controls.site.changed.v1', { rows: [{ ...siteEvent(row), version, deleted: true }] });
  return { id: row.id, version };
}

/** Announces the sites of an ISMS as they are now (`annex resync`). */
export async function announceSites(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await sitesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.site.changed.v1', { rows: rows.map(siteEvent) });
}
