import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

/** One request of a load: the body differs from request to request. */
export interface Call {
  readonly authorization: string;
  readonly body: string;
}

/** Sends a call and returns the answer's text. @throws Error for any status but 200 */
export function send(url: string, agent: Agent, { authorization, body }: Call): Promise<string> {
  const content = Buffer.from(body);
  return new Promise((done, fail) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': content.length, authorization },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', fail);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) done(text);
          else fail(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`));
        });
      },
    );
    sent.once('error', fail);
    sent.end(content);
  });
}

/**
 * Keeps `connections` connections busy and returns the answers a second. The first `warmUpMs` do not count. Every answer is looked
 * at: one with errors ends the load.
 */
export async function requestsPerSecond(
  url: string,
  calls: readonly Call[],
  options: { readonly connections: number; readonly warmUpMs: number; readonly ms: number },
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const from = performance.now() + options.warmUpMs;
  const until = from + options.ms;
  let next = 0;
  let answered = 0;
  const one = async () => {
    while (performance.now() < until) {
      const call = calls[next++ % calls.length];
      if (!call) throw new Error('There is nothing to ask for');
      const text = await send(url, agent, call);
      if (!/^\{"data" ?: ?\{/.test(text) || text.includes('"errors":'))
        throw new Error(`An answer with errors: ${text.slice(0, 500)}`);
      const now = performance.now();
      if (now >= from && now < until) answered++;
    }
  };
  try {
    await Promise.all(Array.from({ length: options.connections }, one));
  } finally {
    agent.destroy();
  }
  return answered / (options.ms / 1000);
}
