import { createMetrics, defaultLimits, openQueues, startService, TokenSigner } from '@annex/service';
import { silent, testDatabase } from '@annex/service/testing';
import { createGateway, createKey, createTenantWithAdministrator, identity, localUpstream } from '../src/service.ts';
import type { AddressInfo } from 'node:net';
it('smoke', async () => {
  const defs: any[] = [identity];
  for (const n of ['controls','risk','audit','integrations']) { const m: any = await import(`../../${n}/src/service.ts`); const d = m[n]; defs.push(typeof d === 'function' ? d({ secret: 'x'.repeat(32), blobFolder: '/tmp/annex/blobs', privateAddresses: 'refuse' }) : d); }
  const test = await testDatabase(defs);
  const queues = await openQueues({ kind: 'postgres', connectionString: test.queueUrl, schema: 'annex_queue' }, silent);
  const signer = await TokenSigner.from(Buffer.alloc(32, 7));
  const running: any[] = [];
  for (const d of defs) running.push(await startService(d, { databaseUrl: test.urlFor(d.name), poolSize: 5, clock: 'shared', queues, keys: { jwks: signer.jwks }, log: silent }));
  const gw = await createGateway({ config: { explorer: true, introspection: true, secureCookie: false, limits: defaultLimits, cost: 20000 }, identity: running[0].database, upstreams: running.map((s) => localUpstream(s.definition.name, s)), signer, log: silent, metrics: createMetrics('identity') });
  try {
    const t = await createTenantWithAdministrator(running[0].database, { slug: 'smoke', name: 'Smoke', person: { name: 'Ada', email: 'ada@x.example' } });
    const { key } = await createKey(running[0].database, t.tenantId, { title: 'k', personId: t.personId });
    const headers = { authorization: `Bearer ${key}` };
    const rest = async (method: any, url: string, payload?: any, more = {}) => { const r = await gw.app.inject({ method, url, headers: { ...headers, ...more }, ...(payload ? { payload } : {}) }); console.log(method, url, r.statusCode, r.headers.etag, r.headers.location, r.body.slice(0, 700)); return r; };
    const gql = async (query: string, variables = {}) => { const r = await gw.app.inject({ method: 'POST', url: '/graphql', headers, payload: { query, variables } }); console.log(r.statusCode, r.body.slice(0, 900)); return r.json(); };
    await gql('mutation { createIsms(input: { name: "Main", scope: "All" }) { isms { id } } }');
    await new Promise((r) => setTimeout(r, 4000));
    const made = await rest('POST', '/v1/risks', { title: 'Leak', affects: ['CONFIDENTIALITY'], inherentLikelihood: 4, inherentConsequence: 4, ownerId: t.personId });
    const loc = String(made.headers.location);
    await rest('GET', loc);
    await rest('PATCH', loc, { title: 'Leak of data' }, { 'if-match': '"1"' });
    await rest('GET', '/v1/risks?withTotal=true&first=1&contains=leak');
    await rest('GET', '/v1/controls/A.8.28');
    await rest('GET', '/v1/controls/A.99');
    await rest('GET', '/v1/findings?withTotal=true');
    await rest('GET', '/v1/readiness?order=BLOCKERS_FIRST');
    await gql('{ risks { nodes { title owner { name } isms { id name } } } }');
    const page = await gw.app.inject({ url: '/', headers });
    console.log(page.statusCode, page.body.length, page.body.includes('cannot be shown'));
    await gw.app.listen({ host: '127.0.0.1', port: 0 });
    const origin = `http://127.0.0.1:${(gw.app.server.address() as AddressInfo).port}`;
    const r1 = await fetch(`${origin}/v1/imports?format=sarif&source=x`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 't' } }, results: [] }] }) });
    console.log(r1.status, r1.headers.get('location'), (await r1.text()).slice(0, 500));
    if (r1.headers.get('location')) { const r2 = await fetch(origin + r1.headers.get('location'), { headers }); console.log(r2.status, (await r2.text()).slice(0, 500)); }
    const form = new FormData(); form.set('title', 'Policy'); form.set('kind', 'DOCUMENT'); form.set('file', new Blob(['hello']), 'p.txt');
    const r3 = await fetch(`${origin}/v1/evidence`, { method: 'POST', headers, body: form });
    console.log(r3.status, r3.headers.get('location'), (await r3.text()).slice(0, 700));
    const ready = await fetch(`${origin}/readyz`); console.log(ready.status, await ready.text());
  } finally { await gw.close(); for (const s of running) await s.stop(); await queues.close(); await test.close(); }
}, 120000);
