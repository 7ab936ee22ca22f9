import { Kind, parse, valueFromASTUntyped } from 'graphql';

/** The default values of an operation's variables, by name; undefined where it has none. */
type Defaults = Readonly<Record<string, unknown>> | undefined;

function defaultsIn(query: string, operationName: string | null | undefined): Defaults {
  const operations = parse(query, { noLocation: true }).definitions.filter(
    (one) => one.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = operationName ? operations.find((one) => one.name?.value === operationName) : operations[0];
  const found = (operation?.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  );
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/**
 * Fills in the defaults of variables that are left out. The compiler of documents forgets them for variables that may not be null, and
 * would refuse the second execution of what it accepted the first time.
 */
export class VariableDefaults {
  readonly #known = new Map<string, Defaults>();
  readonly #remembered: number;

  constructor(remembered = 1000) {
    this.#remembered = remembered;
  }

  apply(
    query: string,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> {
    // Most documents have no default: a look for the sign of one costs less than to remember them.
    if (!query.includes('=')) return variables;
    const key = `${operationName ?? ''} ${query}`;
    let defaults = this.#known.get(key);
    if (defaults === undefined && !this.#known.has(key)) {
      try {
        defaults = defaultsIn(query, operationName);
      } catch {
        // Not a document: the executor says what is wrong with it.
        return variables;
      }
      this.#known.set(key, defaults);
      if (this.#known.size > this.#remembered) this.#known.delete(this.#known.keys().next().value ?? '');
    }
    return defaults ? { ...defaults, ...withoutUndefined(variables) } : variables;
  }
}

function withoutUndefined(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}
