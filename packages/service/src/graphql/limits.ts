import { AnnexError } from '@annex/schema';
import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** How much one document may ask for. */
export interface GraphqlLimits {
  /** Levels of fields. */
  readonly depth: number;
  /** Fields of one level of one object, fragments included. */
  readonly breadth: number;
  /** Aliases in the document, each counted as often as its fragment is used. */
  readonly aliases: number;
  /** Fields of the document, those of a fragment as often as it is used. */
  readonly fields: number;
  /** Size of the document as UTF-8. */
  readonly documentBytes: number;
}

export const defaultLimits: GraphqlLimits = {
  depth: 12,
  breadth: 200,
  aliases: 100,
  fields: 1000,
  documentBytes: 64 * 1024,
};

interface Size {
  readonly depth: number;
  readonly breadth: number;
  readonly aliases: number;
  readonly fields: number;
}

const nothing: Size = { depth: 0, breadth: 0, aliases: 0, fields: 0 };

function exceeded(limit: keyof GraphqlLimits, given: number, allowed: number): AnnexError {
  return new AnnexError('QUERY_TOO_COMPLEX', `The ${limit} of the query is ${given}; ${allowed} is allowed`, {
    details: { limit, given, allowed },
  });
}

/** @throws AnnexError QUERY_TOO_COMPLEX; checked before parsing, so that a huge text costs nothing */
export function checkDocumentSize(document: string, limits: GraphqlLimits): void {
  const bytes = document.length > limits.documentBytes ? document.length : Buffer.byteLength(document);
  if (bytes > limits.documentBytes) throw exceeded('documentBytes', bytes, limits.documentBytes);
}

/** Brackets inside brackets of a document; the standard query for a schema has fewer than thirty. */
const deepestNesting = 64;
const brackets = /"""(?:[^"\\]|\\"""|\\|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[([{]|[)\]}]/g;

/** Parsing and validating recurse. @throws AnnexError QUERY_TOO_COMPLEX; checked before parsing, without recursion */
export function checkNesting(document: string): void {
  let [depth, deepest] = [0, 0];
  for (const [token] of document.matchAll(brackets)) {
    if (token === '(' || token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ')' || token === ']' || token === '}') depth--;
  }
  if (deepest <= deepestNesting) return;
  throw new AnnexError('QUERY_TOO_COMPLEX', `The document is nested ${deepest} deep; ${deepestNesting} is allowed`, {
    details: { limit: 'nesting', given: deepest, allowed: deepestNesting },
  });
}

/**
 * A validation rule that measures each operation. It is run once a document: the executor keeps documents and refusals by their
 * text. Introspection is not measured for depth, since its standard query is deeper than any of ours.
 */
export function limitsRule(limits: GraphqlLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => {
    const measured = new Map<FragmentDefinitionNode, Size>();

    const measureSet = (set: SelectionSetNode): Size => {
      let depth = 0;
      let [breadth, widest, aliases, fields] = [0, 0, 0, 0];
      for (const selection of set.selections) {
        let part: Size;
        if (selection.kind === 'Field') {
          const inner = selection.selectionSet ? measureSet(selection.selectionSet) : nothing;
          const levels = selection.name.value.startsWith('__') ? 0 : inner.depth + 1;
          part = {
            depth: levels,
            breadth: 1,
            aliases: inner.aliases + (selection.alias ? 1 : 0),
            fields: inner.fields + 1,
          };
          widest = Math.max(widest, inner.breadth);
        } else {
          part =
            selection.kind === 'InlineFragment'
              ? measureSet(selection.selectionSet)
              : measureFragment(selection.name.value);
        }
        depth = Math.max(depth, part.depth);
        breadth += part.breadth;
        aliases += part.aliases;
        fields += part.fields;
      }
      return { depth, breadth: Math.max(breadth, widest), aliases, fields };
    };

    const measureFragment = (name: string): Size => {
      const fragment = context.getFragment(name);
      if (!fragment) return nothing;
      const known = measured.get(fragment);
      if (known) return known;
      // A fragment that contains itself is refused by another rule; here it must only not be followed.
      measured.set(fragment, nothing);
      const size = measureSet(fragment.selectionSet);
      measured.set(fragment, size);
      return size;
    };

    return {
      OperationDefinition(operation) {
        const size = measureSet(operation.selectionSet);
        for (const limit of ['depth', 'breadth', 'aliases', 'fields'] as const) {
          if (size[limit] <= limits[limit]) continue;
          const error = exceeded(limit, size[limit], limits[limit]);
          context.reportError(new GraphQLError(error.message, { nodes: operation, originalError: error }));
        }
        return undefined;
      },
    };
  };
}
