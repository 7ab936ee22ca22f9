import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { controlAsked, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import {
  type EndExceptionInput,
  endException,
  type JudgeExceptionInput,
  judgeException,
  type RequestExceptionInput,
  requestException,
  type WithdrawExceptionInput,
  withdrawException,
} from './exception.operations.ts';
import { type ExceptionFilter, type ExceptionRow, filteredExceptions, findExceptions } from './exception.store.ts';

type Context = CallContext<ControlsDatabase>;

const latestFirst = ordering({ id: 'desc' });

/** The exception of an id, batched; NOT_FOUND where the tenant has none. */
function loadException(context: Context, id: string): Promise<ExceptionRow> {
  return loadEntity(context, 'Exception', findExceptions, id);
}

type Filter = ConnectionArgs & Omit<ExceptionFilter, 'controlId'> & { readonly controlId?: string | null };

function asked({ controlId, ismsId, status, implementationId, endsBefore }: Filter): ExceptionFilter {
  const rest = { ismsId, status, implementationId, endsBefore };
  if (!controlId) return rest;
  return { ...rest, controlId: controlAsked(controlId) };
}

export const exceptionModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./exception.graphql', import.meta.url)),
  resolvers: {
    Query: {
      exception: (_, { id }: { id: string }, context) => loadException(context, id),
      exceptions: (_, args: Filter, context) => {
        const filter = asked(args);
        return connection(context, args, { order: latestFirst, query: (tx) => filteredExceptions(tx, filter) });
      },
    },
    Mutation: {
      async requestException(_, { input }: { input: RequestExceptionInput }, context) {
        const { id } = await context.write('requestException', input, (tx) => requestException(tx, input));
        return { exception: await loadException(context, id) };
      },
      async judgeException(_, { input }: { input: JudgeExceptionInput }, context) {
        const { id } = await context.write('judgeException', input, (tx) => judgeException(tx, context.caller, input));
        return { exception: await loadException(context, id) };
      },
      async endException(_, { input }: { input: EndExceptionInput }, context) {
        const { id } = await context.write('endException', input, (tx) => endException(tx, input));
        return { exception: await loadException(context, id) };
      },
      async withdrawException(_, { input }: { input: WithdrawExceptionInput }, context) {
        const { id } = await context.write('withdrawException', input, (tx) => withdrawException(tx, input));
        return { exception: await loadException(context, id) };
      },
    },
    Implementation: {
      exceptions: (row: ImplementationRow, args: ConnectionArgs & Pick<ExceptionFilter, 'status'>, context) =>
        connection(context, args, {
          order: latestFirst,
          query: (tx) => filteredExceptions(tx, { status: args.status }),
          parent: { field: 'Implementation.exceptions', column: 'implementationId', id: row.id },
        }),
    },
    Exception: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadException(context, id),
      isms: (row: ExceptionRow, _, context) => loadIsms(context, row.ismsId),
      implementation: (row: ExceptionRow, _, context) => loadImplementation(context, row.implementationId),
      controls: (row: ExceptionRow, _, context) =>
        Promise.all(inCatalogueOrder(row.controlIds).map((id) => loadControl(context, id))),
      async compensatingImplementations(row: ExceptionRow, _, context) {
        const ids = row.compensatingImplementationIds;
        const found = await Promise.all(ids.map((id) => loadImplementation(context, id)));
        return found.sort((a, b) => (a.reference < b.reference ? -1 : 1));
      },
    },
  },
};
