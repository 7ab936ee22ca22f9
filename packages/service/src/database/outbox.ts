import { type EventType, eventDataFaults, type ServiceName } from '@annex/schema';
import pg from 'pg';
import type { Scope } from '../scope.ts';

/** At most so many rows, and so many bytes of rows, an event. */
const maxRows = 1000;
const maxBytes = 256 * 1024;

/** Cuts rows into runs that fit an event each. A single row larger than the limit goes alone. */
function runsOfRows(rows: readonly unknown[]): unknown[][] {
  const runs: unknown[][] = [];
  let run: unknown[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row));
    if (run.length > 0 && (run.length >= maxRows || bytes + size > maxBytes)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(row);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/**
 * The outbox rows of what an operation recorded. A body is the CloudEvents JSON without its opening brace and without `sequence`,
 * which the relay gives: the exact bytes are `{"sequence":N,` and the body, the same at every sending.
 * @throws Error (a defect) when the data is not what the schema of the type says
 */
export function eventBodies(recorded: {
  readonly service: ServiceName;
  readonly type: EventType;
  readonly data: unknown;
  readonly about: { readonly subject?: string; readonly entityVersion?: number };
  readonly scope: Scope;
  readonly time: Date;
  readonly newId: () => string;
}): { id: string; type: EventType; body: string }[] {
  const { service, type, data, about, scope, time, newId } = recorded;
  const rows = (data as { rows?: unknown[] }).rows;
  const parts = rows ? runsOfRows(rows).map((run) => ({ rows: run })) : [data];
  return parts.map((part) => {
    const faults = eventDataFaults(type, part);
    if (faults.length > 0) throw new Error(`${type} is not what its schema says: ${faults.join('; ')}`);
    const id = newId();
    const run = rows ? (part as { rows: { id?: unknown; version?: unknown }[] }).rows : [];
    const single = run.length === 1 ? run[0] : undefined;
    const subject = about.subject ?? (typeof single?.id === 'string' ? single.id : undefined);
    const entityversion = about.entityVersion ?? (typeof single?.version === 'number' ? single.version : undefined);
    const event = {
      specversion: '1.0',
      id,
      source: `/annex/${service}`,
      type,
      ...(subject === undefined ? {} : { subject }),
      time: time.toISOString(),
      datacontenttype: 'application/json',
      dataschema: `urn:annex:event:${type}`,
      tenantid: scope.tenant,
      ...(entityversion === undefined ? {} : { entityversion }),
      actor: scope.actor,
      ...(scope.onBehalfOf === undefined ? {} : { onbehalfof: scope.onBehalfOf }),
      ...(scope.reason === undefined ? {} : { reason: scope.reason }),
      correlationid: scope.correlationId,
      ...(scope.causationId === undefined ? {} : { causationid: scope.causationId }),
      hops: scope.hops,
      ...(scope.traceparent === undefined ? {} : { traceparent: scope.traceparent }),
      data: part,
    };
    return { id, type, body: JSON.stringify(event).slice(1) };
  });
}

/** The statement that puts recorded events into the outbox, in their order; without parameters, so that it travels together with the commit. */
export function outboxInsert(tenant: string, events: ReturnType<typeof eventBodies>): string {
  const literal = (text: string) => pg.escapeLiteral(text);
  const rows = events.map(({ id, type, body }) => `('${tenant}', '${id}', ${literal(type)}, ${literal(body)})`);
  return `insert into outbox (tenant_id, id, type, body) values ${rows.join(', ')}`;
}
