import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { AnnexError, type ServiceName } from '@annex/schema';
import type { GraphqlAnswer } from '@annex/service';
import { publicLocation, type Upstream } from './upstream.ts';

export interface HttpUpstreamOptions {
  /** Milliseconds that an answer may take; 30,000 unless told. Streams may take as long as they move. */
  readonly timeout?: number;
  /** Bytes of an answer, a bound against a service gone wrong; 64 MiB unless told. */
  readonly answerBytes?: number;
}

/** What belongs to one connection and is not passed on (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const bodyOf = async (response: IncomingMessage, limit: number): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};

/** A service in a process of its own, over kept-alive connections. Requests are never merged, however alike. */
export function httpUpstream(service: ServiceName, baseUrl: string, options: HttpUpstreamOptions = {}): Upstream {
  const { timeout = 30_000, answerBytes = 64 * 1024 * 1024 } = options;
  const base = new URL(baseUrl);
  const client = base.protocol === 'https:' ? https : http;
  const agent = new client.Agent({ keepAlive: true, keepAliveMsecs: 1000, maxSockets: 128, scheduling: 'lifo' });
  const root = base.pathname.replace(/\/$/, '');

  const unavailable = (cause: unknown) =>
    new AnnexError('UNAVAILABLE', `The service ${service} does not answer`, { details: { service }, cause });

  const open = (method: string, path: string, headers: Record<string, string | number>): ClientRequest =>
    client.request({
      agent,
      method,
      protocol: base.protocol,
      hostname: base.hostname,
      port: base.port,
      path: root + path,
      headers: { host: base.host, ...headers },
    });

  const responseOf = (request: ClientRequest) =>
    new Promise<IncomingMessage>((done, fail) => {
      request.once('response', done);
      request.once('error', fail);
    });

  const once = async (method: string, path: string, headers: Record<string, string>, body?: Buffer) => {
    const request = open(method, path, { ...headers, ...(body ? { 'content-length': body.length } : {}) });
    const late = setTimeout(() => request.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
    try {
      const answered = responseOf(request);
      request.end(body);
      const response = await answered;
      return {
        status: response.statusCode ?? 0,
        body: await bodyOf(response, answerBytes),
        reused: request.reusedSocket,
      };
    } catch (error) {
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { reused: request.reusedSocket });
    } finally {
      clearTimeout(late);
    }
  };

  return {
    service,

    async execute({ document, variables, operationName, request, tokens }) {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${await tokens.for(service)}`,
        'x-request-id': request.correlationId,
        ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
      };
      const body = Buffer.from(JSON.stringify({ query: document, variables, operationName }));
      const ask = () => once('POST', '/graphql', headers, body);
      try {
        const answer = await ask().catch((error: Error & { code?: string; reused?: boolean }) => {
          // The service closed an idle connection at the moment it was used again; nothing was read, so queries are asked anew.
          if (error.reused && error.code === 'ECONNRESET' && !/^\s*mutation\b/.test(document)) return ask();
          throw error;
        });
        const parsed = JSON.parse(answer.body.toString('utf8')) as GraphqlAnswer;
        if (parsed.data === undefined && !Array.isArray(parsed.errors))
          throw new Error(`status ${answer.status} without an answer`);
        return parsed;
      } catch (error) {
        throw unavailable(error);
      }
    },

    async stream(incoming, outgoing, target) {
      const request = open(incoming.method ?? 'GET', target.path, { ...target.headers });
      // Upload and answer run side by side: a service may refuse before it has read everything.
      const answered = responseOf(request);
      // Not a pipeline: that would end the caller's connection with the service's, before the refusal has arrived.
      incoming.pipe(request);
      incoming.once('error', () => request.destroy());
      request.on('error', () => undefined);
      request.once('close', () => incoming.unpipe(request).resume());
      outgoing.once('close', () => request.destroy());
      let response: IncomingMessage;
      try {
        response = await answered;
      } catch (error) {
        throw unavailable(error);
      }
      for (const [name, value] of Object.entries(response.headers)) {
        if (value === undefined || hopByHop.has(name)) continue;
        outgoing.setHeader(
          name,
          name === 'location' && typeof value === 'string' ? publicLocation(value, target.prefix) : value,
        );
      }
      outgoing.writeHead(response.statusCode ?? 502);
      await pipeline(response, outgoing).catch(() => outgoing.destroy());
    },

    async ready() {
      const { status } = await once('GET', '/readyz', {});
      if (status !== 200) throw new Error(`${service} answers ${status}`);
    },

    async close() {
      agent.destroy();
    },
  };
}
