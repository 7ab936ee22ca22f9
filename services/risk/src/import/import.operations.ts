import { type ErrorCode, type FieldFault, refuseAll } from '@annex/schema';
import { entityFields, ismsOf, judge, newId, nextReferences, numberOf, type WriteTx } from '@annex/service';
import { assetRules } from '../asset/asset.rules.ts';
import {
  type AssetRow,
  assetEvent,
  findAssets,
  holdStructure,
  needsOf,
  needsReached,
  setNeeds,
} from '../asset/asset.store.ts';
import { type AssetFacts, cycleThrough } from '../asset/asset.ts';
import type { RiskDatabase } from '../database.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { raiseForAssets } from '../trigger/trigger.operations.ts';
import { type Known, knownAssets, writeAssets } from './import.store.ts';
import { type WrittenAsset, type WrittenAssets, withoutCircles } from './written.ts';

export type AssetFormat = 'csv' | 'cyclonedx';

export interface Imported {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly warnings: readonly string[];
}

/** Faults and warnings that one answer lists. */
const mostListed = 100;
/** So many assets one may be made to depend on by a file: what is told of an asset is one event row. */
const mostNeeds = 5000;

/** What a file of a format is refused with. */
export const codes = { csv: 'INVALID_TABLE', cyclonedx: 'INVALID_CYCLONEDX' } as const satisfies Record<
  AssetFormat,
  ErrorCode
>;

/** An asset of a file with the one that it becomes. */
interface Matched {
  readonly written: WrittenAsset;
  readonly present: AssetRow | undefined;
  readonly row: AssetRow;
}

const nameOf = (text: string) => text.toLowerCase();

/** Finds assets by key or name, among those of the file and those that are there. */
class Finder {
  readonly #byKey = new Map<string, string>();
  readonly #byName = new Map<string, string[]>();

  add(row: AssetRow): void {
    if (row.externalKey !== null) this.#byKey.set(row.externalKey, row.id);
    const name = nameOf(row.name);
    const same = this.#byName.get(name) ?? [];
    if (!same.includes(row.id)) this.#byName.set(name, [...same, row.id]);
  }

