export type { Logger } from 'pino';
export { businessNow, type ClockKind } from './clock.ts';
export {
  ConfigError,
  type Environment,
  EnvironmentReader,
  type ProcessConfig,
  processConfig,
  queueConfig,
} from './config.ts';
export { announceRules, type Judgement, judge, type Rule, type RuleLink } from './conformity.ts';
export { connectDatabase, type Database } from './database/database.ts';
export {
  type EmbeddedDatabase,
  EmbeddedDatabaseError,
  startEmbeddedDatabase,
} from './database/embedded.ts';
export { literal } from './database/literal.ts';
export type { Migration } from './database/migrations.ts';
export { migrateDatabase } from './database/provision.ts';
export { provisionRoles, queueRole, queueSchema, rolePassword, rolesOf, urlAs } from './database/roles.ts';
export { everyRow, runsOf } from './database/runs.ts';
export { type TableBuilder, tenantSetting } from './database/tables.ts';
export type { Tx, WriteTx } from './database/transaction.ts';
export type { Due, DueHandler, EventHandler, EventHandlers, ServiceContext, ServiceDefinition } from './definition.ts';
export {
  type Changed,
  checkVersion,
  type EntityColumns,
  entityFields,
  type IsmsEntityColumns,
  ismsOf,
  newId,
  touched,
} from './entities.ts';
export { askedFields } from './graphql/asked.ts';
export { sdl } from './graphql/base.ts';
export {
  type Connection,
  type ConnectionArgs,
  connection,
  type Edge,
  type Ordering,
  ordering,
} from './graphql/connection.ts';
export { findEntity, loadEntity } from './graphql/entity.ts';
export { type AnsweredError, answerError, documentErrors, unforeseen, variableFaults } from './graphql/errors.ts';
export { type Execute, type GraphqlAnswer, type GraphqlRequest, statusOf } from './graphql/execute.ts';
export { checkDocumentSize, checkNesting, defaultLimits, type GraphqlLimits, limitsRule } from './graphql/limits.ts';
export { type LinkedList, linkedEntities } from './graphql/linked.ts';
export type { CallContext, GraphqlModule, Resolver, ResolverMap } from './graphql/module.ts';
export { parseMoment } from './graphql/scalars.ts';
export { buildSubgraph, subgraphSdl } from './graphql/subgraph.ts';
export { parseJson } from './http/json.ts';
export { requireScope, requireWriting } from './http/permission.ts';
export { type Problem, problemMediaType, problemOf } from './http/problem.ts';
export { createHttp, instanceOf, requireToken } from './http/server.ts';
export { dryRunOf, formatOf, piecesOf, rehearse, type UploadQuery } from './http/upload.ts';
export { onceAsAsked } from './idempotency.ts';
export { type Caller, type RequestInfo, scopeOf } from './identity/caller.ts';
export { type RequestTokens, type TokenKeys, TokenSigner, TokenVerifier } from './identity/token.ts';
export { createLogger, type LogDestination, type LogLevel, logToFile } from './logging.ts';
export {
  allIdle,
  listDeadLetters,
  type Messaging,
  openQueues,
  type QueueConfig,
  type Queues,
  replay,
  requestResync,
  resendRange,
  retryDeadLetter,
  retryDeadLetters,
  schedule,
  scheduleAll,
  startMessaging,
  unschedule,
} from './messaging/index.ts';
export { newestOfEach } from './messaging/newest.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { createOutboundClient, type OutboundClient, type PrivateAddresses } from './outbound.ts';
export { nextReference, nextReferences, numberOf } from './references.ts';
export {
  prepareDatabase,
  type RunningService,
  runService,
  type ServiceParts,
  serviceUrl,
  startService,
  tokenSeed,
} from './runtime.ts';
export { type Scope, systemScope, systemTenant } from './scope.ts';
