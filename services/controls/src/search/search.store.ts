import { literal, type Tx, type WriteTx } from '@annex/service';
import type { LibraryKind } from './search.ts';

/** Transactions of any tables: what is here is asked by hand-written SQL alone. */
type Reading = Pick<Tx, 'tenant' | 'query'>;
type Writing = Pick<WriteTx, 'tenant' | 'query'>;

/** What the library is searched by. */
export interface SearchDocument {
  /** `iso27001:2022:A.8.28`; unique within the tenant. */
  readonly id: string;
  readonly kind: LibraryKind;
  /** `iso27001:2022` */
  readonly framework: string;
  readonly number: string;
  readonly title: string;
  readonly body: string;
  /** `controlTypes=PREVENTIVE`; the values are found as words, too. */
  readonly facets: readonly string[];
  /** BCP 47; `en` unless told. */
  readonly language?: string;
}

/** What is asked for; null is everything. */
export interface LibraryQuery {
  readonly text: string;
  readonly kinds: readonly LibraryKind[] | null;
  readonly facets: readonly string[] | null;
  readonly frameworks: readonly string[] | null;
  readonly language: string;
  readonly first: number;
  readonly offset: number;
  /** Whether extracts and counts are wanted: each costs something. */
  readonly extracts: boolean;
  readonly counts: boolean;
}

export interface LibraryHit {
  readonly id: string;
  readonly kind: LibraryKind;
  readonly framework: string;
  readonly number: string;
  readonly title: string;
  /** Its beginning, where extracts were asked for. */
  readonly body: string | null;
  readonly rank: number;
}

/** What was found, with the text that was asked for. */
export interface LibraryAnswer {
  readonly asked: string;
  readonly total: number;
  readonly hits: readonly LibraryHit[];
  /** `controlTypes=PREVENTIVE` and how many have it, the most frequent first. */
  readonly facets: readonly (readonly [facet: string, count: number])[];
}

/** The statement that searches for a tenant, which is that of the transaction. The function has its schema: reads of the past find none by their path. */
export function searchStatement(tenant: string, query: LibraryQuery): string {
  const { text, kinds, facets, frameworks, first, offset, extracts, counts, language } = query;
  const texts = [tenant, text, kinds, facets, frameworks].map(literal).join(', ');
  return `select total, hits, facets from controls.search_library(${texts}, ${first}, ${offset}, ${extracts}, ${counts}, ${literal(language)})`;
}

/** Makes documents of the tenant findable, or brings them up to date; those that are so already are not written. */
export async function indexDocuments(tx: Writing, documents: readonly SearchDocument[]): Promise<void> {
  if (documents.length === 0) return;
  const rows = documents.map((one) => ({ ...one, language: one.language ?? 'en' }));
  await tx.query(
    `insert into controls.search_document as d (tenant_id, id, kind, framework, number, title, body, facets, language)
     select $1, f.id, f.kind, f.framework, f.number, f.title, f.body, f.facets, f.language
       from jsonb_to_recordset($2) as f(id text, kind text, framework text, number text, title text, body text, facets text[], language text)
      order by f.id
     on conflict (tenant_id, id) do update set kind = excluded.kind, framework = excluded.framework, number = excluded.number,
       title = excluded.title, body = excluded.body, facets = excluded.facets, language = excluded.language
      where (d.kind, d.framework, d.number, d.title, d.body, d.facets, d.language) is distinct from
        (excluded.kind, excluded.framework, excluded.number, excluded.title, excluded.body, excluded.facets, excluded.language)`,
    [tx.tenant, JSON.stringify(rows)],
  );
}

/** Takes everything of a framework of the tenant's out of the search. */
export async function removeDocuments(tx: Writing, framework: string): Promise<void> {
  await tx.query('delete from controls.search_document where tenant_id = $1 and framework = $2', [
    tx.tenant,
    framework,
  ]);
}

/** The hash of what was loaded last for the tenant. */
export async function loadedHash(tx: Reading): Promise<string | undefined> {
  const { rows } = await tx.query<{ hash: string }>('select hash from controls.search_loaded where tenant_id = $1', [
    tx.tenant,
  ]);
  return rows[0]?.hash;
}

/** Makes these the tenant's only documents, under a lock: replicas that start together load one after the other. */
export async function replaceDocuments(
  tx: Writing,
  documents: readonly SearchDocument[],
  hash: string,
): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('controls.search_loaded ' || $1::text, 0))`, [
    tx.tenant,
  ]);
  if ((await loadedHash(tx)) === hash) return false;
  await indexDocuments(tx, documents);
  await tx.query('delete from controls.search_document where tenant_id = $1 and id <> all($2::text[])', [
    tx.tenant,
    documents.map((one) => one.id),
  ]);
  await tx.query(
    `insert into controls.search_loaded (tenant_id, hash) values ($1, $2)
     on conflict (tenant_id) do update set hash = excluded.hash`,
    [tx.tenant, hash],
  );
  return true;
}
