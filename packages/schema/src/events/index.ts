import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { auditEvents } from './audit.ts';
import { conformityEvents } from './conformity.ts';
import { contextEvents } from './context.ts';
import { controlsEvents } from './controls.ts';
import { Envelope, type EnvelopeOf } from './envelope.ts';
import { evidenceEvents } from './evidence.ts';
import { identityEvents } from './identity.ts';
import { integrationsEvents } from './integrations.ts';
import { libraryEvents } from './library.ts';
import { monitoringEvents } from './monitoring.ts';
import { planningEvents } from './planning.ts';
import { riskEvents } from './risk.ts';

/** Every event of Annex by type: what it says and the schema of its data. */
export const events = {
  ...identityEvents,
  ...controlsEvents,
  ...libraryEvents,
  ...contextEvents,
  ...planningEvents,
  ...evidenceEvents,
  ...riskEvents,
  ...monitoringEvents,
  ...auditEvents,
  ...conformityEvents,
  ...integrationsEvents,
} as const satisfies Record<string, { description: string; data: TSchema }>;

export type EventType = keyof typeof events;
export type EventData<T extends EventType> = Static<(typeof events)[T]['data']>;
export type AnnexEvent<T extends EventType = EventType> = EnvelopeOf<EventData<T>> & { readonly type: T };
/** The type of one row of an event whose data is rows. */
export type EventRow<T extends EventType> = EventData<T> extends { rows: (infer R)[] } ? R : never;

export const eventTypes = Object.keys(events) as EventType[];

export function isEventType(text: string): text is EventType {
  return Object.hasOwn(events, text);
}

const dataValidators = new Map<EventType, Validator>();
const envelopeValidator = Compile(Envelope);

function dataValidator(type: EventType): Validator {
  let validator = dataValidators.get(type);
  if (!validator) {
    validator = Compile(events[type].data as TSchema) as unknown as Validator;
    dataValidators.set(type, validator);
  }
  return validator;
}

/** What is wrong with `data` as the data of `type`: `place: problem` each, none when it is right. */
export function eventDataFaults(type: EventType, data: unknown): string[] {
  const validator = dataValidator(type);
  if (validator.Check(data)) return [];
  return [...validator.Errors(data)].slice(0, 5).map((fault) => `data${fault.instancePath}: ${fault.message}`);
}

/** What is wrong with a whole event, envelope and data. */
export function eventFaults(event: unknown): string[] {
  if (!envelopeValidator.Check(event)) {
    return [...envelopeValidator.Errors(event)].slice(0, 5).map((fault) => `${fault.instancePath}: ${fault.message}`);
  }
  const type = (event as { type: string }).type;
  if (!isEventType(type)) return [`type: ${type} is not an event of Annex`];
  return eventDataFaults(type, (event as { data: unknown }).data);
}
