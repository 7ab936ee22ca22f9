import type { AcceptanceRule, Criteria } from '../criteria/criteria.ts';
import type { heatMapCells, Reading } from './heatmap.store.ts';

/** What a heat map shows: a cell for each pair of levels. */
export interface HeatMapChart {
  readonly ismsName: string;
  readonly reading: Reading;
  readonly criteria: Criteria;
  readonly cells: Awaited<ReturnType<typeof heatMapCells>>;
}

const width = 960;
const plot = { left: 190, right: width - 32, top: 112 };
const rowHeight = 56;

/** Fill and text of each rule, with a contrast of at least 7 to 1. The level is named in every cell, so colours are never needed. */
export const ruleColours: Readonly<Record<AcceptanceRule, { readonly fill: string; readonly text: string }>> = {
  ACCEPTABLE: { fill: '#cfe8d5', text: '#0b3d1e' },
  TOLERABLE: { fill: '#fde9a9', text: '#4a3500' },
  ABOVE_CRITERIA: { fill: '#8f1d1d', text: '#ffffff' },
};
const ruleNames: Readonly<Record<AcceptanceRule, string>> = {
  ACCEPTABLE: 'Acceptable',
  TOLERABLE: 'Tolerable',
  ABOVE_CRITERIA: 'Above the criteria',
};
const readings: Readonly<Record<Reading, string>> = {
  CURRENT: 'levels indicated with the controls that exist',
  INHERENT: 'levels before any control',
};

const escaped = (text: string) =>
  text
    .toWellFormed()
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');

/** What fits; whole names are in the titles of the cells. */
function fitted(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most
    ? `${letters
        .slice(0, Math.max(1, most - 1))
        .join('')
        .trimEnd()}…`
    : text;
}

/** In at most two lines, broken between words. */
function broken(text: string, most: number): string[] {
  if ([...text].length <= most) return [text];
  const words = text.split(' ');
  let first = words.shift() ?? '';
  while (words.length > 0 && [...`${first} ${words[0]}`].length <= most) first += ` ${words.shift()}`;
  return [fitted(first, most), ...(words.length > 0 ? [fitted(words.join(' '), most)] : [])];
}

const rounded = (value: number) => Number(value.toFixed(2));
const risks = (count: number) => `${count} open ${count === 1 ? 'risk' : 'risks'}`;

/** Where a class or anchor is needed, it is given as attributes. */
const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${rounded(x)}" y="${rounded(y)}"${attributes}>${escaped(content)}</text>`;

/**
 * The open risks of an ISMS in the cells of its matrix as an SVG picture: likelihood from bottom to top, consequence from left to right
 * (27005, 7.4). Every cell says its count and its level in words; it needs nothing from elsewhere and runs no script.
 */
export function heatMapSvg({ ismsName, reading, criteria, cells }: HeatMapChart): string {
  const { likelihoods, consequences } = criteria;
  const cellWidth = (plot.right - plot.left) / consequences.length;
  const bottom = plot.top + rowHeight * likelihoods.length;
  const height = bottom + 130;
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const above = cells.reduce((sum, { count, rule }) => (rule === 'ABOVE_CRITERIA' ? sum + count : sum), 0);
  const letters = (points: number) => Math.floor((cellWidth - 10) / points);
  const drawn = cells.map(({ likelihood, consequence, level, rule, count }) => {
    const x = plot.left + (consequence - 1) * cellWidth;
    const y = bottom - likelihood * rowHeight;
    const { fill, text: colour } = ruleColours[rule];
    const name = `${likelihoods[likelihood - 1]?.name}, ${consequences[consequence - 1]?.name}: ${risks(count)}, ${level}, ${ruleNames[rule].toLowerCase()}`;
    const middle = x + cellWidth / 2;
    return [
      `<g fill="${colour}"><title>${escaped(name)}</title>`,
      `<rect x="${rounded(x)}" y="${rounded(y)}" width="${rounded(cellWidth)}" height="${rowHeight}" fill="${fill}" stroke="#fff" stroke-width="2"/>`,
      text(middle, y + 27, count === 0 ? '–' : String(count), ' class="count" text-anchor="middle"'),
      text(middle, y + 45, fitted(level, letters(7.6)), ' class="level" text-anchor="middle"'),
      '</g>',
    ].join('');
  });
  const rows = likelihoods.flatMap(({ name }, index) =>
    broken(name, 16).map((line, at, { length }) => {
      const y = bottom - (index + 0.5) * rowHeight + 5 + (at - (length - 1) / 2) * 16;
      return text(plot.left - 10, y, line, ' class="label" text-anchor="end"');
    }),
  );
  const columns = consequences.flatMap(({ name }, index) =>
    broken(name, letters(8)).map((line, at) => {
      const x = plot.left + (index + 0.5) * cellWidth;
      return text(x, bottom + 20 + at * 16, line, ' class="label" text-anchor="middle"');
    }),
  );
  const legend = (Object.keys(ruleNames) as AcceptanceRule[]).map((rule, index) => {
    const x = plot.left + index * 200;
    return `<rect x="${x}" y="${bottom + 86}" width="18" height="18" fill="${ruleColours[rule].fill}" stroke="#6b7280"/>${text(x + 26, bottom + 100, ruleNames[rule], ' class="label"')}`;
  });
  const subtitle = `${risks(total)}, ${above} above the criteria; ${readings[reading]}. An indicator computed from recorded facts.`;
  const filled = cells.filter(({ count }) => count > 0).sort((a, b) => b.rank - a.rank || b.count - a.count);
  const listed = filled.map(
    ({ likelihood, consequence, level, count }) =>
      `${risks(count)} at ${likelihoods[likelihood - 1]?.name} and ${consequences[consequence - 1]?.name} (${level})`,
  );
  const title = `Heat map of ${ismsName}`;
  const middle = (plot.top + bottom) / 2;
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(`${subtitle} Likelihood from bottom to top, consequence from left to right. ${listed.join('; ') || 'Every cell is empty'}.`)}</desc>
<style>text{font-family:system-ui,sans-serif}.heading{font-size:20px;font-weight:600;fill:#1f2937}.small{font-size:12px;fill:#4b5563}.label{font-size:13px;fill:#1f2937}.axis{font-size:13px;fill:#4b5563}.count{font-size:20px;font-weight:600}.level{font-size:12px}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${text(32, 36, fitted(title, 76), ' class="heading"')}
${text(32, 58, subtitle, ' class="small"')}
${text(32, 78, fitted(`Criteria: ${criteria.name}`, 130), ' class="small"')}
${drawn.join('\n')}
${rows.join('\n')}
${columns.join('\n')}
${text((plot.left + plot.right) / 2, bottom + 62, 'Consequence', ' class="axis" text-anchor="middle"')}
${text(40, middle, 'Likelihood', ` class="axis" text-anchor="middle" transform="rotate(-90 40 ${rounded(middle)})"`)}
${legend.join('\n')}
</svg>
`;
}
