import { type DueHandler, everyRow, judge, schedule, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { raiseTrigger } from '../trigger/trigger.operations.ts';
import { readAll } from './figure.store.ts';
import {
  type IndicatorRow,
  indicatorEvent,
  insertReading,
  risksOfIndicators,
  updateIndicatorRow,
  watchedFigures,
  watchingMeasures,
} from './indicator.store.ts';
import { judgeReading, nextDay } from './indicator.ts';

/** The due moment at which the figures of an ISMS are read again, for what time alone moves; its subject is the ISMS. */
export const indicatorsDaily = 'indicator.daily';

/**
 * Waits until nobody else judges or reads the indicators of these ISMS. Whoever changes a risk takes this turn before it reads them, so
 * everybody takes it before touching an indicator, and the last one reads what all before it left.
 */
export const takeTurn = (tx: WriteTx<RiskDatabase>, ismsIds: readonly string[]): Promise<void> =>
  judge(tx, 'risk', ismsIds, []);

/**
 * Reads indicators again, whose turn was taken, and keeps what they say where it is something else. Tells of those whose state moved; the
 * linked risks of one that turned red are to be assessed again.
 * @param how `EDITED`: people made or changed them, so each is written, kept as a reading where it says something else, and told of
 * @returns them as they are now
 */
export async function settleIndicators(
  tx: WriteTx<RiskDatabase>,
  rows: readonly IndicatorRow[],
  how: 'SEEN' | 'EDITED' | 'NEW',
): Promise<IndicatorRow[]> {
  if (rows.length === 0) return [];
  const found = await readAll(tx, rows);
  const settled: IndicatorRow[] = [];
  const told: IndicatorRow[] = [];
  const alarmed: IndicatorRow[] = [];
  for (const [index, row] of rows.entries()) {
    const reading = found[index];
    if (!reading) throw new Error('Each indicator reads something');
    const said = judgeReading(row, reading);
    const moved = said.state !== row.state;
    const kept = how === 'NEW' || moved || said.value !== row.value;
    const present: IndicatorRow = {
      ...row,
      ...said,
      version: how === 'SEEN' && moved ? row.version + 1 : row.version,
      stateSince: moved ? tx.now : row.stateSince,
    };
    settled.push(present);
    const measuredAgain = row.measureId !== null && said.valuedAt?.getTime() !== row.valuedAt?.getTime();
    const same = !kept && !measuredAgain && said.explanation === row.explanation && said.unit === row.unit;
    if (how === 'EDITED' || !same) await updateIndicatorRow(tx, present);
    if (kept) await insertReading(tx, present, said);
    if (how !== 'SEEN' || moved) told.push(present);
    if (said.state === 'RED' && moved) alarmed.push(present);
  }
  if (told.length === 0) return settled;
  const links = await risksOfIndicators(
    tx,
    told.map((row) => row.id),
  );
  const linkedTo = (row: IndicatorRow) => links.get(row.id) ?? [];
  tx.record('annex.risk.indicator.changed.v1', { rows: told.map((row) => indicatorEvent(row, linkedTo(row))) });
  for (const row of alarmed) await raiseAlarm(tx, row, linkedTo(row));
  return settled;
}

/** Asks for risks to be assessed again because an indicator of them is red; once while that is open. */
export async function raiseAlarm(
  tx: WriteTx<RiskDatabase>,
  row: IndicatorRow,
  riskIds: readonly string[],
): Promise<void> {
  await raiseTrigger(tx, {
    riskIds,
    kind: 'INDICATOR_RED',
    reason: `${row.reference} ${row.name} is red. ${row.explanation}`,
    link: { kind: 'RiskIndicator', id: row.id },
  });
}

/** Risks of these ISMS changed and their turn was taken: the figures are read again. One look where there are no such indicators. */
export async function figuresMoved(tx: WriteTx<RiskDatabase>, ismsIds: readonly string[]): Promise<void> {
  if (ismsIds.length > 0) await settleIndicators(tx, await watchedFigures(tx, ismsIds), 'SEEN');
}

/** Measures say something else: the indicators that read them are read again. The measures are held. */
export async function measuresMoved(tx: WriteTx<RiskDatabase>, measureIds: readonly string[]): Promise<void> {
  if (measureIds.length === 0) return;
  const seen = await watchingMeasures(tx, measureIds);
  if (seen.length === 0) return;
  await takeTurn(
    tx,
    seen.map((row) => row.ismsId),
  );
  // Again, because others may have changed or retired them before the turn came.
  await settleIndicators(tx, await watchingMeasures(tx, measureIds), 'SEEN');
}

/** Sees to it that the figures of an ISMS are read again tomorrow, as long as it has an active indicator of one. */
export async function planDaily(tx: WriteTx<RiskDatabase>, ismsId: string): Promise<void> {
  const figures = await watchedFigures(tx, [ismsId]);
  await schedule(tx, indicatorsDaily, ismsId, figures.length > 0 ? nextDay(tx.now) : null);
}

/** A day is over: what nobody assessed or did in time may have become more. */
export const indicatorsAreDue: DueHandler<RiskDatabase> = async (tx, { subjectId }) => {
  await takeTurn(tx, [subjectId]);
  await figuresMoved(tx, [subjectId]);
  await planDaily(tx, subjectId);
};

/** Tells every indicator again. */
export async function announceIndicators(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'indicator')) {
    const links = await risksOfIndicators(
      tx,
      rows.map((row) => row.id),
    );
    tx.record('annex.risk.indicator.changed.v1', {
      rows: rows.map((row) => indicatorEvent(row, links.get(row.id) ?? [])),
    });
  }
}
