import { parseArgs } from 'node:util';
import { isUuid, type ServiceName, serviceNames } from '@annex/schema';
import {
  connectDatabase,
  createLogger,
  type Database,
  replay,
  requestResync,
  serviceUrl,
  systemScope,
} from '@annex/service';
import { findInstallation } from './installation.ts';

const usage = `annex: work on an installation from the command line

  annex replay [--since MOMENT] [--tenant ID] [--service NAME]
      Sends every kept event again. For a queue that was lost: what was handled already is recognised and left alone.
  annex resync [--tenant ID] [--service NAME]
      Makes services announce their present state. For a consumer that was restored or is new, beyond what is kept for replay.

The installation is the one of DATABASE_URL and ANNEX_SECRET, otherwise the one that runs on ANNEX_DATA_DIR (.annex).
`;

class UsageError extends Error {}

interface Request {
  readonly command: string;
  readonly tenant: string | undefined;
  readonly since: Date | undefined;
  readonly services: readonly ServiceName[];
}

function requestOf(args: string[]): Request {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      since: { type: 'string' },
      tenant: { type: 'string' },
      service: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) throw new UsageError(usage);
  if (rest.length > 0) throw new UsageError(`annex: "${rest[0]}" is one word too many`);
  const since = values.since === undefined ? undefined : new Date(values.since);
  if (since && Number.isNaN(since.getTime()))
    throw new UsageError(`annex: --since ${values.since} is not a moment (2026-11-24T09:30:00Z)`);
  if (values.tenant !== undefined && !isUuid(values.tenant))
    throw new UsageError(`annex: --tenant ${values.tenant} is not a tenant's id`);
  const { service } = values;
  if (service !== undefined && !(serviceNames as readonly string[]).includes(service)) {
    throw new UsageError(`annex: --service ${service} is none of ${serviceNames.join(', ')}`);
  }
  return {
    command,
    tenant: values.tenant,
    since,
    services: service === undefined ? serviceNames : [service as ServiceName],
  };
}

/** The tenants of which a service has sent, handled or planned anything. */
async function tenantsOf(database: Database<unknown>): Promise<string[]> {
  const rows = await database.acrossTenants<{ tenant_id: string }>(
    'select tenant_id from outbox union select tenant_id from inbox union select tenant_id from due',
  );
  return rows.map((row) => row.tenant_id).sort();
}

const commands: { readonly [name: string]: (database: Database<unknown>, request: Request) => Promise<string> } = {
  async replay(database, { tenant, since }) {
    const count = await replay(database, { ...(tenant ? { tenant } : {}), ...(since ? { since } : {}) });
    return `${count} events are sent again`;
  },
  async resync(database, { tenant }) {
    const tenants = tenant === undefined ? await tenantsOf(database) : [tenant];
    for (const one of tenants) await database.write(systemScope(database.service, one), (tx) => requestResync(tx));
    return `announces the state of ${tenants.length} tenants`;
  },
};

async function main(): Promise<void> {
  const request = requestOf(process.argv.slice(2));
  const run = commands[request.command];
  if (!run) throw new UsageError(`annex: there is no command "${request.command}"\n\n${usage}`);
  const installation = findInstallation(process.env);
  const log = createLogger({ service: 'cli', level: 'error' });
  for (const service of request.services) {
    const database = connectDatabase<unknown>({
      service,
      url: serviceUrl(installation, service),
      poolSize: 2,
      clock: installation.clock,
      log,
    });
    try {
      process.stdout.write(`${service}: ${await run(database, request)}\n`);
    } finally {
      await database.close();
    }
  }
}

try {
  await main();
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  const text =
    error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS') ? message.trimEnd() : `annex: ${message}`;
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
