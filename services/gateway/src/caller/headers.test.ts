import { readHeaders } from './headers.ts';

const now = async () => new Date('2026-11-24T12:00:00Z');
const read = (...rawHeaders: string[]) => readHeaders(rawHeaders, now);

describe('the headers of a call', () => {
  it('name key, moment, reason, idempotency key and version', async () => {
    const reason = Buffer.from('überprüft').toString('latin1');
    const headers = await read(
      'authorization',
      'Bearer k',
      'Annex-As-Of',
      '2026-11-01T00:00:00+01:00',
      'annex-reason',
      reason,
      'idempotency-key',
      'i',
      'if-match',
      '"3"',
    );
    expect(headers).toMatchObject({ key: 'k', reason: 'überprüft', idempotencyKey: 'i', ifMatch: '"3"' });
    expect(headers.asOf?.toISOString()).toBe('2026-10-31T23:00:00.000Z');
    expect(headers.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(['Authorization', 'Annex-As-Of', 'Idempotency-Key', 'Annex-Reason', 'If-Match', 'X-Correlation-Id'])(
    'are refused when %s comes twice',
    async (name) => {
      await expect(read(name, 'Bearer a', name.toLowerCase(), 'Bearer b')).rejects.toMatchObject({
        code: 'BAD_INPUT',
        faults: [expect.objectContaining({ field: name })],
      });
    },
  );

  it.each(['yesterday', '2026-11-24', '2026-02-30T00:00:00Z', '2026-11-24T12:00:01Z', '', '9999-01-01T00:00:00Z'])(
    'are refused for the moment "%s"',
    async (moment) => {
      await expect(read('Annex-As-Of', moment)).rejects.toMatchObject({
        code: 'BAD_INPUT',
        faults: [{ field: 'Annex-As-Of' }],
      });
    },
  );

  it.each(['Basic abc', 'Bearer', 'Bearer a b', 'annex_x', ''])(
    'let nobody in by the authorization "%s"',
    async (value) => {
      await expect(read('Authorization', value)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  it('pass on a trace only when it is one, and refuse a reason of several lines or broken bytes', async () => {
    expect((await read('traceparent', 'rubbish')).traceparent).toBeUndefined();
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await read('traceparent', trace)).traceparent).toBe(trace);
    await expect(read('Annex-Reason', 'a\tb')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(read('Annex-Reason', '\xff\xfe')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
