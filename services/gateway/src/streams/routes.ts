import type { ServiceName } from '@annex/schema';

/** A route that passes bytes through instead of mapping to an operation. */
export interface StreamRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly service: ServiceName;
  readonly summary: string;
  readonly description: string;
  readonly permission: string;
  readonly query: readonly { readonly name: string; readonly required: boolean; readonly description: string }[];
  /** Media types of the body that it takes. */
  readonly takes?: readonly string[];
  /** The fields of a form, with what they say; the file comes after them. */
  readonly form?: Readonly<Record<string, string>>;
  readonly gives: 'json' | 'bytes';
}

export const streamRoutes: readonly StreamRoute[] = [
  {
    method: 'POST',
    path: '/v1/evidence',
    service: 'evidence',
    summary: 'Uploads a piece of evidence',
    description:
      'The parts of the form describe it; the file comes last, is streamed to the store and addressed by its SHA-256 (27001, 7.5).',
    permission: 'evidence:write',
    query: [],
    takes: ['multipart/form-data'],
    form: {
      title: 'What it is, in a few words.',
      description: 'What it shows and how.',
      validFrom: 'From when on it is valid, RFC 3339; now unless told.',
      validUntil: 'Until when it is valid, RFC 3339.',
      implementationIds: 'The implementations that it shows something of, with commas between them.',
      measureId: 'The measure that it belongs to.',
      ismsId: 'The ISMS; may be left out where the tenant has one.',
    },
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/evidence/{id}/content',
    service: 'evidence',
    summary: 'Downloads the content of a piece of evidence',
    description: 'The very bytes that were uploaded, as an attachment.',
    permission: 'evidence:read',
    query: [],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/imports',
    service: 'evidence',
    summary: 'Imports the log of a tool',
    description:
      'The body is the file. A run replaces the previous one of its source; a failed or partial run is unknown, not clean (27001, 9.1).',
    permission: 'evidence:write',
    query: [
      { name: 'format', required: true, description: 'The format of the file: sarif.' },
      {
        name: 'source',
        required: true,
        description: 'What the log is of; a later log of the same source takes its place.',
      },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
    ],
    takes: ['application/json', 'application/sarif+json', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/imports/{id}',
    service: 'evidence',
    summary: 'Reads an import',
    description: 'The tool, the counts, and when it came.',
    permission: 'evidence:read',
    query: [],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/vocabulary',
    service: 'controls',
    summary: 'Publishes the vocabulary as SKOS',
    description: 'The terms of information security management with their relations, for thesauri and search engines.',
    permission: 'controls:read',
    query: [{ name: 'format', required: false, description: 'turtle (unless told) or jsonld.' }],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/catalogues',
    service: 'controls',
    summary: 'Imports a catalogue of the organisation’s own',
    description:
      'The body is the file: an OSCAL catalog (1.0.4 to 1.2.1), a table with the columns number, title, parent, kind, text and replaces, or a list of such items. An edition never changes; a new one is a new import. `replaces` names the numbers of the edition before that a control takes the place of, with semicolons between them: two of them were merged, one that several name was split, a hyphen says that the control is new. Where it is empty the control of the same number counts.',
    permission: 'controls:write',
    query: [
      { name: 'format', required: true, description: 'oscal, oscal-profile, csv, xlsx, json or yaml.' },
      { name: 'key', required: true, description: 'What its identifiers begin with: acme-policy.' },
      { name: 'edition', required: true, description: 'Its edition: 2026.' },
      { name: 'title', required: false, description: 'Its name; that of the file unless told.' },
      {
        name: 'predecessor',
        required: false,
        description: 'The edition that it comes after: 2025. The one that was imported last unless told.',
      },
      { name: 'dryRun', required: false, description: 'true: everything is checked and nothing is kept.' },
      {
        name: 'catalogue',
        required: false,
        description:
          'For oscal-profile: the id of the catalogue that the profile chooses from. Nothing else is ever opened.',
      },
    ],
    takes: ['application/json', 'application/octet-stream', 'text/csv', 'application/yaml'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/catalogues/{id}/oscal',
    service: 'controls',
    summary: 'Exports a catalogue as OSCAL 1.2.1',
    description:
      'The OSCAL catalog, with every control, parameter, part and property that was imported, or the OSCAL profile that it was resolved from.',
    permission: 'controls:read',
    query: [
      {
        name: 'as',
        required: false,
        description: 'catalog (unless told), or profile for a catalogue that was imported as oscal-profile.',
      },
    ],
    gives: 'bytes',
  },
  {
    method: 'GET',
    path: '/v1/isms/{id}/profile/oscal',
    service: 'controls',
    summary: 'Exports what an ISMS implements as an OSCAL 1.2.1 profile',
    description:
      'The profile selects those controls of a catalogue that are implemented in the ISMS (27001, 6.1.3). With the same catalogue it can be imported again as oscal-profile.',
    permission: 'controls:read',
    query: [
      {
        name: 'catalogue',
        required: false,
        description: 'The id of the own catalogue to select from; Annex A of 27001:2022 unless told.',
      },
    ],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/component-definitions',
    service: 'controls',
    summary: 'Imports a component definition',
    description:
      'The body is an OSCAL component definition (1.0.4 to 1.2.1), at most 16 MiB: what a supplier says about products and services, and which controls they implement. All of it is kept or nothing. The answer tells what each source of controls was taken for, and how many of its controls are known here.',
    permission: 'controls:write',
    query: [
      { name: 'format', required: true, description: 'The format of the file: oscal.' },
      { name: 'key', required: true, description: 'What the definition is named by: acme-database.' },
      {
        name: 'source',
        required: false,
        description:
          'The framework that the sources of its controls are: key and edition of an own catalogue, or sp800-53:r5. Without it sources are known that are urn:annex:framework:…, that name the UUID of an own catalogue’s document, or that are files of NIST’s.',
      },
      { name: 'dryRun', required: false, description: 'true: everything is checked and nothing is kept.' },
    ],
    takes: ['application/json', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/component-definitions/{id}/oscal',
    service: 'controls',
    summary: 'Exports a component definition as OSCAL 1.2.1',
    description:
      'The OSCAL component definition of this id, with every component, capability, control implementation, statement and property that was imported.',
    permission: 'controls:read',
    query: [],
    gives: 'bytes',
  },
  {
    method: 'GET',
    path: '/v1/soa/{id}/document',
    service: 'controls',
    summary: 'Downloads a version of the Statement of Applicability',
    description:
      'json is the exact text that the content hash is of; pdf and xlsx are for people, oscal is a system security plan of OSCAL 1.2.1 (27001, 6.1.3 d).',
    permission: 'controls:read',
    query: [{ name: 'format', required: false, description: 'json (unless told), pdf, xlsx or oscal.' }],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/mappings',
    service: 'controls',
    summary: 'Imports mappings of the organisation’s own',
    description:
      'The body is an OSCAL mapping collection (up to 1.2.1). Each pair of places becomes an own mapping, all of them or none (27001, 6.1.3 c).',
    permission: 'controls:write',
    query: [
      { name: 'format', required: true, description: 'The format of the file: oscal.' },
      {
        name: 'source',
        required: false,
        description:
          'The framework that the source resource is: csf:2.0. Needed where its href is not urn:annex:framework:csf:2.0.',
      },
      { name: 'target', required: false, description: 'The framework that the target resource is, told likewise.' },
      { name: 'dryRun', required: false, description: 'true: everything is checked and nothing is kept.' },
    ],
    takes: ['application/json', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/mappings/oscal',
    service: 'controls',
    summary: 'Exports mappings of the organisation’s own as OSCAL 1.2.1',
    description:
      'The own mappings from one framework to another as an OSCAL mapping collection, imported ones with all that they came with.',
    permission: 'controls:read',
    query: [
      { name: 'source', required: true, description: 'The framework that they lead from: iso27001:2022.' },
      { name: 'target', required: true, description: 'The framework that they lead to: csf:2.0.' },
    ],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/assets/import',
    service: 'risk',
    summary: 'Imports assets',
    description:
      'The body is the file, at most 20 MiB: a CSV table with the columns name, kind, category, ownerId, classification, confidentiality, integrity, availability, description, externalKey and dependsOn (keys or names, with semicolons between them), or a CycloneDX document (1.2 to 1.7, JSON) whose subject, components and services become supporting assets. All of it is kept or nothing. An asset that is there already is found by its external key (the package URL of a component) or, in a table without one, by its name, and not doubled: a filled cell of a table changes it, a document only adds dependencies (27005, 7.2).',
    permission: 'risk:write',
    query: [
      { name: 'format', required: true, description: 'csv or cyclonedx.' },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
      { name: 'dryRun', required: false, description: 'true: everything is checked and nothing is kept.' },
    ],
    takes: ['text/csv', 'application/json', 'application/vnd.cyclonedx+json', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'POST',
    path: '/v1/incidents',
    service: 'risk',
    summary: 'Imports incidents',
    description:
      'The body is the file, at most 32 MiB and 10,000 records: VERIS records (schema_version 1.3 to 1.3.7, JSON), one, a list of them or one a line. All of them are kept or none; a refusal names each place at fault. Every field may be absent but schema_version and incident_id; a date may be known to the year alone. An incident that was imported from the same source under the same incident_id is changed where its record changed, and not doubled; what people did with it here stays. Amounts in another currency than that of the criteria are kept in the record, not counted as losses, and named in warnings. The record is kept as it came (27001, A.5.27).',
    permission: 'risk:write',
    query: [
      { name: 'format', required: true, description: 'The format of the file: veris.' },
      {
        name: 'source',
        required: false,
        description: 'The system that the records come from; source_id of each record unless told, or veris.',
      },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
      { name: 'dryRun', required: false, description: 'true: everything is checked and nothing is kept.' },
    ],
    takes: ['application/json', 'application/x-ndjson', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/risks/export',
    service: 'risk',
    summary: 'Exports the risk register',
    description:
      'A row a risk, by reference, with the names of the criteria (27001, 6.1.2): reference, external key, title, description, owner id, affects, status, treatment option, inherent likelihood and consequence, a column for each further category of the criteria such as consequence:SAFETY, current likelihood, consequence and level, standing, reassessment, and the references of linked implementations. Lists in a cell have semicolons between them. No cell is a formula, and the same register always makes the same bytes; with Annex-As-Of it is that of a past moment. The file can be changed and imported again.',
    permission: 'risk:read',
    query: [
      { name: 'format', required: true, description: 'csv or xlsx.' },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
    ],
    gives: 'bytes',
  },
  {
    method: 'POST',
    path: '/v1/risks/import',
    service: 'risk',
    summary: 'Imports a risk register',
    description:
      'The body is the file, at most 10,000 rows: external key, title, description, owner id, affects (confidentiality, integrity, availability or their first letters), inherent likelihood and consequence (the name of a level of the criteria, or its number), the level in each further category of consequence (a column such as consequence:SAFETY; one that the criteria do not have is refused) and treatment option. A risk is found by its reference, as an export writes it, or by its external key, by which the register that the file comes from knows it; what is not found by its key is identified (27001, 6.1.2 c). A column that is left out stays as it is; an empty cell takes description, owner, treatment option or the level in a further category away. All rows are taken or none, and a refusal names each row at fault; the same file again changes nothing. Columns that an export has beside these are not read, and the answer names them.',
    permission: 'risk:read and risk:write',
    query: [
      { name: 'format', required: true, description: 'The format of the file: csv or xlsx.' },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
      {
        name: 'dryRun',
        required: false,
        description:
          'true: everything is checked, the answer says what would be made and changed, and nothing is kept.',
      },
    ],
    takes: ['text/csv', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'POST',
    path: '/v1/risk-criteria/matrix',
    service: 'risk',
    summary: 'Proposes a risk matrix from a table',
    description:
      'The body is a CSV file with commas or semicolons: in its first row the names of the consequence levels, in its first column those of the likelihood levels, in the cells names of levels of risk; upper and lower case and blanks do not matter, nor does the order. Every level of the criteria must be there once, and a worse cell never has a lower level (27001, 6.1.2 a). It makes a proposal of the present criteria with that matrix, for another person to approve, or gives a draft that matrix. A refusal names each cell at fault by row and column.',
    permission: 'risk:read and risk:write',
    query: [
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
      {
        name: 'proposalId',
        required: false,
        description: 'A draft that is to get the matrix; a new proposal is made unless told.',
      },
      {
        name: 'expectedVersion',
        required: false,
        description: 'The version that was read: of the draft, otherwise of the criteria. A stale one is refused.',
      },
      {
        name: 'dryRun',
        required: false,
        description:
          'true: everything is checked, the answer says which cells and risks would move, and nothing is kept.',
      },
    ],
    takes: ['text/csv', 'application/octet-stream'],
    gives: 'json',
  },
  {
    method: 'GET',
    path: '/v1/heat-map',
    service: 'risk',
    summary: 'Draws the heat map of an ISMS',
    description:
      'An SVG picture of the matrix with the number of open risks in each cell, its level in words and the colour of its acceptance rule (27001, 6.1.2 e; 27005, 7.4). The figures themselves are `heatMap` of the graph.',
    permission: 'risk:read',
    query: [
      { name: 'format', required: true, description: 'svg.' },
      { name: 'ismsId', required: false, description: 'The ISMS; may be left out where the tenant has one.' },
      {
        name: 'reading',
        required: false,
        description: 'CURRENT (unless told), with the controls that exist, or INHERENT, before any control.',
      },
    ],
    gives: 'bytes',
  },
  {
    method: 'GET',
    path: '/v1/simulations/{id}/loss-exceedance.svg',
    service: 'risk',
    summary: 'Draws the loss exceedance curves of a simulation',
    description:
      'An SVG picture: with which probability a year loses more than an amount, without controls, with those that exist, and with the treatment that was tried out (27005, 7.3). The points themselves are in the simulation.',
    permission: 'risk:read',
    query: [],
    gives: 'bytes',
  },
];
