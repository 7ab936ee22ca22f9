import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DefinitionNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
  validate,
} from 'graphql';
import { describeOperation, type StoredOperation, withoutRest } from './operation.ts';

const inFragments = ({ name }: Source) => name.startsWith('fragments/');

/** The one definition of a file, named as the file is. */
function only(source: Source): DefinitionNode {
  const [definition, ...others] = parse(source).definitions;
  if (!definition || others.length > 0) throw new Error('must hold exactly one definition');
  const name = 'name' in definition ? definition.name?.value : undefined;
  if (name === undefined) throw new Error('needs a name');
  if (!source.name.endsWith(`/${name}.graphql`)) throw new Error(`holds ${name}, so name it so`);
  return definition;
}

function operationIn(source: Source): OperationDefinitionNode {
  const definition = only(source);
  if (definition.kind === Kind.OPERATION_DEFINITION) return definition;
  throw new Error('must hold an operation; fragments have their folder, fragments/');
}

function fragmentIn(source: Source): FragmentDefinitionNode {
  const definition = only(source);
  if (definition.kind === Kind.FRAGMENT_DEFINITION) return definition;
  throw new Error('must hold a fragment; operations have the folders of their areas');
}

/**
 * Reads stored operations and the fragments that they share.
 * @param sources named by area and file: `risk/GetRisk.graphql`, `fragments/Risk.graphql`
 * @param fit whether they are known to fit the graph
 * @throws Error naming each file that is not right
 */
export function readOperations(schema: GraphQLSchema, sources: readonly Source[], fit = false): StoredOperation[] {
  const problems: string[] = [];
  const refuse = () => {
    if (problems.length > 0) throw new Error(`Stored operations that cannot be served:\n  ${problems.join('\n  ')}`);
  };
  const attempt = <T>(source: Source, read: () => T): T[] => {
    try {
      return [read()];
    } catch (error) {
      problems.push(`${source.name}: ${(error as Error).message}`);
      return [];
    }
  };
  const fragments = sources.filter(inFragments).flatMap((source) => attempt(source, () => fragmentIn(source)));
  const parsed = sources
    .filter((source) => !inFragments(source))
    .flatMap((source) => attempt(source, () => ({ source, operation: operationIn(source) })));
  refuse();

  // All at once: what many operations spread is looked at once, and what none spreads is seen.
  const definitions = [...parsed.map(({ operation }) => withoutRest(operation)), ...fragments];
  for (const { message, nodes } of fit ? [] : validate(schema, { kind: Kind.DOCUMENT, definitions }))
    problems.push(`${nodes?.[0]?.loc?.source.name ?? 'together'}: ${message}`);
  refuse();

  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const operations = parsed.flatMap(({ source, operation }) =>
    attempt(source, () => describeOperation(schema, operation, source.body, source.name.split('/')[0] ?? '', byName)),
  );
  const taken = new Set<string>();
  const paths = new Map<string, StoredOperation>();
  for (const operation of operations) {
    const { name, method, path } = operation;
    const unnamed = path.replace(/\{\w+\}/g, '{}');
    if (taken.has(`${method} ${unnamed}`)) problems.push(`${name}: ${method} ${unnamed} is taken`);
    taken.add(`${method} ${unnamed}`);
    // To OpenAPI the same path under two names would be two paths that mean the same.
    const first = paths.get(unnamed);
    if (!first) paths.set(unnamed, operation);
    else if (first.path !== path) problems.push(`${name}: ${path} is ${first.path} in ${first.name}`);
  }
  refuse();
  return operations;
}

/** The folder of the operations that come with Annex. */
const operationsFolder = new URL('../operations/', import.meta.url);

/**
 * Loads every `<area>/<Name>.graphql` of a folder, with the fragments of `fragments/` that they share.
 * @param fit as of `readOperations`
 * @throws Error naming each file that is not right
 */
export function loadOperations(schema: GraphQLSchema, folder: URL = operationsFolder, fit = false): StoredOperation[] {
  const root = fileURLToPath(folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'));
  const sources = files
    .sort()
    .map((file) => new Source(readFileSync(join(root, file), 'utf8'), file.split(sep).join('/')));
  return readOperations(schema, sources, fit);
}
