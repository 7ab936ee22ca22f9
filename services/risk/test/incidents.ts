import type { TestCaller } from '@annex/service/testing';
import type { Register } from './register.ts';

export interface IncidentView {
  id: string;
  version: number;
  reference: string;
  title: string;
  status: string;
  confirmation: string;
  severity: string | null;
  categories: string[];
  occurred: { text: string; precision: string; from: string; until: string } | null;
  detectedAt: string | null;
  timings: Record<'toDetect' | 'toTriage' | 'toContain' | 'toResolve', { least: string; most: string } | null>;
  timeline: {
    id: string;
    phase: string;
    text: string;
    happenedAt: string;
    writtenAt: string;
    correctsId: string | null;
  }[];
  risks: { id: string }[];
  assets: { id: string }[];
  findingIds: string[];
  losses: { category: string; amount: { minorUnits: number; currency: string } }[];
  totalLoss: { minorUnits: number; currency: string } | null;
  lessons: string;
  riskReview: string | null;
  source: string | null;
  sourceId: string | null;
  recurrenceOf: { reference: string } | null;
  events: { reference: string }[];
}

const span = '{ least most }';
export const incidentFields = `id version reference title status confirmation severity categories occurred { text precision from until } detectedAt
  timings { toDetect ${span} toTriage ${span} toContain ${span} toResolve ${span} }
  timeline { id phase text happenedAt writtenAt correctsId } risks { id } assets { id } findingIds
  losses { category amount { minorUnits currency } } totalLoss { minorUnits currency } lessons riskReview source sourceId
  recurrenceOf { reference } events { reference }`;

/** Asks for a mutation that answers with an incident. */
export const incidentCall = (register: Register, name: string, input: object, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { incident { ${incidentFields} } } }`,
    { input },
    caller,
  );

/** As `incidentCall`, for what must be answered. */
export async function incidentStep(register: Register, name: string, input: object): Promise<IncidentView> {
  const answer = await incidentCall(register, name, input);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as Record<string, { incident: IncidentView }>)[name]?.incident as IncidentView;
}

export const reportCall = (register: Register, input: object = {}, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: ReportSecurityEventInput!) { reportSecurityEvent(input: $input) { id reference securityEvent { id version status } } }`,
    { input: { ismsId: register.ismsId, title: 'A mail that asked for a password', ...input } },
    caller,
  );

export async function reportEvent(register: Register, input: object = {}, caller: TestCaller = {}): Promise<string> {
  const answer = await reportCall(register, input, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { reportSecurityEvent: { id: string } }).reportSecurityEvent.id;
}

export const assessCall = (register: Register, input: object, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: AssessSecurityEventInput!) { assessSecurityEvent(input: $input) {
       securityEvent { id version status reason assessedBy incident { ${incidentFields} } } } }`,
    { input: { expectedVersion: 1, reason: 'Somebody typed it in', ...input } },
    caller,
  );

/** An incident that was reported, and declared with what is given. */
export async function declare(
  register: Register,
  incident: object = {},
  event: object = {},
  caller: TestCaller = {},
): Promise<IncidentView> {
  const id = await reportEvent(register, event, caller);
  const answer = await assessCall(register, { id, decision: 'INCIDENT', incident }, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { assessSecurityEvent: { securityEvent: { incident: IncidentView } } }).assessSecurityEvent
    .securityEvent.incident;
}

export async function readIncident(register: Register, id: string, caller: TestCaller = {}): Promise<IncidentView> {
  const query = `query ($id: UUID!) { incident(id: $id) { ${incidentFields} } }`;
  return (await register.ask<{ incident: IncidentView }>(query, { id }, caller)).incident;
}
