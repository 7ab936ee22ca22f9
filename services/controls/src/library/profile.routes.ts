import { controls } from '@annex/catalogues';
import type { OscalProfile } from '@annex/oscal';
import { AnnexError, badInput, isUuid, notFound } from '@annex/schema';
import { type Query, requireScope, type ServiceContext, scopeOf, type Tx } from '@annex/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import { findIsms } from '../isms/isms.store.ts';
import { implementedControls } from '../mapping/mapping.store.ts';
import { cataloguesById, namesInCatalogue } from './library.store.ts';
import { tokenOf } from './library.ts';
import { selectingProfile } from './profile.ts';

/** Answers with a profile as a file. */
export const sendProfile = (reply: FastifyReply, profile: OscalProfile, name: string) =>
  reply
    .type('application/oscal.profile+json')
    .header('content-disposition', `attachment; filename="${name}.profile.json"`)
    .send(JSON.stringify({ profile }));

const annexA = {
  id: 'iso27001:2022',
  title: 'ISO/IEC 27001:2022, Annex A',
  controls: controls('2022').map(({ id, number }) => ({ id, oscalId: number })),
};

/** What controls are selected from: an own catalogue, or Annex A. @throws AnnexError NOT_FOUND */
async function catalogueOf(tx: Tx<ControlsDatabase>, id: string | undefined): Promise<typeof annexA> {
  if (id === undefined) return annexA;
  const [row] = await cataloguesById(tx, [id]);
  if (!row) throw notFound('Catalogue', id);
  const names = await namesInCatalogue(tx, row.id);
  return {
    id: `${row.key}:${row.edition}`,
    title: row.title,
    controls: names.map(({ id: item, number, oscalId }) => ({
      id: item,
      oscalId: oscalId ?? tokenOf('CONTROL', number),
    })),
  };
}

/** @throws AnnexError NOT_FOUND, STATE_CONFLICT where nothing of the catalogue is implemented: a profile of nothing there is not */
async function profileOfIsms(tx: Tx<ControlsDatabase>, ismsId: string, catalogueId: string | undefined) {
  const [isms] = await findIsms(tx, [ismsId]);
  if (!isms) throw notFound('Isms', ismsId);
  const framework = await catalogueOf(tx, catalogueId);
  const implemented = await implementedControls(tx, ismsId, 'IMPLEMENTED');
  const controlIds = framework.controls.filter(({ id }) => implemented.has(id)).map(({ oscalId }) => oscalId);
  if (controlIds.length === 0) {
    throw new AnnexError('STATE_CONFLICT', `Nothing of ${framework.title} is implemented in ${isms.name} yet`, {
      details: { kind: 'Isms', id: ismsId, framework: framework.id },
    });
  }
  return { framework, profile: selectingProfile({ isms, framework, controlIds, at: tx.now }) };
}

/** `GET /isms/:id/profile/oscal?catalogue=`: the controls that are implemented, as a profile (27001, 6.1.3). */
export function profileRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.get('/isms/:id/profile/oscal', async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
    requireScope(request, 'controls:read');
    const { id } = request.params;
    if (!isUuid(id)) throw notFound('Isms', id);
    const { catalogue } = request.query as Query;
    if (catalogue !== undefined && !isUuid(catalogue))
      throw badInput('query.catalogue', catalogue, 'must be the id of an own catalogue, or be left out for Annex A');
    const { framework, profile } = await database.read(scopeOf(request.caller), (tx) =>
      profileOfIsms(tx, id, catalogue as string | undefined),
    );
    return sendProfile(reply, profile, framework.id.replace(/[^A-Za-z0-9._-]/g, '-'));
  });
}