  /** The ids that bear a key or, where none does, a name. */
  find(text: string): readonly string[] {
    const byKey = this.#byKey.get(text);
    return byKey === undefined ? (this.#byName.get(nameOf(text)) ?? []) : [byKey];
  }
}

/** Which asset each of the file is: one that is there already, or a new one without a reference yet. */
function match(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  assets: readonly WrittenAsset[],
  known: Known,
): { matched: Matched[]; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const taken = new Map<string, string>();
  const matched = assets.flatMap((written): Matched[] => {
    const { key, facts, place, said } = written;
    const identity = 'external' in key ? `key ${key.external}` : `name ${nameOf(key.name)}`;
    const found = 'external' in key ? known.byKey.get(key.external) : known.byName.get(nameOf(key.name));
    const [present, another] = found ?? [];
    const given = 'external' in key ? key.external : key.name;
    const field = `${place}, ${'external' in key ? 'externalKey' : 'name'}`;
    if (another) {
      faults.push({ field, given, allowed: 'must be the name of one asset alone; give its externalKey' });
      return [];
    }
    const earlier = taken.get(present?.id ?? identity);
    if (earlier !== undefined) {
      faults.push({ field, given, allowed: `must not be that of ${earlier} too` });
      return [];
    }
    taken.set(present?.id ?? identity, place);
    if (!present) {
      const row = { ...entityFields(tx), id: newId(), ismsId, version: 1, number: 0, reference: '' };
      return [{ written, present, row: { ...row, status: 'IN_USE', ...facts } }];
    }
    const change = Object.fromEntries([...said].map((name) => [name, facts[name]])) as Partial<AssetFacts>;
    return [{ written, present, row: { ...present, ...change } }];
  });
  return { matched, faults };
}

/** The ids of what each asset is to depend on, where the file says so. */
function needsBy(matched: readonly Matched[], finder: Finder): { needs: Map<string, string[]>; faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const needs = new Map<string, string[]>();
  for (const { written, row } of matched) {
    if (written.needs === null || row.status === 'RETIRED') continue;
    const field = `${written.place}, dependsOn`;
    const ids = written.needs.flatMap((text) => {
      const found = finder.find(text);
      const [id] = found;
      if (id !== undefined && found.length === 1) return [id];
      const allowed =
        found.length > 1
          ? 'must be the name of one asset alone; give its externalKey'
          : 'must be the externalKey or name of an asset in the file or the ISMS';
      faults.push({ field, given: text, allowed });
      return [];
    });
    if (ids.length > mostNeeds) faults.push({ field, given: ids.length, allowed: `must name at most ${mostNeeds}` });
    needs.set(row.id, [...new Set(ids)]);
  }
  return { needs, faults };
}

/**
 * Takes over the assets of a file, all of them or none (27005, 7.2). An asset that is there already, known by its key or, without one, its name, is
 * changed where the file says something of it and otherwise left; none is doubled.
 * @throws AnnexError INVALID_TABLE or INVALID_CYCLONEDX with every place at fault, NOT_FOUND, STATE_CONFLICT in a retired ISMS
 */
export async function importAssets(
  tx: WriteTx<RiskDatabase>,
  asked: { readonly ismsId: string | null; readonly format: AssetFormat },
  file: WrittenAssets,
): Promise<Imported> {
  const { format } = asked;
  const ismsId = await ismsOf(tx, asked.ismsId);
  await holdActiveIsms(tx, ismsId);
  await holdStructure(tx, ismsId);
  const known = await knownAssets(tx, ismsId, file.assets);
  const { matched, faults } = match(tx, ismsId, file.assets, known);
  const finder = new Finder();
  for (const row of [...known.byKey.values(), ...known.byName.values()].flat()) finder.add(row);
  for (const { row } of matched) finder.add(row);
  const { needs, faults: unknown } = needsBy(matched, finder);
  refuseAll(codes[format], [...faults, ...unknown]);

  const warnings = [...file.warnings];
  const retired = new Set(
    [...known.byKey.values(), ...known.byName.values()]
      .flat()
      .flatMap((row) => (row.status === 'RETIRED' ? row.id : [])),
  );
  for (const { row } of matched)
    if (retired.has(row.id)) warnings.push(`${row.reference} ${row.name} is retired and was left as it is.`);
  const all = await settle(tx, format, matched, needs, retired, warnings);

  const fresh = matched.filter(({ present }) => !present);
  const references = await nextReferences(tx, ismsId, 'AS', fresh.length);
  const created = fresh.map(({ row }, index): AssetRow => {
    const reference = references[index] ?? '';
    return { ...row, reference, number: numberOf(reference) };
  });
  const before = await needsOf(
    tx,
    matched.flatMap(({ present }) => present?.id ?? []),
  );
  const changed = matched.flatMap(({ row, present }): AssetRow[] => {
    if (!present || retired.has(row.id)) return [];
    const same = (Object.keys(row) as (keyof AssetRow)[]).every((field) => row[field] === present[field]);
    const needed = all.get(row.id);
    const sameNeeds = needed === undefined || [...needed].sort().join() === (before.get(row.id) ?? []).join();
    return same && sameNeeds ? [] : [{ ...row, version: present.version + 1 }];
  });
  await writeAssets(tx, created, changed);
  const touched = [...created, ...changed];
  await setNeeds(
    tx,
    ismsId,
    new Map(
      touched.flatMap(({ id }) => {
        const needed = all.get(id);
        return needed ? [[id, needed] as const] : [];
      }),
    ),
  );
  const after = await needsOf(
    tx,
    touched.map((row) => row.id),
  );
  if (touched.length > 0)
    tx.record('annex.risk.asset.changed.v1', { rows: touched.map((row) => assetEvent(row, after.get(row.id) ?? [])) });
  const presents = new Map(matched.flatMap(({ present }) => (present ? [[present.id, present] as const] : [])));
  await raiseForAssets(
    tx,
    changed.flatMap((row) => {
      const present = presents.get(row.id);
      return present ? [{ before: present, after: row }] : [];
    }),
  );
  await judge(tx, 'risk', [ismsId], assetRules);
  const more = warnings.length - mostListed;
  return {
    created: created.length,
    changed: changed.length,
    unchanged: matched.length - created.length - changed.length,
    warnings: more > 0 ? [...warnings.slice(0, mostListed), `${more} further warnings.`] : warnings,
  };
}

/**
 * What every asset of the file depends on once it is imported, without circles. A table that closes one is refused, since a person wrote it; components that
 * need each other are a fact of software, so of a CycloneDX document the dependency that closes a circle is left out and told.
 * A table tells all that an asset depends on; a document adds to what people have recorded.
 */
async function settle(
  tx: WriteTx<RiskDatabase>,
  format: AssetFormat,
  matched: readonly Matched[],
  needs: ReadonlyMap<string, readonly string[]>,
  retired: ReadonlySet<string>,
  warnings: string[],
): Promise<Map<string, readonly string[]>> {
  const added = new Map([...needs].map(([id, needed]) => [id, needed.filter((one) => !retired.has(one))]));
  const present = await needsReached(tx, [...new Set([...added.keys(), ...[...added.values()].flat()])]);
  if (format === 'csv') for (const id of added.keys()) present.delete(id);
  const settled = withoutCircles(present, added);
  if (!settled)
    refuseAll(codes[format], [{ field: 'dependencies', given: null, allowed: 'must not lead back in so many ways' }]);
  const { needs: kept, left } = settled ?? { needs: new Map<string, string[]>(), left: [] };
  if (left.length > 0) {
    const rows = new Map(matched.map(({ row, written }) => [row.id, { name: row.name, place: written.place }]));
    const others = [...present.keys(), ...[...present.values()].flat()].filter((id) => !rows.has(id));
    for (const row of await findAssets(tx, [...new Set(others)]))
      rows.set(row.id, { name: `${row.reference} ${row.name}`, place: row.reference });
    const name = (id: string) => rows.get(id)?.name ?? id;
    if (format === 'csv') {
      const merged = (id: string) => [...(present.get(id) ?? []), ...(added.get(id) ?? [])];
      refuseAll(
        codes[format],
        left.slice(0, mostListed).map(({ from, to }) => ({
          field: `${rows.get(from)?.place}, dependsOn`,
          given: name(to),
          allowed: `must not lead back to the asset itself: ${(cycleThrough(from, merged) ?? [from, to]).map(name).join(' → ')}`,
        })),
      );
    }
    for (const { from, to } of left)
      warnings.push(`That ${name(from)} depends on ${name(to)} was left out: it would lead back to itself.`);
  }
  if (format === 'csv') return kept;
  return new Map([...kept].map(([id, needed]) => [id, [...new Set([...(present.get(id) ?? []), ...needed])]]));
}
