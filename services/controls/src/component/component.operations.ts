import { badInput, type EventRow } from '@annex/schema';
import { entityFields, ismsOf, type Tx, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { createImplementation } from '../implementation/implementation.operations.ts';
import { maxControls } from '../implementation/implementation.ts';
import { nameOf, placesNamed } from './claim.store.ts';
import {
  type ComponentUseRow,
  claimsOfComponent,
  findDefinitions,
  holdComponent,
  insertUse,
} from './component.store.ts';

export function componentUseEvent(row: ComponentUseRow): EventRow<'annex.controls.component-use.changed.v1'> {
  const { id, ismsId, version, componentId, componentUuid, componentTitle, definitionKey } = row;
  return { id, ismsId, version, componentId, componentUuid, componentTitle, definitionKey };
}

export interface ImplementComponentInput {
  readonly componentId: string;
  readonly ismsId?: string | null;
  readonly controlIds?: readonly string[] | null;
}

/** The controls that a component claims and that are known here. @throws AnnexError BAD_INPUT where they cannot be implemented as they are */
async function knownControls(tx: Tx<ControlsDatabase>, componentId: string): Promise<string[]> {
  const claims = await claimsOfComponent(tx, componentId);
  const places = await placesNamed(tx, claims);
  const named = claims.flatMap((claim) => places.get(nameOf(claim)) ?? []);
  const ids = [...new Set(named.filter((place) => place.control).map((place) => place.id))];
  if (ids.length >= 1 && ids.length <= maxControls) return ids;
  const allowed =
    ids.length === 0
      ? 'must be given: no control that the component names is one of a catalogue here'
      : `must be given: the component names ${ids.length} controls, and an implementation has at most ${maxControls}`;
  throw badInput('input.controlIds', null, allowed);
}

/**
 * Starts an implementation from a component, with its title and description, and remembers where it came from (27001, 6.1.3 and 8.1).
 * @throws AnnexError NOT_FOUND, BAD_INPUT, STATE_CONFLICT where the ISMS is retired
 */
export async function implementComponent(
  tx: WriteTx<ControlsDatabase>,
  input: ImplementComponentInput,
): Promise<{ id: string; version: number }> {
  const component = await holdComponent(tx, input.componentId);
  const ismsId = await ismsOf(tx, input.ismsId);
  const [definition] = await findDefinitions(tx, [component.definitionId]);
  if (!definition) throw new Error(`The component ${component.id} is of no definition`);
  const made = await createImplementation(tx, {
    title: component.title,
    description: component.description || (component.purpose ?? ''),
    controlIds: input.controlIds ?? (await knownControls(tx, component.id)),
    ismsId,
  });
  const use: ComponentUseRow = {
    ...{ ...entityFields(tx), id: made.id, ismsId, version: 1 },
    ...{ componentId: component.id, componentUuid: component.oscalUuid },
    ...{ componentTitle: component.title, componentType: component.type },
    ...{ definitionKey: definition.key, definitionTitle: definition.title },
  };
  await insertUse(tx, use);
  tx.record('annex.controls.component-use.changed.v1', { rows: [componentUseEvent(use)] });
  return { id: made.id, version: made.version };
}
