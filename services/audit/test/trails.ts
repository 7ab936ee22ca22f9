import type { AnnexEvent } from '@annex/schema';
import { newId, systemScope } from '@annex/service';
import { type AlarmCall, recordInTrail, type TrailSettings } from '../src/trail/trail.operations.ts';
import { type Auditing, startAuditing } from './auditing.ts';

export const source = '/annex/risk';

/** An event of a source as its exact text; spaces and the order of names are kept as they are. */
export function eventOf(
  of: string,
  sequence: number,
  more: { id?: string; title?: string; time?: string } = {},
): string {
  const title = more.title ?? `risk ${sequence} – “é”`;
  return `{ "sequence":${sequence},"specversion":"1.0","id":"${more.id ?? newId()}","source":"${source}","type":"annex.risk.risk.changed.v1","time":"${more.time ?? '2026-11-24T09:00:00.000Z'}","tenantid":"${of}","actor":"person:0190aaaa-0000-7000-8000-000000000001","hops":0,"data":{"title":"${title}"}}`;
}

interface Entry {
  sequence: number;
  eventId: string;
  type: string;
  time: string;
  actor: string;
  leafHash: string;
  bytes: string;
  recordedAt: string;
}

interface State {
  heads: {
    source: string;
    sequence: number;
    parked: number;
    missing: { from: number; to: number } | null;
    recordedAt: string | null;
  }[];
  alarms: {
    kind: string;
    from: number;
    to: number;
    status: string;
    givenBytes: string | null;
    resolvedAt: string | null;
  }[];
}
/** The audit service, and what tests of the trail do and ask. */
export async function startTrail() {
  const auditing: Auditing = await startAuditing();
  const calls: AlarmCall[] = [];
  const settings: TrailSettings = { gapSeconds: 10, alarm: (call) => calls.push(call) };

  /** The event reaches the trail, in a transaction of its own as a consumer would do it. */
  const arrive = (of: string, raw: string) =>
    auditing.service.database.write(systemScope('audit', of), (tx) =>
      recordInTrail(tx, JSON.parse(raw) as AnnexEvent, raw, settings),
    );

  const trail = async (of: string, more: { asOf?: string; args?: string; source?: string } = {}) => {
    const answer = await auditing.ask<{
      trail: { edges: { node: Entry }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    }>(
      `{ trail(source: "${more.source ?? source}", ${more.args ?? 'first: 200'}) { edges { node { sequence eventId type time actor leafHash bytes recordedAt } } pageInfo { hasNextPage endCursor } } }`,
      {},
      { tenant: of, ...(more.asOf === undefined ? {} : { asOf: new Date(more.asOf) }) },
    );
    return { ...answer.trail, entries: answer.trail.edges.map((edge) => edge.node) };
  };

  const state = async (of: string, asOf?: string): Promise<State> =>
    (
      await auditing.ask<{ trailState: State }>(
        '{ trailState { heads { source sequence parked parkedExplanation missing { from to } recordedAt } alarms { kind from to status givenBytes resolvedAt } } }',
        {},
        { tenant: of, ...(asOf === undefined ? {} : { asOf: new Date(asOf) }) },
      )
    ).trailState;

  const requests = (of: string) => auditing.recorded('annex.audit.resend.requested.v1', of);

  return {
    auditing,
    calls,
    at: (text: string) => auditing.test.setClock(new Date(text)),
    arrive,
    trail,
    state,
    requests,
  };
}
