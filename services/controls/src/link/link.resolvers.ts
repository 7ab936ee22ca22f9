import { type CallContext, type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { bounded, loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { type LinkMeasureInput, linkMeasure, type UnlinkMeasureInput, unlinkMeasure } from './link.operations.ts';
import { linksOf, type MeasureLinkRow } from './link.store.ts';

interface Args {
  readonly selection: 'PRESENT' | 'ALL' | null;
  readonly first: number | null;
}

function loadLinks(context: CallContext<ControlsDatabase>, implementationId: string): Promise<MeasureLinkRow[]> {
  const loader = context.loader<string, MeasureLinkRow[]>('links of implementations', async (tx, ids) => {
    const rows = Map.groupBy(await linksOf(tx, ids), (row) => row.implementationId);
    return ids.map((id) => rows.get(id) ?? []);
  });
  return loader.load(implementationId);
}

export const linkModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./link.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async linkMeasure(_, { input }: { input: LinkMeasureInput }, context) {
        const { id } = await context.write('linkMeasure', input, (tx) => linkMeasure(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
      async unlinkMeasure(_, { input }: { input: UnlinkMeasureInput }, context) {
        const { id } = await context.write('unlinkMeasure', input, (tx) => unlinkMeasure(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
    },
    Implementation: {
      async measureLinks(row: ImplementationRow, { selection, first }: Args, context) {
        const limit = bounded(first);
        const links = await loadLinks(context, row.id);
        return links.filter((link) => selection === 'ALL' || link.unlinkedAt === null).slice(0, limit);
      },
    },
    MeasureLink: {
      measure: (row: MeasureLinkRow) => ({ id: row.measureId }),
      linkedAt: (row: MeasureLinkRow) => row.createdAt,
    },
  },
};
