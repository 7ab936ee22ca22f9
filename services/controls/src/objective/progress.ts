import type { LinkedMeasure } from './objective.store.ts';
import { counted, progressOf } from './objective.ts';

const number = (value: number) => String(Math.round(value * 1000) / 1000);

function sentenceOf(progress: number | null, measures: readonly LinkedMeasure[]): string {
  if (measures.length === 0) return 'No measure is linked, so that nothing tells how far the objective is achieved.';
  const measured = measures.filter((one) => one.reading.attainment !== null);
  const expired = measured.filter((one) => one.reading.freshness === 0).length;
  const linked = `${measures.length} linked ${measures.length === 1 ? 'measure' : 'measures'}`;
  if (progress === null) return `None of ${linked} was measured yet.`;
  const silent = measures.length - measured.length;
  const open = [
    ...(silent > 0 ? [`${silent} never measured`] : []),
    ...(expired > 0 ? [`${expired} whose measurement has expired`] : []),
  ];
  return `By ${linked} the objective is achieved to ${number(progress)}${open.length > 0 ? `; ${open.join(' and ')} count 0` : ''}.`;
}

/** Where the progress of an objective comes from, in words and with every input. */
export function explainProgress(measures: readonly LinkedMeasure[]) {
  const progress = progressOf(measures.map((one) => one.reading));
  const sum = measures.map((one) => number(counted(one.reading))).join(' + ');
  return {
    sentence: sentenceOf(progress, measures),
    formula:
      progress === null
        ? 'unknown: nothing was measured'
        : `mean of attainment × freshness = (${sum}) ÷ ${measures.length} = ${number(progress)}`,
    inputs: measures.map(({ measureId, measure, attainment, reading }) => ({
      measureId,
      measure: { id: measureId },
      reference: measure?.reference ?? null,
      title: measure?.title ?? null,
      value: attainment?.value ?? null,
      attainment: reading.attainment,
      freshness: reading.freshness,
      measuredAt: attainment?.measuredAt ?? null,
      validUntil: attainment?.validUntil ?? null,
      counted: counted(reading),
    })),
  };
}
