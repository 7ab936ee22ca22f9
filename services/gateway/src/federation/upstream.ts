import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceName } from '@annex/schema';
import type { Execute, GraphqlAnswer, RequestInfo, RequestTokens } from '@annex/service';
import type { FastifyInstance } from 'fastify';

/** One operation for one service. */
export interface UpstreamCall {
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  readonly request: RequestInfo;
  readonly tokens: RequestTokens;
}

/** A stream handed over: where to at the service, and with which headers, all others being dropped. */
export interface StreamTarget {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the caller sees in front of the service's own paths, for `Location`. */
  readonly prefix: string;
}

/** A service as the gateway reaches it: in the same process, or over HTTP. */
export interface Upstream {
  readonly service: ServiceName;
  /** @throws AnnexError UNAVAILABLE when the service does not answer; what goes wrong inside is in the answer */
  execute(call: UpstreamCall): Promise<GraphqlAnswer>;
  /** Passes request and response through with back-pressure. The response is the stream's from here on. */
  stream(request: IncomingMessage, response: ServerResponse, target: StreamTarget): Promise<void>;
  /** Resolves when the service answers and is ready. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** A path of the service as the caller knows it; other addresses stay as they are. */
export function publicLocation(location: string, prefix: string): string {
  return location.startsWith('/') && !location.startsWith('//') && !location.startsWith(`${prefix}/`)
    ? prefix + location
    : location;
}

/** Sees to it that a response names places as the caller knows them. */
function rewriteLocation(response: ServerResponse, prefix: string): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    setHeader(
      name,
      name.toLowerCase() === 'location' && typeof value === 'string' ? publicLocation(value, prefix) : value,
    );
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const headers = rest.at(-1);
    if (typeof headers === 'object' && headers !== null && !Array.isArray(headers)) {
      const named = headers as Record<string, unknown>;
      for (const name of Object.keys(named)) {
        const value = named[name];
        if (name.toLowerCase() === 'location' && typeof value === 'string') named[name] = publicLocation(value, prefix);
      }
    }
    return writeHead(status, ...rest);
  }) as typeof response.writeHead;
}

/**
 * A service in this process. GraphQL is a function call with the caller as a value, since there is no wire on which a token could be
 * needed; streams go through the service's own routes and show the token there.
 */
export function localUpstream(
  service: ServiceName,
  http: { readonly app: FastifyInstance; readonly execute: Execute },
): Upstream {
  return {
    service,
    execute: ({ document, variables, operationName, request }) =>
      http.execute({ query: document, variables: variables ?? null, operationName: operationName ?? null, request }),
    async stream(request, response, target) {
      request.url = target.path;
      request.headers = { ...target.headers };
      rewriteLocation(response, target.prefix);
      const ended = new Promise<void>((done) => response.once('close', done));
      http.app.routing(request, response);
      await ended;
    },
    async ready() {
      const answer = await http.app.inject('/readyz');
      if (answer.statusCode !== 200) throw new Error(`${service} is not ready: ${answer.body.slice(0, 500)}`);
    },
    async close() {},
  };
}
