import jsonld from 'jsonld';
import { Parser, type Quad, Store } from 'n3';
import { skosJsonLd, skosTurtle, terms } from '../src/index.ts';

const skos = (name: string) => `http://www.w3.org/2004/02/skos/core#${name}`;
const type = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
const text = ({ subject, predicate, object }: Quad) =>
  [subject.id, predicate.id, object.id].map((part) => JSON.stringify(part)).join(' ');
const sorted = (quads: readonly Quad[]) => quads.map(text).sort();

/** Read by parsers of the formats that are not ours. */
const turtle = new Parser({ format: 'text/turtle' }).parse(skosTurtle());
const graph = new Store(turtle);
const pairs = (name: string) =>
  graph.getQuads(null, skos(name), null, null).map((quad): [string, string] => [quad.subject.id, quad.object.id]);

it('is Turtle and JSON-LD of the same statements', async () => {
  const quads = await jsonld.toRDF(skosJsonLd() as jsonld.JsonLdDocument, {
    format: 'application/n-quads',
    documentLoader: async (url) => {
      throw new Error(`Nothing is fetched: ${url}`);
    },
  });
  const other = new Parser({ format: 'application/n-quads' }).parse(String(quads));
  expect(turtle.length).toBeGreaterThan(terms().length * 4);
  expect(new Set(sorted(turtle)).size).toBe(turtle.length);
  expect(sorted(other)).toEqual(sorted(turtle));
});

describe('the integrity conditions of SKOS hold:', () => {
  const concepts = graph.getSubjects(type, skos('Concept'), null).map(({ id }) => id);

  it('every term is a concept of the one scheme, and nothing but concepts is related (S4, S5)', () => {
    const [scheme] = graph.getSubjects(type, skos('ConceptScheme'), null);
    expect(concepts).toHaveLength(terms().length);
    expect(pairs('inScheme').sort()).toEqual(concepts.map((id) => [id, scheme?.id]).sort());
    for (const name of ['broader', 'narrower', 'related'])
      for (const pair of pairs(name)) expect(concepts).toEqual(expect.arrayContaining(pair));
  });

  it('one preferred label a language, and no label in two roles (S13, S14)', () => {
    expect(pairs('prefLabel').map(([id]) => id)).toHaveLength(new Set(pairs('prefLabel').map(([id]) => id)).size);
    const preferred = new Set(pairs('prefLabel').map((pair) => pair.join(' ')));
    expect(pairs('altLabel').filter((pair) => preferred.has(pair.join(' ')))).toEqual([]);
    for (const { object } of graph.getQuads(null, skos('prefLabel'), null, null))
      expect(object).toMatchObject({ termType: 'Literal', language: 'en' });
  });

  it('narrower is broader the other way round; related is so both ways, and never what is broader or above that (S23, S25, S27)', () => {
    const turned = (name: string) => pairs(name).map(([from, to]) => [to, from].join(' '));
    const straight = (name: string) => pairs(name).map((pair) => pair.join(' '));
    expect(turned('narrower').sort()).toEqual(straight('broader').sort());
    expect(turned('related').sort()).toEqual(straight('related').sort());
    const above = (id: string, met = new Set<string>()): Set<string> => {
      for (const { object } of graph.getQuads(id, skos('broader'), null, null)) {
        if (met.has(object.id)) continue;
        met.add(object.id);
        above(object.id, met);
      }
      return met;
    };
    for (const id of concepts) expect([...above(id)]).not.toContain(id);
    expect(pairs('related').filter(([from, to]) => above(from).has(to) || above(to).has(from))).toEqual([]);
  });
});
