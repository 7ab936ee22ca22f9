import { newId, type WriteTx } from '@annex/service';
import { criteriaOfIsms } from '../src/criteria/criteria.store.ts';
import type { RiskDatabase } from '../src/database.ts';
import { factorsOf } from '../src/risk/link.store.ts';
import { derive } from '../src/risk/risk.ts';
import { risk as definition } from '../src/service.ts';
import {
  controlsScope,
  implementationRow,
  type Register,
  type Strength,
  startRegister,
  strengthRow,
} from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const link = (implementationId: string, change = {}) => ({
  implementationId,
  likelihoodEffect: 0.9,
  consequenceEffect: 0.5,
  ...change,
});

/** Handles a strength event as the consumer does, without waiting in a queue. */
const strengthen = (rows: Strength[], tenant = register.test.tenants[0]) =>
  register.handle(controlsScope(tenant), async (tx) => {
    await definition.subscriptions.risk?.['annex.controls.strength.changed.v1']?.(tx, { data: { rows } } as never, '');
  });

/** Every stored level equals what its facts, criteria and links give now. */
async function expectFullRecompute(): Promise<number> {
  return register.service.database.read(register.test.scope(), async (tx) => {
    const rows = await tx.db.selectFrom('risk').selectAll().execute();
    const criteria = await criteriaOfIsms(
      tx,
      rows.map((row) => row.ismsId),
    );
    const factors = await factorsOf(
      tx,
      rows.map((row) => row.id),
    );
    for (const row of rows) {
      const own = criteria.get(row.ismsId);
      if (!own) throw new Error('a risk without criteria');
      expect(row).toMatchObject(derive(row, own, factors.get(row.id) ?? []));
    }
    return rows.length;
  });
}

describe('a strength that moves', () => {
  it('moves the current level, one version up, and is explained as it is now and as it was', async () => {
    await register.test.setClock(new Date('2026-01-01T00:00:00Z'));
    const id = await register.addImplementation(1);
    const risk = await register.createRisk({ inherentConsequence: 3, links: [link(id)] });
    expect(risk.current).toMatchObject({ level: 'Medium', likelihood: 3, frequency: 0.1 });
    await register.test.setClock(new Date('2026-01-02T00:00:00Z'));
    await register.setStrength(id, 0.1, 2);
    const after = await register.readRisk(risk.id);
    expect(after).toMatchObject({
      version: 2,
      current: { level: 'High', frequency: 0.91 },
      standing: 'ABOVE_CRITERIA',
    });
    expect(after.currentExplanation.factors[0]).toMatchObject({ strength: 0.1, counted: 'BOTH' });
    await register.test.setClock(new Date('2026-01-03T00:00:00Z'));
    await register.setStrength(id, 1, 3);
    for (const [day, strength, level] of [
      [1, 1, 'Medium'],
      [2, 0.1, 'High'],
      [3, 1, 'Medium'],
    ] as const) {
      const then = await register.readRisk(risk.id, { asOf: new Date(`2026-01-0${day}T12:00:00Z`) });
      expect(then.current.level).toBe(level);
      expect(then.currentExplanation).toMatchObject({
        frequency: then.current.frequency,
        cell: { name: level },
        factors: [{ strength }],
      });
    }
  });

  it('is ignored when it is older than what is known', async () => {
    const id = await register.addImplementation(null);
    const risk = await register.createRisk({ links: [link(id)] });
    await register.setStrength(id, 1, 5);
    await register.setStrength(id, 0, 4);
    expect((await register.readRisk(risk.id)).current.frequency).toBe(0.1);
  });

  it('counts as 0 until the implementation is known, whichever comes first', async () => {
    const id = newId();
    const { ismsId } = register;
    await strengthen([strengthRow(ismsId, id, 1)]);
    const unknown = await register.call(
      'mutation ($input: CreateRiskInput!) { createRisk(input: $input) { risk { id } } }',
      {
        input: {
          ismsId,
          title: 't',
          affects: ['INTEGRITY'],
          inherentLikelihood: 4,
          inherentConsequence: 4,
          links: [link(id)],
        },
      },
    );
    expect(JSON.stringify(unknown.errors)).toContain('input.links[0].implementationId');
    await register.emit('annex.controls.implementation.changed.v1', { rows: [implementationRow(ismsId, id)] });
    await register.settle();
    const risk = await register.createRisk({ links: [link(id)] });
    expect(risk.current.frequency).toBe(0.1);

    const later = await register.addImplementation(null);
    const waiting = await register.createRisk({ links: [link(later)] });
    expect(waiting).toMatchObject({ current: { frequency: 1 } });
    expect(waiting.currentExplanation.factors[0]?.why).toContain('has not been verified');
    await register.setStrength(later, 1, 1);
    expect((await register.readRisk(waiting.id)).current.frequency).toBe(0.1);
  });

  it('falls to 0 when the implementation is taken back or removed', async () => {
    const id = await register.addImplementation(1);
    const risk = await register.createRisk({ links: [link(id)] });
    const emit = (change: object) =>
      register.emit('annex.controls.implementation.changed.v1', {
        rows: [implementationRow(register.ismsId, id, change)],
      });
    await emit({ version: 2, status: 'PLANNED' });
    await register.settle();
    expect((await register.readRisk(risk.id)).current.frequency).toBe(1);
    await emit({ version: 3, status: 'IMPLEMENTED' });
    await register.settle();
    expect((await register.readRisk(risk.id)).current.frequency).toBe(0.1);
    await emit({ version: 4, deleted: true });
    await register.settle();
    await emit({ version: 3, status: 'IMPLEMENTED' });
    await register.settle();
    expect((await register.readRisk(risk.id)).current.frequency).toBe(1);
  });
});

