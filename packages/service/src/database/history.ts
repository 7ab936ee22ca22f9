import type pg from 'pg';
import { asOfMoment, q, type Relations } from './relations.ts';

/** Keeps what entities of a service were before: past versions, the triggers that add them, the views that show them (decision 0009). */
export function historyOf(client: pg.ClientBase, { service, present, past, versions, asOf, view, listOf }: Relations) {
  const sql = async (text: string) => {
    await client.query(text);
  };
  const functionsOf = (name: string) => ({
    begin: `${service}_history.${q(`${name}_begin`)}`,
    follow: `${service}_history.${q(`${name}_follow`)}`,
    keep: `${service}_history.${q(`${name}_keep`)}`,
  });

  /**
   * The triggers keep every version, also when transactions overlap or write a row twice: a version begins at the
   * business time or one microsecond after the one before it began, whichever is later, and that is when the one before ends.
   */
  const keepHistory = async (name: string) => {
    const list = await listOf(name);
    const moment = `coalesce(nullif(current_setting('annex.now', true), '')::timestamptz, clock_timestamp())`;
    const { begin, follow, keep } = functionsOf(name);
    await sql(`
      create or replace function ${begin}() returns trigger language plpgsql security definer set search_path = pg_catalog as $begin$
      begin
        -- What was deleted and comes again begins after its last version ended. This is asked before each upsert too, so it reads the last
        -- version alone: the one that began last, which the key finds.
        new.recorded_from := greatest(${moment},
          (select p.recorded_to from ${past(name)} p where p.tenant_id = new.tenant_id and p.id = new.id
            order by p.recorded_from desc limit 1));
        return new;
      end $begin$;
      create or replace function ${follow}() returns trigger language plpgsql as $follow$
      begin
        new.recorded_from := greatest(${moment}, old.recorded_from + interval '1 microsecond');
        return new;
      end $follow$;
      create or replace function ${keep}() returns trigger language plpgsql security definer set search_path = pg_catalog as $keep$
      declare
        moment timestamptz := ${moment};
      begin
        insert into ${past(name)} (${list}, recorded_from, recorded_to)
        select ${list}, recorded_from, greatest(moment, recorded_from + interval '1 microsecond') from gone;
        return null;
      end $keep$;
      revoke all on function ${begin}(), ${follow}(), ${keep}() from public;`);
  };

  const addTriggers = async (name: string) => {
    await keepHistory(name);
    const { begin, follow, keep } = functionsOf(name);
    await sql(`
      create trigger begin_version before insert on ${present(name)} for each row execute function ${begin}();
      create trigger follow_version before update on ${present(name)} for each row execute function ${follow}();
      create trigger keep_updated after update on ${present(name)} referencing old table as gone for each statement execute function ${keep}();
      create trigger keep_deleted after delete on ${present(name)} referencing old table as gone for each statement execute function ${keep}();`);
  };

  const hide = (name: string) => sql(`drop view if exists ${asOf(name)}; drop view if exists ${versions(name)};`);

  /** The condition stands outside of the union: so the planner uses the indexes of both tables, for order and joins too. */
  const showVersions = async (name: string) => {
    const list = await listOf(name);
    await sql(`
      ${view(
        versions(name),
        `select ${list}, recorded_from, timestamptz 'infinity' as recorded_to from ${present(name)}
        union all select ${list}, recorded_from, recorded_to from ${past(name)}`,
      )}
      ${view(asOf(name), `select ${list} from ${versions(name)} where recorded_from <= ${asOfMoment} and recorded_to > ${asOfMoment}`)}`);
  };

  const begin = async (name: string) => {
    await addTriggers(name);
    await showVersions(name);
  };

  return {
    /** For a table that has no triggers and no views yet. */
    begin,
    /** Whether past versions of a table are kept. */
    async exists(name: string): Promise<boolean> {
      const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
        past(name),
      ]);
      return rows[0]?.found ?? false;
    },
    /** Takes the views of a table away, so that it can be changed. */
    hide,
    /** Once the columns of a table are other ones. */
    async refresh(name: string): Promise<void> {
      await keepHistory(name);
      await showVersions(name);
    },
    async rename(from: string, to: string): Promise<void> {
      await sql(`alter table ${past(from)} rename to ${q(`${to}_past`)}`);
      for (const [name, before] of Object.entries(functionsOf(from))) {
        await sql(`alter function ${before}() rename to ${q(`${to}_${name}`)}`);
      }
    },
    /** After the table itself. */
    async drop(name: string): Promise<void> {
      const { begin, follow, keep } = functionsOf(name);
      await sql(`drop table if exists ${past(name)}; drop function if exists ${begin}(), ${follow}(), ${keep}()`);
    },
    /**
     * Brings entities to the present shape that were made when a history held the present version too (before 27 November
     * 2026); versions and their moments stay. Does nothing where there are none.
     */
    async convert() {
      // A renamed table's index is still called by its first name.
      const { rows } = await client.query<{ name: string; index: string }>(
        `select h.relname as name, i.indexrelid::regclass::text as index
         from pg_class h join pg_index i on i.indrelid = h.oid and i.indpred is not null
         where h.relnamespace = $1::regnamespace and h.relkind = 'r' and to_regclass($2 || '.' || quote_ident(h.relname)) is not null
         order by h.relname`,
        [`${service}_history`, service],
      );
      for (const { name, index } of rows) {
        // The owner sees every tenant's rows while the policies are not forced on it.
        await sql(`
          drop view if exists ${asOf(name)};
          alter table ${versions(name)} no force row level security;
          alter table ${present(name)} no force row level security;
          alter table ${present(name)} disable trigger user;
          alter table ${present(name)} add column recorded_from timestamptz;
          update ${present(name)} e set recorded_from = h.recorded_from
          from ${versions(name)} h where h.tenant_id = e.tenant_id and h.id = e.id and h.recorded_to = 'infinity';
          delete from ${versions(name)} where recorded_to = 'infinity';
          alter table ${present(name)} alter column recorded_from set not null;
          alter table ${present(name)} enable trigger user;
          drop trigger keep_inserted on ${present(name)};
          drop trigger keep_updated on ${present(name)};
          drop trigger keep_deleted on ${present(name)};
          drop index ${index};
          alter table ${present(name)} force row level security;
          alter table ${versions(name)} rename to ${q(`${name}_past`)};`);
        await begin(name);
      }
    },
  };
}
