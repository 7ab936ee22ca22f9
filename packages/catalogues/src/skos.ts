import { type Term, terms } from './terms.ts';
import type { Locale } from './texts.ts';

/** What the terms' identifiers begin with; a name, not an address that would have to answer. */
const scheme = 'urn:annex:vocabulary:';
const skos = 'http://www.w3.org/2004/02/skos/core#';
const dcterms = 'http://purl.org/dc/terms/';
const title = 'Vocabulary of information security management';

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A literal of Turtle with its language (Turtle 1.1, 2.5.1). */
const literal = (text: string, locale: Locale) =>
  `"${text.replace(/[\\"\n\r\t]/g, (found) => escapes[found] ?? found)}"@${locale}`;

/** The vocabulary as a SKOS concept scheme in Turtle. */
export function skosTurtle(locale: Locale = 'en'): string {
  const iri = (id: string) => `<${scheme}${id}>`;
  const concept = (term: Term): string => {
    const lines = [
      `skos:inScheme <${scheme}>`,
      `skos:prefLabel ${literal(term.label, locale)}`,
      ...term.altLabels.map((other) => `skos:altLabel ${literal(other, locale)}`),
      `skos:definition ${literal(term.definition, locale)}`,
      ...(term.note === null ? [] : [`skos:scopeNote ${literal(term.note, locale)}`]),
      ...term.broader.map((id) => `skos:broader ${iri(id)}`),
      ...term.narrower.map((id) => `skos:narrower ${iri(id)}`),
      ...term.related.map((id) => `skos:related ${iri(id)}`),
      ...(term.broader.length === 0 ? [`skos:topConceptOf <${scheme}>`] : []),
    ];
    return `${iri(term.id)} a skos:Concept ;\n  ${lines.join(' ;\n  ')} .`;
  };
  const head = `@prefix skos: <${skos}> .\n@prefix dcterms: <${dcterms}> .\n\n<${scheme}> a skos:ConceptScheme ;\n  dcterms:title ${literal(title, locale)} .`;
  return `${[head, ...terms(locale).map(concept)].join('\n\n')}\n`;
}

/** The same as JSON-LD 1.1. */
export function skosJsonLd(locale: Locale = 'en'): object {
  const iri = (id: string) => ({ '@id': `${scheme}${id}` });
  return {
    '@context': {
      skos,
      dcterms,
      inScheme: { '@id': 'skos:inScheme', '@type': '@id' },
      topConceptOf: { '@id': 'skos:topConceptOf', '@type': '@id' },
      prefLabel: { '@id': 'skos:prefLabel', '@container': '@language' },
      altLabel: { '@id': 'skos:altLabel', '@container': '@language' },
      definition: { '@id': 'skos:definition', '@container': '@language' },
      scopeNote: { '@id': 'skos:scopeNote', '@container': '@language' },
      broader: { '@id': 'skos:broader', '@type': '@id' },
      narrower: { '@id': 'skos:narrower', '@type': '@id' },
      related: { '@id': 'skos:related', '@type': '@id' },
    },
    '@graph': [
      { '@id': scheme, '@type': 'skos:ConceptScheme', 'dcterms:title': { '@value': title, '@language': locale } },
      ...terms(locale).map((term) => ({
        ...iri(term.id),
        '@type': 'skos:Concept',
        inScheme: scheme,
        prefLabel: { [locale]: term.label },
        ...(term.altLabels.length === 0 ? {} : { altLabel: { [locale]: term.altLabels } }),
        definition: { [locale]: term.definition },
        ...(term.note === null ? {} : { scopeNote: { [locale]: term.note } }),
        ...Object.fromEntries(
          (['broader', 'narrower', 'related'] as const)
            .filter((relation) => term[relation].length > 0)
            .map((relation) => [relation, term[relation].map((id) => `${scheme}${id}`)]),
        ),
        ...(term.broader.length === 0 ? { topConceptOf: scheme } : {}),
      })),
    ],
  };
}
