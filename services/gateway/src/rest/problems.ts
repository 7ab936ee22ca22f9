import { errorCatalogue } from '@annex/schema';
import { problemMediaType } from '@annex/service';
import type { JsonSchema } from './schemas.ts';

/** The body of every error answer. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'A problem (RFC 9457). `code` is the contract.',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
    help: { type: 'string' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, given: {}, allowed: { type: 'string' } },
        required: ['field', 'allowed'],
      },
    },
    details: { type: 'object' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'help'],
};

/** The responses for problems: one a status, naming the codes that have it. */
export function problemResponses(): Record<string, unknown> {
  const statuses = [...new Set(Object.values(errorCatalogue).map(({ status }) => status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(errorCatalogue).filter(([, entry]) => entry.status === status);
      const description = codes.map(([code, { title }]) => `\`${code}\`: ${title}.`).join(' ');
      return [
        `Problem${status}`,
        { description, content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } } },
      ];
    }),
  );
}
