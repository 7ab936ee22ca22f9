export * from './errors.ts';
export { Basis, RuleResult, Verdict } from './events/conformity.ts';
export { Envelope, type EnvelopeOf } from './events/envelope.ts';
export {
  type AnnexEvent,
  type EventData,
  type EventRow,
  type EventType,
  eventDataFaults,
  eventFaults,
  events,
  eventTypes,
  isEventType,
} from './events/index.ts';
export * from './permissions.ts';
export * from './routes.ts';
export * from './scalars.ts';
export { checkFollows, type Transitions } from './transition.ts';
