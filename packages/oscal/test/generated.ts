import fc from 'fast-check';

/** JSON that is generated; members may be undefined, which JSON does not keep. */
export interface Generated {
  [member: string]: unknown;
}

const prose = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.toWellFormed().replaceAll('\0', ''));
const line = prose.map((text) => `x${text.replace(/\s/g, ' ')}x`);
const token = fc.stringMatching(/^[a-z_][a-z0-9._-]{0,8}$/);
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 2 });
const prop = fc.record({ name: token, value: line, class: token, remarks: prose }, { requiredKeys: ['name', 'value'] });
const link = fc.record(
  { href: token.map((path) => `https://example.org/${path}`), rel: token, text: line },
  { requiredKeys: ['href'] },
);
const role = fc.record({ 'role-id': token, props: some(prop), remarks: prose }, { requiredKeys: ['role-id'] });
const common = { description: prose, props: some(prop), links: some(link), remarks: prose };
const setting = fc.record(
  { 'param-id': token, values: some(line), remarks: prose },
  { requiredKeys: ['param-id', 'values'] },
);
const statement = fc.record(
  { 'statement-id': token, ...common, 'responsible-roles': some(role) },
  { requiredKeys: ['statement-id', 'description'] },
);
const requirement = fc.record(
  {
    'control-id': fc.constantFrom('ac-1', 'ac-2', 'ac-2.1', 'sc-8', 'zz-9'),
    ...common,
    ...{ 'responsible-roles': some(role), 'set-parameters': some(setting), statements: some(statement) },
  },
  { requiredKeys: ['control-id', 'description'] },
);
const { remarks: _, ...ofImplementation } = common;
const implementation = fc.record(
  {
    source: fc.constantFrom('https://example.org/catalog.json', 'urn:annex:framework:nist:5', 'here'),
    ...ofImplementation,
    ...{ 'set-parameters': some(setting), 'implemented-requirements': some(requirement) },
  },
  { requiredKeys: ['source', 'description', 'implemented-requirements'] },
);
const protocol = fc.record(
  {
    ...{ name: line, title: line },
    'port-ranges': some(
      fc.record({
        ...{ start: fc.nat(65_535), end: fc.nat(65_535) },
        transport: fc.constantFrom('TCP', 'UDP'),
      }),
    ),
  },
  { requiredKeys: ['name'] },
);
const component = fc.record(
  {
    ...{ type: fc.constantFrom('software', 'service', 'policy', 'lamp'), title: line, purpose: line, ...common },
    ...{ 'responsible-roles': some(role), protocols: some(protocol), 'control-implementations': some(implementation) },
  },
  { requiredKeys: ['type', 'title', 'description'] },
);
const capability = fc.record(
  { name: line, ...common, 'control-implementations': some(implementation) },
  { requiredKeys: ['name', 'description'] },
);
const document = fc.record(
  {
    title: line,
    parties: some(fc.record({ name: line, type: fc.constantFrom('organization', 'person') })),
    components: some(component),
    capabilities: some(capability),
    resources: some(fc.record({ title: line, description: prose })),
    'import-component-definitions': some(fc.record({ href: token })),
  },
  { requiredKeys: ['title'] },
);

/** A UUID of version 4, the same for the same number. */
export const numbered = (last: number) => `22222222-2222-4222-8222-${String(last).padStart(12, '0')}`;

/** What OSCAL gives a UUID, and where it stands. */
const identified = new Set([
  ...['components', 'capabilities', 'control-implementations', 'implemented-requirements', 'statements'],
  ...['parties', 'resources', 'protocols'],
]);

function withUuids(value: unknown, within: string, count: { next: number }): unknown {
  if (Array.isArray(value)) return value.map((item) => withUuids(item, within, count));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, withUuids(inner, name, count)] as const);
  return Object.fromEntries(identified.has(within) ? [['uuid', numbered(count.next++)], ...members] : members);
}

/**
 * Component definitions of OSCAL 1.2.1, valid by NIST's schema. Some sources are `here`: a resource of the document, where it has one. Every
 * capability incorporates every component.
 */
export const generatedDefinition: fc.Arbitrary<Generated> = document.map((given) => {
  const { title, parties, resources, ...rest } = withUuids(given, '', { next: 10 }) as Generated & {
    resources?: { uuid: string }[];
    components?: { uuid: string }[];
    capabilities?: object[];
  };
  const [resource] = resources ?? [];
  const text = JSON.stringify(rest).replaceAll('"source":"here"', `"source":"${resource ? `#${resource.uuid}` : 'x'}"`);
  const { capabilities, ...written } = JSON.parse(text) as Generated & { capabilities?: object[] };
  const incorporated = (rest.components ?? []).map(({ uuid }) => ({ 'component-uuid': uuid, description: 'One part' }));
  return {
    'component-definition': {
      uuid: numbered(1),
      metadata: {
        ...{ title, 'last-modified': '2026-05-01T08:00:00Z', version: '3', 'oscal-version': '1.2.1' },
        ...(parties ? { parties } : {}),
      },
      ...written,
      ...(capabilities
        ? {
            capabilities: capabilities.map((one) => ({
              ...one,
              ...(incorporated.length > 0 ? { 'incorporates-components': incorporated } : {}),
            })),
          }
        : {}),
      ...(resources ? { 'back-matter': { resources } } : {}),
    },
  };
});
