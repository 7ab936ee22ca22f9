import { AnnexError, badInput, type FieldFault } from '@annex/schema';
import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** What PostgreSQL and UTF-8 can hold: no NUL, no half of a surrogate pair. */
const storable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

const allowed = 'must be text without NUL characters and without halves of surrogate pairs';

/** Refuses variables with a text that nothing can store, wherever in them it stands. @throws AnnexError BAD_INPUT naming every place */
export function checkTexts(variables: Readonly<Record<string, unknown>>): void {
  const faults: FieldFault[] = [];
  const waiting: (readonly [place: string, value: unknown])[] = Object.entries(variables);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [place, value] = next;
    if (typeof value === 'string') {
      if (!storable(value)) faults.push({ field: place, allowed });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) waiting.push([`${place}.${name}`, inner]);
    }
  }
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

/** The same for texts that stand in the document itself. */
export const textsRule = (context: ValidationContext): ASTVisitor => ({
  StringValue(node) {
    if (storable(node.value)) return;
    const error = badInput('query', undefined, allowed);
    context.reportError(new GraphQLError(error.message, { nodes: node, originalError: error }));
  },
});
