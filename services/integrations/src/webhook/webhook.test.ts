import { Webhook } from 'standardwebhooks';
import { createSecretBox, maxAttempts, newSecret, outcomeOf, signedHeaders } from './webhook.ts';

describe('the outcome of an attempt', () => {
  it('is delivered on any 2xx', () => {
    for (const status of [200, 201, 202, 204, 299]) expect(outcomeOf({ status }, 1, 0)).toEqual({ kind: 'delivered' });
  });

  it('is another try on everything else, later each time, until the last', () => {
    let before = 0;
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      const outcome = outcomeOf(attempt % 2 ? { status: 503 } : { error: 'no answer' }, attempt, 0);
      if (outcome.kind !== 'retry') throw new Error(`attempt ${attempt} should be tried again`);
      expect(outcome.afterSeconds).toBeGreaterThan(before);
      before = outcome.afterSeconds;
    }
    expect(outcomeOf({ status: 503 }, maxAttempts, 0)).toMatchObject({ kind: 'failed', gone: false });
  });

  it('treats a redirect as a failure: it is not followed', () => {
    expect(outcomeOf({ status: 302 }, 1, 0).kind).toBe('retry');
  });

  it('gives up at once when the endpoint says that it is gone', () => {
    expect(outcomeOf({ status: 410 }, 1, 0)).toMatchObject({ kind: 'failed', gone: true });
  });
});

describe('a signature', () => {
  const body = '{"specversion":"1.0","title":"Zürich"}';

  it('is accepted by the official Standard Webhooks library', () => {
    const secret = newSecret();
    const headers = signedHeaders(secret, '0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21', new Date(), body);
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('is refused for another body, another secret or another time', () => {
    const secret = newSecret();
    const headers = signedHeaders(secret, 'id', new Date(), body);
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    expect(() =>
      new Webhook(secret).verify(body, signedHeaders(secret, 'id', new Date(Date.now() - 3_600_000), body)),
    ).toThrow();
  });
});

describe('the secret box', () => {
  const box = createSecretBox('an installation secret of some length');

  it('opens what it sealed, for the same row only', () => {
    const sealed = box.seal('whsec_abc', 'endpoint-1');
    expect(box.open(sealed, 'endpoint-1')).toBe('whsec_abc');
    expect(() => box.open(sealed, 'endpoint-2')).toThrow();
    expect(() => createSecretBox('another secret').open(sealed, 'endpoint-1')).toThrow();
  });

  it('seals the same secret differently each time', () => {
    expect(box.seal('whsec_abc', 'e').equals(box.seal('whsec_abc', 'e'))).toBe(false);
  });
});
