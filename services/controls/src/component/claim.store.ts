import type { Tx } from '@annex/service';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { frameworkOf, numberOf, publishedPlaces } from '../mapping/mapping.ts';
import { catalogueNameOf } from '../mapping/place.store.ts';
import { controlKey, type NewClaim } from './component.ts';

/** What a claim names, as far as that is known: a framework, and a control of it. */
export type Named = Pick<NewClaim, 'framework' | 'controlKey'>;

export const nameOf = ({ framework, controlKey: key }: Named) => `${framework ?? ''} ${key}`;

const published = new Map(
  [...publishedPlaces.keys()].map((id) => [
    nameOf({ framework: frameworkOf(id), controlKey: controlKey(numberOf(id)) }),
    id,
  ]),
);

/** A place that a claim names. */
export interface NamedPlace {
  readonly id: string;
  /** Whether it is something that can be implemented. */
  readonly control: boolean;
}

/**
 * The places that claims name, by `nameOf`: controls of the tenant's own catalogues, otherwise what comes with Annex. A control of a
 * catalogue that came from a table may be named by its number, and by the id that it is exported with.
 */
export async function placesNamed(tx: Tx<ControlsDatabase>, named: readonly Named[]): Promise<Map<string, NamedPlace>> {
  const known = new Map<string, NamedPlace>();
  const asked = new Map<string, { framework: string; key: string }>();
  for (const one of named) {
    if (one.framework === null) continue;
    const name = nameOf(one);
    asked.set(name, { framework: one.framework, key: one.controlKey });
    const place = published.get(name);
    if (place) known.set(name, { id: place, control: controlOf(place) !== undefined });
  }
  if (asked.size === 0) return known;
  const list = [...asked.values()].map(({ framework, key }) => ({
    framework,
    claimed: key,
    ...catalogueNameOf(framework),
  }));
  const { rows } = await tx.query<{ framework: string; claimed: string; id: string }>(
    `select asked.framework, asked.claimed, item.id
       from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as asked(framework, key, edition, claimed)
       join catalogue c on c.tenant_id = $1 and c.key = asked.key and c.edition = asked.edition
       cross join lateral (
         select i.id, i.position from catalogue_item i
          where i.tenant_id = $1 and i.catalogue_id = c.id and i.kind = 'CONTROL'
            and (i.oscal_id = asked.claimed or (i.oscal_id = 'c-' || asked.claimed and i.content is null))
          order by i.position limit 1) as item`,
    [
      tx.tenant,
      list.map((one) => one.framework),
      list.map((one) => one.key),
      list.map((one) => one.edition),
      list.map((one) => one.claimed),
    ],
  );
  for (const { framework, claimed: key, id } of rows) {
    known.set(nameOf({ framework, controlKey: key }), { id, control: true });
  }
  return known;
}

/** How claims may name a place. */
export async function claimed(
  tx: Tx<ControlsDatabase>,
  placeId: string,
): Promise<{ framework: string; keys: string[] }> {
  const { rows } = await tx.query<{ oscal_id: string; bare: boolean }>(
    `select oscal_id, content is null as bare from catalogue_item where tenant_id = $1 and id = $2`,
    [tx.tenant, placeId],
  );
  const [own] = rows;
  const framework = frameworkOf(placeId);
  if (!own) return { framework, keys: [controlKey(numberOf(placeId))] };
  return { framework, keys: own.bare ? [own.oscal_id, own.oscal_id.replace(/^c-/, '')] : [own.oscal_id] };
}

/** Own catalogues that came from OSCAL documents of these UUIDs, or by resolving profiles of them; the latest of each. */
export async function cataloguesOfDocuments(
  tx: Tx<ControlsDatabase>,
  uuids: readonly string[],
): Promise<Map<string, string>> {
  if (uuids.length === 0) return new Map();
  const { rows } = await tx.query<{ uuid: string; framework: string }>(
    `select d.uuid, c.key || ':' || c.edition as framework from catalogue c
       left join catalogue_profile p on p.tenant_id = c.tenant_id and p.id = c.id
       cross join lateral (values (lower(c.document -> 'document' ->> 'uuid')), (lower(p.profile ->> 'uuid'))) as d(uuid)
      where c.tenant_id = $1 and d.uuid = any($2::text[]) order by c.created_at, c.id`,
    [tx.tenant, uuids],
  );
  return new Map(rows.map((row) => [row.uuid, row.framework]));
}
