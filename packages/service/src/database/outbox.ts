import { type EventType, eventDataFaults, type ServiceName } from '@annex/schema';
import type { Scope } from '../scope.ts';
import { literal } from './literal.ts';

/** At most so many rows, and so many bytes of rows, an event. */
const maxRows = 1000;
const maxBytes = 256 * 1024;

/** Rows with their JSON, which is made once: it tells how large they are and becomes part of the event. */
interface Run {
  readonly rows: unknown[];
  readonly texts: string[];
}

/** Cuts rows into runs that fit an event each. A single row larger than the limit goes alone. */
function runsOfRows(rows: readonly unknown[]): Run[] {
  const runs: Run[] = [];
  let run: Run = { rows: [], texts: [] };
  let bytes = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    const size = Buffer.byteLength(text);
    if (run.rows.length > 0 && (run.rows.length >= maxRows || bytes + size > maxBytes)) {
      runs.push(run);
      run = { rows: [], texts: [] };
      bytes = 0;
    }
    run.rows.push(row);
    run.texts.push(text);
    bytes += size;
  }
  if (run.rows.length > 0) runs.push(run);
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
  const parts = rows ? runsOfRows(rows) : [{ rows: [], texts: undefined }];
  return parts.map((part) => {
    const faults = eventDataFaults(type, rows ? { rows: part.rows } : data);
    if (faults.length > 0) throw new Error(`${type} is not what its schema says: ${faults.join('; ')}`);
    const id = newId();
    const single = part.rows.length === 1 ? (part.rows[0] as { id?: unknown; version?: unknown }) : undefined;
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
    };
    const text = part.texts ? `{"rows":[${part.texts.join(',')}]}` : JSON.stringify(data);
    return { id, type, body: `${JSON.stringify(event).slice(1, -1)},"data":${text}}` };
  });
}

type Recorded = ReturnType<typeof eventBodies>;

const insertion = 'insert into outbox (tenant_id, id, type, body) values ';

/** The statement that puts recorded events into the outbox, in their order; without parameters, so that it travels together with the commit. */
export function outboxInsert(tenant: string, events: Recorded): string {
  const rows = events.map(({ id, type, body }) => `('${tenant}', '${id}', ${literal(type)}, ${literal(body)})`);
  return insertion + rows.join(', ');
}

/** The same for much text, which is then neither quoted here nor read there letter by letter. */
export function largeOutboxInsert(tenant: string, events: Recorded): { text: string; values: string[] } {
  const rows = events.map((_, index) => `($1, $${3 * index + 2}, $${3 * index + 3}, $${3 * index + 4})`);
  return {
    text: insertion + rows.join(', '),
    values: [tenant, ...events.flatMap(({ id, type, body }) => [id, type, body])],
  };
}
