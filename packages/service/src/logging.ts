import { type DestinationStream, type Logger, pino } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggingOptions {
  /** Named on each line; left out where the parts of a process name themselves. */
  readonly service?: string;
  readonly level: LogLevel;
  /** Where lines go; standard output unless told. */
  readonly destination?: DestinationStream;
}

/** Names whose values never reach a log, however deep they lie; in small letters, as they are compared. */
const secretNames = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passphrase',
  'secret',
  'secrets',
  'token',
  'accesstoken',
  'refreshtoken',
  'apikey',
  'privatekey',
  'seed',
  'x-api-key',
  'idempotencykey',
  'idempotency-key',
  'connectionstring',
  'databaseurl',
  'redisurl',
]);
const secretMember = new RegExp(`"(?:${[...secretNames].join('|')})":`, 'i');

/**
 * A line without the values of secrets. Lines that name none are only looked at: pino's own redaction goes to every value of every line by
 * each of its paths, which takes seventy times as long as the line itself, and no deeper than its paths have stars.
 */
function redact(line: string): string {
  if (!secretMember.test(line)) return line;
  const shown = (key: string, value: unknown) => (secretNames.has(key.toLowerCase()) ? '[redacted]' : value);
  return `${JSON.stringify(JSON.parse(line), shown)}\n`;
}

/**
 * What a log line keeps of an error. PostgreSQL puts values of rows into `detail`, `where` and `internalQuery`, so only what
 * names the place is taken.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return depth === 0 ? { message: String(error) } : String(error);
  const facts = error as Error & Record<string, unknown>;
  const kept: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  for (const name of ['code', 'severity', 'schema', 'table', 'column', 'constraint', 'routine', 'statusCode']) {
    if (facts[name] !== undefined) kept[name] = facts[name];
  }
  if (error.cause !== undefined && depth < 5) kept.cause = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError && depth < 5)
    kept.errors = error.errors.map((one) => describeError(one, depth + 1));
  return kept;
}

/** Where log lines go. */
export type LogDestination = DestinationStream;

/** A file that is appended to, its folder made where it is missing. */
export function logToFile(path: string): LogDestination {
  return pino.destination({ dest: path, mkdir: true, sync: false });
}

/** The log of a process or service: one JSON object a line, secrets redacted, levels by name. */
export function createLogger(options: LoggingOptions): Logger {
  return pino(
    {
      level: options.level,
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
      serializers: { err: describeError, error: describeError },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );
}