describe('events side by side', () => {
  it('about two implementations of one risk leave what a full recompute gives, fifty times', async () => {
    const [a, b] = [await register.addImplementation(0), await register.addImplementation(0)];
    const { ismsId } = register;
    await register.createRisk({ links: [link(a), link(b, { commonCause: 'x' })] });
    await register.createRisk({ links: [link(b), link(a)] });
    for (let version = 2; version <= 51; version++) {
      const strength = () => Math.round(Math.random() * 100) / 100;
      await Promise.all([
        strengthen([strengthRow(ismsId, a, strength(), version)]),
        strengthen([strengthRow(ismsId, b, strength(), version)]),
      ]);
      await expectFullRecompute();
    }
  });

  it('and links made meanwhile leave what a full recompute gives', async () => {
    const { ismsId } = register;
    for (let round = 0; round < 20; round++) {
      const id = await register.addImplementation(0);
      const risk = await register.createRisk();
      await Promise.all([
        strengthen([strengthRow(ismsId, id, 1, 2)]),
        register.ask(
          'mutation ($input: LinkImplementationInput!) { linkImplementation(input: $input) { risk { id } } }',
          {
            input: { riskId: risk.id, ...link(id) },
          },
        ),
        register.createRisk({ links: [link(id)] }),
      ]);
    }
    expect(await expectFullRecompute()).toBeGreaterThan(40);
  });
});

describe('ten thousand risks', () => {
  it('are levelled again in one pass, with no statement of their own', async () => {
    const ismsId = await register.addIsms();
    const scope = controlsScope(register.test.tenants[0]);
    const id = newId();
    await register.emit('annex.controls.implementation.changed.v1', { rows: [implementationRow(ismsId, id)] });
    await register.settle();
    const first = await register.createRisk({ ismsId });
    await register.handle(scope, (tx) => copyRisk(tx, first.id, id, 10_000));
    // As the server does by itself a minute after so many rows came.
    await register.test.admin((client) => client.query('analyze'));

    const statements = await countStatements(() => strengthen([strengthRow(ismsId, id, 1)]));
    // The relay and the ticker send some of their own meanwhile, more of them where the machine is busy.
    expect(statements).toBeLessThan(1000);
    const levels = await register.service.database.read(scope, (tx) =>
      tx.query<{ count: number; frequency: number; version: number }>(
        `select count(*) as count, max(current_frequency) as frequency, min(version) as version
         from risk where isms_id = $1 and id <> $2`,
        [ismsId, first.id],
      ),
    );
    expect(levels.rows[0]).toEqual({ count: 10_000, frequency: 0.1, version: 2 });
    const told = (await register.recorded('annex.risk.risk.changed.v1')).filter(
      (data) => data.rows[0]?.ismsId === ismsId && data.rows[0].id !== first.id,
    );
    expect(told.flatMap((data) => data.rows)).toHaveLength(10_000);
    expect(Math.max(...told.map((data) => data.rows.length))).toBeLessThanOrEqual(1000);
  });
});

/** How many statements the service sends while something runs. */
async function countStatements(run: () => Promise<void>): Promise<number> {
  let count = 0;
  const { pool } = register.service.database;
  const counting = (client: { query: (...args: never[]) => unknown }) => {
    const { query } = client;
    client.query = (...args) => {
      count += 1;
      return query.apply(client, args);
    };
  };
  pool.on('acquire', counting as never);
  await run();
  pool.off('acquire', counting as never);
  return count;
}

/** Copies a risk, each copy linked to an implementation. */
async function copyRisk(tx: WriteTx<RiskDatabase>, id: string, implementationId: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => newId());
  const source = await tx.db.selectFrom('risk').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  for (let from = 0; from < count; from += 1000) {
    const some = ids.slice(from, from + 1000);
    await tx.db
      .insertInto('risk')
      .values(
        some.map((copy, index) => ({
          ...source,
          id: copy,
          number: from + index + 2,
          reference: `R-${from + index + 2}`,
        })),
      )
      .execute();
    await tx.db
      .insertInto('riskLink')
      .values(
        some.map((riskId) => ({
          tenantId: tx.tenant,
          id: newId(),
          ismsId: source.ismsId,
          version: 1,
          createdAt: tx.now,
          createdBy: 'test',
          updatedAt: tx.now,
          updatedBy: 'test',
          riskId,
          commonCause: null,
          ...link(implementationId),
        })),
      )
      .execute();
  }
}
