import { readFileSync } from 'node:fs';
import { AnnexError, badInput } from '@annex/schema';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Kind, parse, print } from 'graphql';
import type { Identified, Identify } from '../caller/identify.ts';
import { isSameOrigin, sessionCookie, sessionKey } from '../caller/session.ts';
import type { Graph } from '../federation/graph.ts';
import { latestChanges } from './changes.ts';
import { type StartData, signInPage, startPage } from './start.ts';

/** Our own pages run no script at all. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The operations of the start page by name: one a part, so that a part that fails costs itself alone. */
export const startOperations: Readonly<Record<string, string>> = (() => {
  const { definitions } = parse(readFileSync(new URL('./start.graphql', import.meta.url), 'utf8'));
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(
    definitions.flatMap((one) => {
      if (one.kind !== Kind.OPERATION_DEFINITION) return [];
      const text = print(one);
      const used = fragments.filter((fragment) => text.includes(`...${fragment.name.value}`));
      return [[one.name?.value ?? '', [text, ...used.map(print)].join('\n')] as const];
    }),
  );
})();

async function startData(graph: Graph, caller: Identified): Promise<StartData> {
  const part = async (operationName: string) =>
    (await graph.execute({ query: startOperations[operationName] ?? '', operationName }, caller)).data as never as
      | Record<string, never>
      | null
      | undefined;
  const [own, readiness, heatMap, findings, changes] = await Promise.all(
    ['StartCaller', 'StartReadiness', 'StartHeatMap', 'StartFindings', 'StartChanges'].map(part),
  );
  const edges = (findings?.findings as { edges?: { node: never }[] } | null | undefined)?.edges;
  return {
    caller: own ?? undefined,
    readiness: readiness?.readiness ?? undefined,
    heatMap: heatMap?.heatMap ?? undefined,
    findings: edges?.map((edge) => edge.node),
    changes: latestChanges(changes as never),
  };
}

const isUnknown = (error: unknown) => error instanceof AnnexError && error.code === 'UNAUTHENTICATED';

/**
 * `GET /`: the start page for a caller known by cookie or header, a place for the key for everybody else. `POST /session` takes the key into a
 * cookie, `POST /session/end` takes it away; both come from our own page or are refused.
 */
export async function addStartPage(
  app: FastifyInstance,
  parts: {
    readonly graph: Graph;
    readonly identify: Identify;
    readonly secureCookie: boolean;
    readonly explorer: boolean;
  },
): Promise<void> {
  const { graph, identify, secureCookie, explorer } = parts;
  const show = (reply: FastifyReply, status: number, text: string) =>
    reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .header('cache-control', 'no-store')
      .send(text);

  await app.register(async (pages) => {
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4096 },
      async (_request: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );

    pages.get('/', async (request, reply) => {
      const cookieKey = sessionKey(request);
      try {
        const caller = await identify(request, reply, cookieKey === undefined ? {} : { cookieKey });
        return show(reply, 200, startPage(await startData(graph, caller), { explorer }));
      } catch (error) {
        if (!isUnknown(error)) throw error;
        if (cookieKey !== undefined) reply.header('set-cookie', sessionCookie('', secureCookie));
        return show(reply, 401, signInPage({ explorer, refused: cookieKey !== undefined }));
      }
    });

    pages.post('/session', async (request, reply) => {
      if (!isSameOrigin(request)) throw new AnnexError('FORBIDDEN', 'Signing in starts on the start page');
      const { key } = (request.body ?? {}) as { key?: unknown };
      if (typeof key !== 'string') throw badInput('body.key', undefined, 'must be the API key');
      const trimmed = key.trim();
      try {
        if (!/^[a-z0-9_]+$/.test(trimmed)) throw new AnnexError('UNAUTHENTICATED', 'This is no API key');
        await identify(request, reply, { cookieKey: trimmed });
      } catch (error) {
        if (!isUnknown(error)) throw error;
        return show(reply, 401, signInPage({ explorer, refused: true }));
      }
      return reply.header('set-cookie', sessionCookie(trimmed, secureCookie)).redirect('/', 303);
    });

    pages.post('/session/end', async (request, reply) => {
      if (!isSameOrigin(request)) throw new AnnexError('FORBIDDEN', 'Signing out starts on the start page');
      return reply.header('set-cookie', sessionCookie('', secureCookie)).redirect('/', 303);
    });
  });
}
