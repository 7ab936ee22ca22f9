import { createHash } from 'node:crypto';
import {
  type CatalogueControl,
  type Clause,
  clauses,
  controlGuidance,
  controls,
  type Requirement,
  requirements,
  type Standard,
  standards,
  type Term,
  terms,
} from '@annex/catalogues';
import { type Database, systemScope, systemTenant } from '@annex/service';
import { loadedHash, replaceDocuments, type SearchDocument } from './search.store.ts';

const editions = ['2022', '2013'] as const;
const lines = (...texts: readonly (string | null | undefined | readonly string[])[]) =>
  texts.flatMap((text) => text ?? []).join('\n');
const valued = (name: string, values: string | null | readonly string[]) =>
  [values ?? []].flat().map((value) => `${name}=${value}`);

function standardDocument(one: Standard): SearchDocument {
  return {
    id: one.id,
    kind: 'STANDARD',
    framework: one.id,
    number: one.number,
    title: one.title,
    body: lines(one.purpose, one.certifiableReason),
    facets: [
      ...valued('standardKind', one.kind),
      ...valued('addressee', one.addressee),
      ...valued('certifiable', one.certifiable),
      ...valued('status', one.status),
      ...valued('sector', one.sector),
    ],
  };
}

function clauseDocument(one: Clause, framework: string, demands: readonly Requirement[]): SearchDocument {
  const own = demands.filter(({ id }) => id === one.id || (id.startsWith(`${one.id}.`) && /\.[a-z]$/.test(id)));
  return {
    id: one.id,
    kind: 'CLAUSE',
    framework,
    number: one.number,
    title: one.title,
    body: lines(
      ...own.flatMap((demand) => [
        demand.demand,
        demand.documentedInformation,
        demand.evidence,
        demand.auditQuestions,
        demand.mistakes,
      ]),
    ),
    facets: own.some((demand) => demand.documentedInformation.length > 0) ? ['documentedInformation=DEMANDED'] : [],
  };
}

function controlDocument(one: CatalogueControl, framework: string): SearchDocument {
  const guidance = controlGuidance(one.id);
  return {
    id: one.id,
    kind: 'CONTROL',
    framework,
    number: one.number,
    title: one.title,
    body: guidance
      ? lines(
          guidance.purpose,
          guidance.steps,
          guidance.evidence,
          guidance.measure.title,
          guidance.auditQuestions,
          guidance.scaling.smallTeam,
          guidance.scaling.enterprise,
        )
      : '',
    facets: [
      ...valued('controlTypes', one.controlTypes),
      ...valued('informationSecurityProperties', one.informationSecurityProperties),
      ...valued('operationalCapabilities', one.operationalCapabilities),
      ...valued('cybersecurityConcepts', one.cybersecurityConcepts),
      ...valued('securityDomains', one.securityDomains),
      ...valued('theme', one.theme),
    ],
  };
}

function termDocument(one: Term): SearchDocument {
  return {
    id: `term:${one.id}`,
    kind: 'TERM',
    framework: 'vocabulary',
    number: '',
    title: one.label,
    body: lines(one.definition, one.altLabels, one.note),
    facets: [],
  };
}

/** Everything that comes with Annex. */
export function libraryDocuments(): SearchDocument[] {
  const demands = requirements();
  return [
    ...standards().map(standardDocument),
    ...editions.flatMap((edition) => [
      ...clauses(edition).map((one) => clauseDocument(one, `iso27001:${edition}`, demands)),
      ...controls(edition).map((one) => controlDocument(one, `iso27001:${edition}`)),
    ]),
    ...terms().map(termDocument),
  ];
}

/**
 * Writes what comes with Annex for all tenants to find, unless it is there already: most starts read one row. Documents that did not
 * change are not written, so that a new release does not rewrite the index.
 * @returns whether anything was written
 */
export async function loadLibrary<T>(
  database: Pick<Database<T>, 'read' | 'write'>,
  documents: readonly SearchDocument[] = libraryDocuments(),
): Promise<boolean> {
  const scope = systemScope('controls', systemTenant);
  const hash = createHash('sha256').update(JSON.stringify(documents)).digest('hex');
  if ((await database.read(scope, (tx) => loadedHash(tx))) === hash) return false;
  return database.write(scope, (tx) => replaceDocuments(tx, documents, hash));
}
