import type { FastifyInstance } from 'fastify';

/** Milliseconds for which a body that nobody reads is thrown away after the answer. */
const patience = 5000;

/**
 * Lets a refusal reach whoever is still sending. A connection that is closed with unread bytes is reset, and many clients then never see
 * the answer that overtook their body; so what comes is thrown away for a while, and only then the connection ends.
 */
export function addLingering(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }, reply) => {
    if (raw.complete !== false) return;
    reply.removeHeader('connection');
    reply.raw.shouldKeepAlive = true;
  });
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete !== false || raw.destroyed) return;
    const end = setTimeout(() => raw.socket.destroy(), patience).unref();
    raw.once('close', () => clearTimeout(end)).once('end', () => clearTimeout(end));
    raw.resume();
  });
}
