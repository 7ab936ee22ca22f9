import type { ExceedancePoint } from '@annex/simulation';
import type { SimulatedReading } from './simulation.ts';

/** What a loss exceedance chart shows. */
export interface ExceedanceChart {
  readonly title: string;
  readonly subtitle: string;
  /** ISO 4217; amounts are its minor units. */
  readonly currency: string;
  readonly curves: readonly { readonly reading: SimulatedReading; readonly points: readonly ExceedancePoint[] }[];
}

const width = 960;
const height = 600;
const plot = { left: 84, right: width - 32, top: 118, bottom: height - 76 };

/** Told apart without colours too: by dashes. */
const styles: Record<SimulatedReading, { readonly name: string; readonly colour: string; readonly dash: string }> = {
  INHERENT: { name: 'Without controls', colour: '#6b7280', dash: '7 5' },
  CURRENT: { name: 'With the controls that exist', colour: '#0b5fa5', dash: '' },
  RESIDUAL: { name: 'With the treatment', colour: '#b4480c', dash: '2 4' },
};

const escaped = (text: string) =>
  text
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');

/** What fits the width of the picture; the whole title is in its description. */
const shortened = (title: string) => (title.length > 76 ? `${title.slice(0, 75).toWellFormed()}…` : title);

const rounded = (value: number) => Number(value.toFixed(2));

function amounts(currency: string): (minorUnits: number) => string {
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumSignificantDigits: 3,
  });
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return (minorUnits) => format.format(minorUnits / 10 ** maximumFractionDigits);
}

const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;

/** The decades that hold every loss above 0. */
function decadesOf(curves: ExceedanceChart['curves']): { readonly first: number; readonly last: number } | undefined {
  const losses = curves.flatMap(({ points }) => points.map(({ loss }) => loss)).filter((loss) => loss > 0);
  if (losses.length === 0) return undefined;
  const first = Math.floor(Math.log10(Math.min(...losses)));
  return { first, last: Math.max(first + 1, Math.ceil(Math.log10(Math.max(...losses)))) };
}

/**
 * Losses less than a millionth of the greatest are left out, so that one tiny loss does not press the curves against the edge.
 */
const mostDecades = 6;

const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${rounded(x)}" y="${rounded(y)}"${more}>${escaped(content)}</text>`;

/** The steps of a curve: from the share of years with a loss at all, down to the rarest. */
function pathOf(
  points: readonly ExceedancePoint[],
  x: (loss: number) => number,
  y: (probability: number) => number,
): string {
  const shown = points.filter(({ loss }) => loss > 0);
  return shown
    .map(({ probability, loss }, index) => `${index === 0 ? 'M' : 'L'}${rounded(x(loss))} ${rounded(y(probability))}`)
    .join('');
}

/**
 * The loss exceedance curves of a simulation as an SVG picture of 960 × 600: losses of a year from left to right by powers of ten,
 * the share of years that lose more from bottom to top. It needs nothing from elsewhere and runs no script.
 */
export function exceedanceSvg({ title, subtitle, currency, curves }: ExceedanceChart): string {
  const amount = amounts(currency);
  const found = decadesOf(curves);
  const body: string[] = [];
  if (found) {
    const last = found.last;
    const first = Math.max(found.first, last - mostDecades);
    const x = (loss: number) =>
      plot.left +
      ((plot.right - plot.left) * (Math.min(last, Math.max(first, Math.log10(loss))) - first)) / (last - first);
    const y = (probability: number) => plot.bottom - (plot.bottom - plot.top) * probability;
    for (let tenth = 0; tenth <= 10; tenth += 2) {
      const at = rounded(y(tenth / 10));
      body.push(
        `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/>`,
        text(plot.left - 10, at + 4, percent(tenth / 10), ' text-anchor="end"'),
      );
    }
    for (let decade = first; decade <= last; decade++) {
      const at = rounded(x(10 ** decade));
      body.push(
        `<line class="grid" x1="${at}" x2="${at}" y1="${plot.top}" y2="${plot.bottom}"/>`,
        text(at, plot.bottom + 20, amount(10 ** decade), ' text-anchor="middle"'),
      );
    }
    for (const { reading, points } of curves) {
      const { colour, dash } = styles[reading];
      const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
      body.push(`<path d="${pathOf(points, x, y)}" fill="none" stroke="${colour}" stroke-width="2.5"${dashes}/>`);
      const tail = points.find(({ probability, loss }) => probability === 0.05 && loss > 0);
      if (tail) body.push(`<circle cx="${rounded(x(tail.loss))}" cy="${rounded(y(0.05))}" r="5" fill="${colour}"/>`);
    }
  } else {
    body.push(
      text((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2, 'No year has a loss', ' text-anchor="middle"'),
    );
  }
  const legend = curves.map(({ reading, points }, index) => {
    const { name, colour, dash } = styles[reading];
    const tail = points.find(({ probability }) => probability === 0.05);
    const left = plot.left + index * 285;
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return [
      `<line x1="${left}" x2="${left + 34}" y1="82" y2="82" stroke="${colour}" stroke-width="2.5"${dashes}/>`,
      text(left + 42, 86, name, ' class="strong"'),
      tail ? text(left + 42, 102, `1 year in 20 loses more than ${amount(tail.loss)}`, ' class="small"') : '',
    ].join('');
  });
  const middle = (plot.top + plot.bottom) / 2;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(`Loss exceedance: with which probability a year loses more than an amount. ${subtitle}`)}</desc>
<style>text{font:13px system-ui,sans-serif;fill:#1f2937}.heading{font-size:20px;font-weight:600}.strong{font-weight:600}.small,.axis{fill:#4b5563}.small{font-size:12px}.grid{stroke:#e5e7eb}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${text(plot.left, 36, shortened(title), ' class="heading"')}
${text(plot.left, 58, subtitle, ' class="small"')}
${legend.join('\n')}
${body.join('\n')}
<path d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none" stroke="#6b7280"/>
${text((plot.left + plot.right) / 2, height - 26, 'Loss of a year', ' class="axis" text-anchor="middle"')}
${text(24, middle, 'Share of years that lose more', ` class="axis" text-anchor="middle" transform="rotate(-90 24 ${middle})"`)}
</svg>
`;
}
