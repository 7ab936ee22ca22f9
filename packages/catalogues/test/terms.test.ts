import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildASTSchema, isEnumType, isObjectType, parse } from 'graphql';
import { findTerms, term, terms } from '../src/index.ts';
import { lengths, repetitions } from './quality.ts';

it('defines at least 75 terms, each once and at a length that can be read', () => {
  const all = terms();
  expect(all.length).toBeGreaterThanOrEqual(75);
  const names = all.flatMap((one) => [one.label, ...one.altLabels]).map((name) => name.toLowerCase());
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  const definitions = all.map((one) => ({ place: one.id, text: one.definition }));
  expect(definitions.flatMap((text) => lengths(text, 40, 420))).toEqual([]);
  expect(repetitions(definitions)).toEqual([]);
});

it('relates terms to terms that exist, without circles, both ways', () => {
  const ids = new Map(terms().map((one) => [one.id, one]));
  for (const { id, broader, narrower, related } of ids.values()) {
    for (const other of [...broader, ...narrower, ...related]) expect(ids.has(other)).toBe(true);
    for (const other of broader) expect(ids.get(other)?.narrower).toContain(id);
    for (const other of related)
      expect({ id, related: ids.get(other)?.related }).toEqual({ id, related: expect.arrayContaining([id]) });
  }
  const climb = (id: string, seen: readonly string[]): void => {
    expect(seen).not.toContain(id);
    for (const wider of ids.get(id)?.broader ?? []) climb(wider, [...seen, id]);
  };
  for (const id of ids.keys()) climb(id, []);
});

it('names GraphQL types and fields that the federated graph has', () => {
  const file = join(import.meta.dirname, '../../../services/gateway/supergraph.graphql');
  const schema = buildASTSchema(parse(readFileSync(file, 'utf8')), { assumeValid: true, assumeValidSDL: true });
  const astray = terms().flatMap((one) =>
    one.types.filter((name) => {
      const [typeName = '', field] = name.split('.');
      const type = schema.getType(typeName);
      if (field === undefined) return !type;
      return isObjectType(type) ? !type.getFields()[field] : !(isEnumType(type) && type.getValue(field));
    }),
  );
  expect(astray).toEqual([]);
});

it.each([
  ['residual risk', 'residual-risk'],
  ['Residual-Risk', 'residual-risk'],
  ['registrar', 'certification-body'],
  ['SoA', 'statement-of-applicability'],
])('knows “%s”', (name, id) => {
  expect(term(name)?.id).toBe(id);
});

it.each([
  ['residul risk', 'residual-risk'],
  ['vulnerabilty', 'vulnerability'],
  ['statment of aplicability', 'statement-of-applicability'],
  ['nonconfomity', 'nonconformity'],
])('forgives “%s”', (typed, id) => {
  expect(findTerms(typed)[0]?.term.id).toBe(id);
});

it('finds nothing where nothing is meant', () => {
  expect(findTerms('')).toEqual([]);
  expect(findTerms('xqzzjw')).toEqual([]);
});
