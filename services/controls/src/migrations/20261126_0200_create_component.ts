import type { Migration } from '@annex/service';

/** The id that an item has in OSCAL, in small letters, as `tokenOf` makes it where it came from elsewhere. */
const oscalId = (number: string, kind: string, content: string) =>
  `lower(coalesce(${content} ->> 'id', case ${kind} when 'GROUP' then 'g-' else 'c-' end || regexp_replace(lower(${number}), '[^a-z0-9._-]', '-', 'g')))`;

export const createComponent: Migration = {
  name: '20261126_0200_create_component',
  async up(tables) {
    // Components name controls by it. A column, because a policy keeps an index on an expression from being used.
    const expression = oscalId('number', 'kind', 'content');
    await tables.addColumn('catalogue_item', 'oscal_id', `text generated always as (${expression}) stored`);
    await tables.sql(`
      update controls_history.catalogue_item_past set oscal_id = ${expression};
      create index catalogue_item_oscal_id_index on catalogue_item (tenant_id, catalogue_id, oscal_id);
      create index catalogue_item_oscal_id_index on controls_history.catalogue_item_past (tenant_id, catalogue_id, oscal_id);`);
    await tables.entity('component_definition', {
      isms: false,
      columns: {
        key: 'text not null',
        title: 'text not null',
        document_version: 'text not null',
        oscal_version: 'text not null',
        oscal_uuid: 'text not null',
        sha256: 'text not null',
        components: 'integer not null',
        capabilities: 'integer not null',
        claims: 'integer not null',
        // What the sources of its claims were taken for: [{ href, title, framework }].
        sources: 'jsonb not null',
        // The OSCAL component definition without its components.
        head: 'jsonb not null',
      },
      unique: [['key']],
    });
    await tables.entity('component', {
      isms: false,
      columns: {
        definition_id: 'uuid not null',
        position: 'integer not null',
        oscal_uuid: 'text not null',
        type: 'text not null',
        title: 'text not null',
        description: 'text not null',
        purpose: 'text',
        claims: 'integer not null',
        // The OSCAL component, whole.
        content: 'jsonb not null',
      },
      indexes: [['definition_id', 'position'], ['title']],
    });
    await tables.entity('component_claim', {
      isms: false,
      columns: {
        definition_id: 'uuid not null',
        component_id: 'uuid not null',
        position: 'integer not null',
        source: 'text not null',
        framework: 'text',
        control_id: 'text not null',
        // The control id as it is compared.
        control_key: 'text not null',
        description: 'text not null',
        statements: 'integer not null',
      },
      indexes: [['component_id', 'position'], ['framework', 'control_key'], ['definition_id']],
    });
    // Named by its implementation: an implementation is started from one component.
    await tables.entity('component_use', {
      columns: {
        component_id: 'uuid not null',
        component_uuid: 'text not null',
        component_title: 'text not null',
        component_type: 'text not null',
        definition_key: 'text not null',
        definition_title: 'text not null',
      },
      indexes: [['component_id'], ['isms_id']],
    });
  },
};
