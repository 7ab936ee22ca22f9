import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { assembleCatalog, type CatalogPart, writeCatalog } from '../src/index.ts';
import { catalogOf, collected, faults, itWithSchemas, readWhole } from './world.ts';

/** What is generated; ids are given afterwards, because they must be unique. */
interface Node {
  id?: string;
  [member: string]: unknown;
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((given) => given.toWellFormed().replaceAll('\0', ''));
const line = text.map((given) => `x${given.replace(/\s/g, ' ')}x`);
const name = fc.stringMatching(/^[a-z_][a-z0-9._-]{0,8}$/);
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });
const prop = fc.record({ name, value: line, class: name }, { requiredKeys: ['name', 'value'] });
const link = fc.record({ href: name.map((id) => `#${id}`), text: line }, { requiredKeys: ['href'] });
const common = { class: name, props: some(prop), links: some(link) };
const param = fc.oneof(
  fc.record({ id: name, label: line, usage: text, values: some(line) }, { requiredKeys: ['id'] }),
  fc.record({ id: name, guidelines: some(fc.record({ prose: text })), select: fc.record({ choice: some(line) }) }),
);
const deeper = <T>(item: fc.Arbitrary<T>, depth: number) => (depth > 0 ? some(item) : fc.constant(undefined));
const part = (depth: number): fc.Arbitrary<Node> =>
  fc.record(
    {
      name,
      ...common,
      prose: text,
      title: line,
      parts: depth > 0 ? deeper(part(depth - 1), depth) : fc.constant(undefined),
    },
    { requiredKeys: ['name'] },
  );
const control = (depth: number): fc.Arbitrary<Node> =>
  fc.record(
    {
      ...{ id: name, title: line, ...common, params: some(param), parts: some(part(2)) },
      controls: depth > 0 ? deeper(control(depth - 1), depth) : fc.constant(undefined),
    },
    { requiredKeys: ['id', 'title'] },
  );
const group = (depth: number): fc.Arbitrary<Node> => {
  const own = { id: name, title: line, ...common, params: some(param), parts: some(part(1)) };
  const leaf = fc.record({ ...own, controls: some(control(2)) }, { requiredKeys: ['title'] });
  if (depth === 0) return leaf;
  return fc.oneof(leaf, fc.record({ ...own, groups: some(group(depth - 1)) }, { requiredKeys: ['title'] }));
};
const extension = fc.dictionary(
  fc.string({ maxLength: 6 }).map((key) => `x-${key.replaceAll('\0', '')}`),
  fc.jsonValue(),
  {
    maxKeys: 2,
  },
);
const tree = fc.record(
  { params: some(param), controls: some(control(2)), groups: some(group(2)) },
  { requiredKeys: [] },
);

/** Unique ids, members in reverse where asked, and the same extension in every object that OSCAL knows. */
function finished(value: unknown, shuffled: boolean, extra: object, count = { next: 0 }): unknown {
  if (Array.isArray(value)) return value.map((item) => finished(item, shuffled, extra, count));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => [key, key === 'id' ? `n${count.next++}` : finished(inner, shuffled, extra, count)]);
  return Object.fromEntries([...(shuffled ? entries.toReversed() : entries), ...Object.entries(extra)]);
}
const generated = (value: unknown, shuffled = false, extra: object = {}) =>
  catalogOf(finished(value, shuffled, extra) as object);
const byKey = (parts: CatalogPart[]) =>
  parts.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
const clean = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('any catalog', () => {
  it('survives reading, assembling, writing and reading again, whatever the chunks and the order of members', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.boolean(), fc.integer({ min: 1, max: 500 }), async (value, shuffled, size) => {
        const json = clean(generated(value, shuffled));
        const { document, parts } = await readWhole(json, {}, size);
        const out = clean(assembleCatalog(document, parts));
        expect(isDeepStrictEqual(out, json)).toBe(true);
        const text = (await collected(writeCatalog(document, parts))).join('');
        expect(isDeepStrictEqual(JSON.parse(text), json)).toBe(true);
        expect(isDeepStrictEqual(byKey((await readWhole(out)).parts), byKey(parts))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what extensions add to its objects', async () => {
    await fc.assert(
      fc.asyncProperty(tree, extension, async (value, extra) => {
        const json = clean(generated(value, false, { 'x-ext': extra, 'x-none': null, 'x-empty': [] }));
        const { document, parts } = await readWhole(json);
        expect(clean(assembleCatalog(document, parts))).toEqual(json);
      }),
      { numRuns: 30 },
    );
  });

  itWithSchemas('is valid by the schema of 1.2.1 when it is exported', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 5, maxLength: 5 }), async (values) => {
        for (const value of values) {
          const { document, parts } = await readWhole(generated(value));
          expect(faults('catalog', assembleCatalog(document, parts))).toEqual([]);
        }
      }),
      { numRuns: 4 },
    );
  });
});
