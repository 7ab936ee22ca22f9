import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** Whether a part that the service stands on answers: resolves, or rejects with why not. */
export type ReadinessCheck = () => Promise<void>;
export type ReadinessChecks = { readonly [part: string]: ReadinessCheck };

/** A check that takes longer than this (milliseconds) counts as failed. */
const patience = 2000;

async function passes(part: string, check: ReadinessCheck, log: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => refuse(new Error(`no answer within ${patience} ms`)), patience);
    });
    await Promise.race([check(), late]);
    return true;
  } catch (error) {
    // Why goes to the log alone: these addresses are open to whoever reaches the port.
    log.warn({ err: error, part }, 'a part is not ready');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** `GET /livez`: the process answers. `GET /readyz`: everything that it stands on answers, part by part. */
export function addHealthRoutes(app: FastifyInstance, checks: ReadinessChecks, log: Logger): void {
  app.get('/livez', async () => ({ status: 'alive' }));

  app.get('/readyz', async (_request, reply) => {
    const names = Object.keys(checks);
    const results = await Promise.all(names.map((part) => passes(part, checks[part] ?? (async () => {}), log)));
    const ready = results.every(Boolean);
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      parts: Object.fromEntries(names.map((part, index) => [part, results[index] ? 'ready' : 'not ready'])),
    });
  });
}
