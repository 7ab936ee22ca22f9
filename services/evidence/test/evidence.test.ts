import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { log, startWorld, uploadLimit, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const rows = () =>
  world.test.admin(async (client) =>
    Number((await client.query('select count(*) from evidence.evidence')).rows[0].count),
  );
const events = async (id: string) =>
  (await world.recorded('annex.evidence.evidence.changed.v1'))
    .flatMap((data) => data.rows)
    .filter((row) => row.id === id);
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('an upload', () => {
  it('keeps the file under its hash, tells of it, and gives the very bytes back as an attachment', async () => {
    await world.at('2026-02-01T00:00:00Z');
    const implementationId = await world.implementation();
    const { status, body, headers } = await world.upload(
      {
        title: 'Access review',
        validFrom: '2026-01-15',
        validUntil: '2026-03-01',
        implementationIds: [implementationId],
        description: 'Signed',
      },
      'everybody was looked at',
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      version: 1,
      title: 'Access review',
      sha256: sha('everybody was looked at'),
      bytes: 23,
      fileName: 'proof.txt',
      mediaType: 'text/plain',
      validity: 'VALID',
      validFrom: '2026-01-15T00:00:00.000Z',
      implementationIds: [implementationId],
      ismsId: world.ismsId,
    });
    expect(headers.get('location')).toBe(`/evidence/${body.id}`);
    expect(await events(body.id)).toMatchObject([
      { version: 1, validity: 'VALID', implementationIds: [implementationId] },
    ]);
    const content = await world.http('GET', `/evidence/${body.id}/content`);
    expect(content.body).toBe('everybody was looked at');
    expect(content.headers.get('content-disposition')).toBe(
      `attachment; filename="proof.txt"; filename*=UTF-8''proof.txt`,
    );
    expect(content.headers.get('x-content-type-options')).toBe('nosniff');
    const seen = await world.ask<{ evidence: object }>(
      'query($id: UUID!) { evidence(id: $id) { title sha256 validity validityExplanation implementations { id } measure { id } isms { id } } }',
      { id: body.id },
    );
    expect(seen.evidence).toMatchObject({
      validity: 'VALID',
      implementations: [{ id: implementationId }],
      measure: null,
    });
  });

  it('of the same bytes is other evidence and one file', async () => {
    const before = (await world.files()).length;
    const [one, two] = await Promise.all([
      world.upload({ title: 'One' }, 'the same'),
      world.upload({ title: 'Two' }, 'the same'),
    ]);
    expect(one.body.sha256).toBe(two.body.sha256);
    expect(one.body.id).not.toBe(two.body.id);
    expect((await world.files()).length).toBe(before + 1);
  });

  it.each([
    ['no file', { title: 'x' }, undefined, ['file']],
    ['no title', {}, 'f', ['title']],
    ['an unknown field', { title: 'x', colour: 'red' }, 'f', ['colour']],
    ['a field of every object', { title: 'x', constructor: 'red' }, 'f', ['constructor']],
    ['two titles', { title: ['x', 'y'] }, 'f', ['title']],
    ['a bad date', { title: 'x', validFrom: 'soon' }, 'f', ['validFrom']],
    ['a day that no month has', { title: 'x', validUntil: '2026-02-30' }, 'f', ['validUntil']],
    [
      'an end before its beginning',
      { title: 'x', validFrom: '2026-02-02', validUntil: '2026-02-01' },
      'f',
      ['validUntil'],
    ],
    ['an id that is none', { title: 'x', measureId: '7' }, 'f', ['measureId']],
    ['an unknown measure', { title: 'x', measureId: '0190aaaa-0000-7000-8000-000000000000' }, 'f', ['measureId']],
    [
      'an unknown implementation',
      { title: 'x', implementationIds: '0190aaaa-0000-7000-8000-000000000000' },
      'f',
      ['implementationIds'],
    ],
    [
      'several faults',
      { validFrom: 'x', validUntil: 'y', ismsId: 'z' },
      'f',
      ['validFrom', 'validUntil', 'ismsId', 'title'],
    ],
  ])('with %s is refused, each fault named, nothing kept', async (_, fields, file, faulty) => {
    const before = [await rows(), await world.files()];
    const { status, body } = await world.upload(fields as never, file);
    expect([status, body.code, body.faults.map((fault: { field: string }) => fault.field)]).toEqual([
      400,
      'BAD_INPUT',
      faulty,
    ]);
    expect([await rows(), await world.files()]).toEqual(before);
  });

  it('with two files, or a file of another name, is refused', async () => {
    const before = [await rows(), await world.files()];
    for (const name of ['file', 'other']) {
      const form = new FormData();
      form.append('title', 'x');
      form.append('file', new Blob(['a']), 'a');
      form.append(name, new Blob(['b']), 'b');
      const { body } = await world.http('POST', '/evidence', form);
      expect(body).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: name }] });
    }
    expect([await rows(), await world.files()]).toEqual(before);
  });

  it.each([
    ['is JSON', '{"title":"x"}', 'application/json', 415, 'UNSUPPORTED_FORMAT'],
    ['names no boundary', 'x', 'multipart/form-data', 415, 'UNSUPPORTED_FORMAT'],
    ['has an empty boundary', 'x', 'multipart/form-data; boundary=', 400, 'BAD_INPUT'],
    [
      'ends early',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      'multipart/form-data; boundary=b',
      400,
      'BAD_INPUT',
    ],
    [
      'has a part without a name',
      '--b\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
      400,
      'BAD_INPUT',
    ],
    ['is no multipart at all', 'hello', 'multipart/form-data; boundary=b', 400, 'BAD_INPUT'],
  ])('whose body %s is refused', async (_, body, type, status, code) => {
    const before = [await rows(), await world.files()];
    expect((await world.http('POST', '/evidence', body, {}, type)).body).toMatchObject({ status, code });
    expect([await rows(), await world.files()]).toEqual(before);
  });

  it('over the limit is refused while it streams, and by its length beforehand', async () => {
    const before = [await rows(), await world.files()];
    for (const bytes of [uploadLimit + 1, 3 * uploadLimit]) {
      const { body } = await world.upload({ title: 'x' }, 'x'.repeat(bytes));
      expect(body).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE', details: { limit: uploadLimit } });
    }
    expect([await rows(), await world.files()]).toEqual(before);
    expect((await world.upload({ title: 'x' }, 'x'.repeat(uploadLimit))).status).toBe(201);
  });

  it.each([
    ['that says so', { 'content-length': String(2 * 1024 ** 3) }],
    ['in pieces of which nobody knows how many come', { 'transfer-encoding': 'chunked' }],
  ])('of 2 GB %s is answered long before it has all come, and nothing of it stays', async (_, length) => {
    const before = [await rows(), await world.files()];
    const piece = Buffer.alloc(64 * 1024, 0x78);
    let sent = 0;
    const head =
      '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nBig\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n';
    const headers = {
      authorization: `Bearer ${await world.token()}`,
      'content-type': 'multipart/form-data; boundary=b',
      ...length,
    };
    const answer = await new Promise<{ status: number; body: string }>((done, fail) => {
      const asked = request(`${world.url}/evidence`, { method: 'POST', headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        response.on('end', () => {
          asked.destroy();
          done({ status: response.statusCode ?? 0, body });
        });
      });
      // The answer may be here while pieces are still on their way, and ends what is sent.
      asked.on('error', (error) => (sent > 0 ? undefined : fail(error)));
      const more = () => {
        while (sent < 2 * 1024 ** 3 && !asked.destroyed) {
          sent += piece.length;
          if (!asked.write(piece)) return asked.once('drain', more);
        }
        return asked;
      };
      asked.write(head);
      more();
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { limit: uploadLimit } });
    expect(sent).toBeLessThan(256 * 1024 * 1024);
    expect([await rows(), await world.files()]).toEqual(before);
    expect((await world.upload({ title: 'x' }, 'small')).status).toBe(201);
  });

  it('that breaks off leaves neither a row nor a file', async () => {
    const before = [await rows(), await world.files()];
    const token = await world.token();
    for (let round = 0; round < 10; round++) {
      await new Promise<void>((done) => {
        const upload = request(`${world.url}/evidence`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'multipart/form-data; boundary=b',
            ...(round % 2 ? { 'content-length': '900000' } : {}),
          },
        });
        upload.on('error', () => done());
        upload.on('close', () => done());
        upload.write(
          '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        );
        upload.write(randomBytes(50_000 * (round + 1)), () => setTimeout(() => upload.destroy(), round * 3));
      });
    }
    for (let tries = 0; tries < 100 && (await world.files()).length > (before[1] as string[]).length; tries++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect([await rows(), await world.files()]).toEqual(before);
  });

  it('and an import that break off leave nothing either', async () => {
    const before = await world.files();
    const token = await world.token();
    await new Promise<void>((done) => {
      const upload = request(`${world.url}/imports?format=sarif&source=cut`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
      upload.on('error', () => done());
      upload.on('close', () => done());
      upload.write(log(3).slice(0, 100), () => setTimeout(() => upload.destroy(), 30));
    });
    for (let tries = 0; tries < 100 && (await world.files()).length > before.length; tries++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    expect(await world.files()).toEqual(before);
  });

  it('is named so that no path, quote or other script harms', async () => {
    const form = new FormData();
    form.append('title', 'x');
    form.append('file', new Blob(['a'], { type: 'text/html' }), '../../"évil".html');
    const { body } = await world.http('POST', '/evidence', form);
    const { headers } = await world.http('GET', `/evidence/${body.id}/content`);
    const disposition = headers.get('content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename="[^"/\\]*"; filename\*=UTF-8''[^/\\"]*$/);
    expect(disposition).toContain('%C3%A9vil');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });
});

describe('validity', () => {
  it('begins and ends by itself, is announced, and shows at 9.1', async () => {
    await world.at('2026-07-01T00:00:00Z');
    const implementationId = await world.implementation();
    const { body } = await world.upload(
      {
        title: 'Penetration test',
        validFrom: '2026-07-10',
        validUntil: '2026-08-10',
        implementationIds: implementationId,
      },
      'pentest',
    );
    expect(body.validity).toBe('NOT_YET_VALID');
    await world.at('2026-07-10T00:00:00Z');
    await world.settle();
    await world.at('2026-08-10T00:00:00Z');
    await world.settle();
    expect((await events(body.id)).map((row) => [row.version, row.validity])).toEqual([
      [1, 'NOT_YET_VALID'],
      [2, 'VALID'],
      [3, 'EXPIRED'],
    ]);
    const rules = (await world.recorded('annex.evidence.conformity.changed.v1')).flatMap((data) => data.rows);
    const last = rules.findLast((row) => row.rule === 'evidence.in-date');
    expect(last).toMatchObject({ verdict: 'GAP', basis: 'OWN_RULE' });
    expect(last?.links.map((link) => link.id)).toContain(body.id);
    const validity = async (asOf?: Date) =>
      (
        await world.ask<{ evidence: { validity: string } }>(
          'query($id: UUID!) { evidence(id: $id) { validity } }',
          { id: body.id },
          asOf ? { asOf } : {},
        )
      ).evidence.validity;
    expect(await validity()).toBe('EXPIRED');
    expect(await validity(new Date('2026-07-20T00:00:00Z'))).toBe('VALID');
    expect(await validity(new Date('2026-07-02T00:00:00Z'))).toBe('NOT_YET_VALID');
    const expired = await world.ask<{ evidences: { nodes: { id: string }[] } }>(
      'query { evidences(validity: EXPIRED) { nodes { id } } }',
    );
    expect(expired.evidences.nodes.map((node) => node.id)).toContain(body.id);
  });
});

describe('changing evidence', () => {
  const change = (input: object) =>
    world.call(
      'mutation($input: UpdateEvidenceInput!) { updateEvidence(input: $input) { evidence { version title validUntil implementations { id } measure { id } } } }',
      { input },
    );

  it('changes what is said of it, not the file, and keeps what it was', async () => {
    await world.at('2026-09-01T00:00:00Z');
    const [one, two] = [await world.implementation(), await world.implementation()];
    const { body } = await world.upload({ title: 'Before', implementationIds: one }, 'file');
    const measureId = await world.measure({});
    await world.at('2026-09-02T00:00:00Z');
    const { data } = await change({
      id: body.id,
      expectedVersion: 1,
      title: 'After',
      validUntil: '2027-01-01T00:00:00Z',
      implementationIds: [two],
      measureId,
    });
    expect(data).toEqual({
      updateEvidence: {
        evidence: {
          version: 2,
          title: 'After',
          validUntil: '2027-01-01T00:00:00.000Z',
          implementations: [{ id: two }],
          measure: { id: measureId },
        },
      },
    });
    expect((await events(body.id)).at(-1)).toMatchObject({ version: 2, title: 'After', implementationIds: [two] });
    const then = await world.ask<{ evidence: object }>(
      'query($id: UUID!) { evidence(id: $id) { title implementations { id } } }',
      { id: body.id },
      { asOf: new Date('2026-09-01T12:00:00Z') },
    );
    expect(then.evidence).toEqual({ title: 'Before', implementations: [{ id: one }] });
    expect((await change({ id: body.id, title: 'After' })).data).toMatchObject({
      updateEvidence: { evidence: { version: 2 } },
    });
    expect(await events(body.id)).toHaveLength(2);
    const cleared = await change({ id: body.id, validUntil: null, measureId: null, implementationIds: [] });
    expect(cleared.data).toMatchObject({
      updateEvidence: { evidence: { version: 3, validUntil: null, implementations: [], measure: null } },
    });
  });

  it('is refused where it is stale or wrong', async () => {
    const { body } = await world.upload({ title: 'x' }, 'y');
    const stale = await change({ id: body.id, expectedVersion: 9, title: 'z' });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT' });
    const wrong = await change({ id: body.id, validUntil: '2020-01-01T00:00:00Z' });
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: 'input.validUntil' }] });
    const absent = await change({ id: world.ismsId, title: 'z' });
    expect(absent.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the evidence of an implementation', () => {
  it('is read for many in one statement, the latest first, as many as asked', async () => {
    const [one, two, none] = [await world.implementation(), await world.implementation(), await world.implementation()];
    for (const title of ['a', 'b', 'c']) await world.upload({ title, implementationIds: [one, two] }, title);
    const { _entities } = await world.ask<{ _entities: { evidence: { title: string }[] }[] }>(
      'query($of: [_Any!]!) { _entities(representations: $of) { ... on Implementation { evidence(first: 2) { title } } } }',
      { of: [one, two, none].map((id) => ({ __typename: 'Implementation', id })) },
    );
    expect(_entities.map((entity) => entity.evidence.map((evidence) => evidence.title))).toEqual([
      ['c', 'b'],
      ['c', 'b'],
      [],
    ]);
  });
});

describe('projections', () => {
  it('never go back to an older state, nor revive what was deleted', async () => {
    const id = await world.implementation();
    const row = {
      id,
      ismsId: world.ismsId,
      reference: 'I',
      title: 't',
      status: 'IMPLEMENTED' as const,
      ownerId: null,
      controlIds: [],
    };
    await world.emit('annex.controls.implementation.changed.v1', { rows: [{ ...row, version: 3, deleted: true }] });
    await world.emit('annex.controls.implementation.changed.v1', { rows: [{ ...row, version: 2 }] });
    await world.settle();
    const { body } = await world.upload({ title: 'x', implementationIds: id }, 'f');
    expect(body).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: 'implementationIds', given: [id] }] });
  });

  it('send events again when the trail asks', async () => {
    await world.emit('annex.audit.resend.requested.v1', {
      source: '/annex/evidence',
      consumer: 'trail',
      from: 1,
      to: 2,
      requestId: world.ismsId,
    });
    await expect(world.settle()).resolves.toBeUndefined();
  });
});
