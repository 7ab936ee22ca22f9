import { AnnexError, badInput, type FieldFault, isUuid } from '@annex/schema';
import { parseMoment } from '@annex/service';
import { type GraphQLInputType, getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import type { StoredOperation } from './operation.ts';

/** What a REST request says, before its variables are made. */
export interface RestRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly ifMatch?: string | undefined;
}

/** The value that a text stands for. @throws AnnexError BAD_INPUT naming the place */
export function valueOfText(type: GraphQLInputType, text: string, place: string): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return [valueOfText(bare.ofType, text, place)];
  const refuse = (allowed: string): never => {
    throw badInput(place, text.slice(0, 100), allowed);
  };
  if (isEnumType(bare)) {
    const names = bare.getValues().map((value) => value.name);
    return names.includes(text) ? text : refuse(`must be one of ${names.join(', ')}`);
  }
  switch (getNamedType(bare).name) {
    case 'Int':
      return /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) < 2 ** 31
        ? Number(text)
        : refuse('must be a whole number');
    case 'Float':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : refuse('must be a number');
    case 'Boolean':
      return text === 'true' || text === 'false' ? text === 'true' : refuse('must be true or false');
    case 'UUID':
      return isUuid(text.toLowerCase())
        ? text.toLowerCase()
        : refuse('must be a UUID, such as 0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21');
    case 'DateTime':
      return parseMoment(text) ? text : refuse('must be a moment as of RFC 3339, such as 2026-11-24T09:30:00Z');
    default:
      return text;
  }
}

/**
 * The version that If-Match names; undefined for `*`, which accepts any.
 * @throws AnnexError VERSION_REQUIRED when it is absent, BAD_INPUT when it is no ETag of ours
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) {
    throw new AnnexError('VERSION_REQUIRED', 'If-Match is missing: send the ETag of what you read', {
      details: { header: 'If-Match' },
    });
  }
  if (ifMatch.trim() === '*') return undefined;
  const version = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (version === undefined)
    throw badInput('If-Match', ifMatch.slice(0, 64), 'must be one ETag as it was sent, such as "3"');
  return Number(version);
}

function bodyVariable(
  operation: StoredOperation,
  request: RestRequest,
  values: Record<string, unknown>,
): Record<string, unknown> {
  const { body } = operation;
  const input = body && getNamedType(body.type);
  if (!body || !isInputObjectType(input)) return {};
  const given = body.sent ? request.body : (request.body ?? {});
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badInput('body', undefined, 'must be a JSON object');
  const members = input.getFields();
  const elsewhere = new Map(body.fromPath.map(({ name }) => [name, 'comes from the path and must not be in the body']));
  if (body.versioned) elsewhere.set('expectedVersion', 'comes from If-Match and must not be in the body');
  const allowed = Object.keys(members).filter((name) => !elsewhere.has(name));
  const faults: FieldFault[] = [];
  for (const name of Object.keys(given)) {
    const reason =
      elsewhere.get(name) ?? (members[name] ? undefined : `is not known here; known are ${allowed.join(', ')}`);
    if (reason) faults.push({ field: `body.${name}`, allowed: reason });
  }
  for (const name of allowed) {
    const member = members[name];
    if (!member || !isNonNullType(member.type) || member.defaultValue !== undefined) continue;
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || value === null)
      faults.push({ field: `body.${name}`, allowed: `must be given as ${member.type.ofType}` });
  }
  const [first] = faults;
  if (first)
    throw new AnnexError('BAD_INPUT', faults.map(({ field, allowed: reason }) => `${field} ${reason}`).join('; '), {
      faults,
    });
  const version = body.versioned ? versionOf(request.ifMatch) : undefined;
  if (body.versioned && version === undefined && isNonNullType(members.expectedVersion?.type)) {
    throw badInput('If-Match', '*', 'must be the ETag that was read; this change is never made unseen');
  }
  const fromPath = Object.fromEntries(body.fromPath.map(({ name }) => [name, values[name]]));
  return { ...given, ...fromPath, ...(version === undefined ? {} : { expectedVersion: version }) };
}

/**
 * The variables of an operation from path, query string, body and If-Match.
 * @throws AnnexError BAD_INPUT naming `path.id`, `query.first` or `body.title`; VERSION_REQUIRED
 */
export function variablesOf(operation: StoredOperation, request: RestRequest): Record<string, unknown> {
  const known = operation.parameters.filter((parameter) => parameter.in === 'query');
  for (const name of new Set(request.query.keys())) {
    if (known.some((parameter) => parameter.name === name)) continue;
    const names = known.map((parameter) => parameter.name).join(', ');
    throw badInput(
      `query.${name}`,
      request.query.get(name),
      names ? `is not known here; known are ${names}` : 'is not known; there are none here',
    );
  }
  const values: Record<string, unknown> = {};
  for (const { name, in: where, type, required } of operation.parameters) {
    const place = `${where}.${name}`;
    const texts = where === 'path' ? [request.path[name] ?? ''] : request.query.getAll(name);
    const [text] = texts;
    if (text === undefined) {
      if (required) throw badInput(place, undefined, 'must be given');
      continue;
    }
    const list = isListType(isNonNullType(type) ? type.ofType : type);
    if (texts.length > 1 && !list) throw badInput(place, texts.slice(0, 5), 'must be given once');
    values[name] = list ? texts.flatMap((one) => valueOfText(type, one, place)) : valueOfText(type, text, place);
  }
  if (!operation.body) return values;
  const inPath = new Set(operation.body.fromPath.map(({ name }) => name));
  const others = Object.entries(values).filter(([name]) => !inPath.has(name));
  return { ...Object.fromEntries(others), input: bodyVariable(operation, request, values) };
}

/** A place in variables as a REST caller knows it: `input.title` is `body.title`, `first` is `query.first`. */
export function restPlace(operation: StoredOperation, field: string): string {
  const [head = '', ...rest] = field.split('.');
  if (operation.body && head === 'input') {
    const member = rest[0] ?? '';
    if (operation.body.fromPath.some(({ name }) => name === member)) return ['path', ...rest].join('.');
    if (operation.body.versioned && member === 'expectedVersion') return 'If-Match';
    return ['body', ...rest].join('.');
  }
  const parameter = operation.parameters.find(({ name }) => name === head);
  return parameter ? `${parameter.in}.${field}` : field;
}
