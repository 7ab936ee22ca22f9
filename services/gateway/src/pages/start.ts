import type { Change } from './changes.ts';
import { Html, html } from './html.ts';

/** What the start page shows; undefined where a part could not be had. */
export interface StartData {
  readonly caller?:
    | {
        readonly tenant?: { readonly name: string } | null;
        readonly me?: { readonly actor: string; readonly person?: { readonly name: string } | null } | null;
      }
    | undefined;
  readonly readiness?: Readiness | undefined;
  readonly heatMap?: HeatMap | undefined;
  readonly findings?: readonly Finding[] | undefined;
  readonly changes?: readonly Change[] | undefined;
}

interface Readiness {
  readonly statement: string;
  readonly asOf: string;
  readonly verdict: string;
  readonly clauses: readonly {
    readonly clause: string;
    readonly title: string;
    readonly verdict: string;
    readonly reason: string;
    readonly next: string;
  }[];
}

interface Band {
  readonly level: number;
  readonly name: string;
}

interface HeatMap {
  readonly criteria: { readonly likelihoods: readonly Band[]; readonly consequences: readonly Band[] };
  readonly cells: readonly {
    readonly likelihood: number;
    readonly consequence: number;
    readonly level: string;
    readonly rank: number;
    readonly rule: string;
    readonly count: number;
  }[];
}

interface Finding {
  readonly reference: string;
  readonly title: string;
  readonly status: string;
  readonly clause: string;
  readonly proposedAt: string;
}

const verdicts: Readonly<Record<string, { words: string; sign: string }>> = {
  NO_GAP_FOUND: { words: 'no gap found', sign: '✓' },
  NOT_ASSESSED: { words: 'not assessed', sign: '–' },
  JUDGEMENT_NEEDED: { words: 'judgement needed', sign: '?' },
  GAP: { words: 'gap', sign: '!' },
  CRITICAL_GAP: { words: 'critical gap', sign: '‼' },
};

const worded = (name: string) => name.toLowerCase().replaceAll('_', ' ');

function verdictBadge(name: string): Html {
  const { words, sign } = verdicts[name] ?? { words: worded(name), sign: '·' };
  return html`<span class="badge v-${worded(name).replaceAll(' ', '-')}"><span aria-hidden="true">${sign}</span> ${words}</span>`;
}

const moment = (text: string) => text.slice(0, 16).replace('T', ' ');

const absent = html`<p class="absent">This part cannot be shown now: the service does not answer, or your key does not allow it.</p>`;

/** Rows for what the rules looked at; what nobody has looked at yet is named, folded away. */
function readinessSection({ readiness }: StartData): Html {
  if (!readiness) return html`<section id="readiness"><h2>Readiness by clause</h2>${absent}</section>`;
  const { clauses } = readiness;
  const leaves = clauses.filter((one) => !clauses.some((other) => other.clause.startsWith(`${one.clause}.`)));
  const assessed = leaves.filter((one) => one.verdict !== 'NOT_ASSESSED');
  const rest = leaves.filter((one) => one.verdict === 'NOT_ASSESSED');
  return html`<section id="readiness"><h2>Readiness by clause</h2>
    <p>Overall: ${verdictBadge(readiness.verdict)} <small>as of ${moment(readiness.asOf)} UTC</small></p>
    <p><small>${readiness.statement}</small></p>
    <table class="clauses"><thead><tr><th scope="col">Clause</th><th scope="col">Verdict</th><th scope="col">Why, and what next</th></tr></thead>
    <tbody>${assessed.map(
      (row) =>
        html`<tr><th scope="row"><b>${row.clause}</b> <small>${row.title}</small></th><td>${verdictBadge(row.verdict)}</td><td>${row.reason}${row.next && html`<br><small>Next: ${row.next}</small>`}</td></tr>`,
    )}</tbody></table>
    <details><summary>${rest.length} clauses are not assessed yet</summary>
    <ul>${rest.map((row) => html`<li><b>${row.clause}</b> ${row.title}. <small>${row.reason}</small></li>`)}</ul></details></section>`;
}

function changesSection({ changes }: StartData): Html {
  const body = !changes
    ? absent
    : html`<ol class="findings">${changes.map(
        (one) =>
          html`<li>${one.what}${one.about && html` <b>${one.about}</b>`}<br><small>${moment(one.time)} UTC</small></li>`,
      )}</ol>`;
  return html`<section id="changes"><h2>What changed last</h2>${body}</section>`;
}

function heatMapSection({ heatMap }: StartData): Html {
  if (!heatMap) return html`<section id="risks"><h2>Risks</h2>${absent}</section>`;
  const { likelihoods, consequences } = heatMap.criteria;
  const highest = Math.max(1, ...heatMap.cells.map((cell) => cell.rank));
  const cellOf = (likelihood: number, consequence: number) => {
    const cell = heatMap.cells.find((one) => one.likelihood === likelihood && one.consequence === consequence);
    if (!cell) return html`<td></td>`;
    const heat = Math.min(5, Math.max(1, Math.round((cell.rank / highest) * 5)));
    return html`<td class="heat h${heat}${cell.rule === 'ABOVE_CRITERIA' ? ' above' : ''}"><b>${cell.count}</b><small>${cell.level}</small></td>`;
  };
  const total = heatMap.cells.reduce((sum, cell) => sum + cell.count, 0);
  const above = heatMap.cells
    .filter((cell) => cell.rule === 'ABOVE_CRITERIA')
    .reduce((sum, cell) => sum + cell.count, 0);
  return html`<section id="risks"><h2>Risks</h2>
    <p>${total} open, ${above} in cells above the criteria (double border).</p>
    <div class="wide"><table class="map"><caption>Open risks by current likelihood and consequence</caption>
    <thead><tr><td><small>likelihood ↑ consequence →</small></td>${consequences.map((band) => html`<th scope="col">${band.level}<small>${band.name}</small></th>`)}</tr></thead>
    <tbody>${[...likelihoods].reverse().map((band) => html`<tr><th scope="row">${band.level}<small>${band.name}</small></th>${consequences.map((other) => cellOf(band.level, other.level))}</tr>`)}</tbody></table></div></section>`;
}

function findingsSection({ findings }: StartData): Html {
  const body = !findings
    ? absent
    : findings.length === 0
      ? html`<p>Nothing was found yet.</p>`
      : html`<ol class="findings">${findings.map(
          (one) =>
            html`<li><b>${one.reference}</b> ${one.title}<br><small>${worded(one.status)}, clause ${one.clause}, ${moment(one.proposedAt)} UTC</small></li>`,
        )}</ol>`;
  return html`<section id="findings"><h2>Findings, the latest first</h2>${body}</section>`;
}

const links = (explorer: boolean) =>
  html`<nav>${explorer && html`<a href="/graphql">Explorer</a> `}<a href="/reference">API reference</a> <a href="/openapi.json">OpenAPI</a> <a href="/asyncapi.json">AsyncAPI</a></nav>`;

const style = `
:root{color-scheme:light dark;--line:#8886;--soft:#8881}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1rem;font:1rem/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:baseline}
h1{font-size:1.4rem;margin:0}h2{font-size:1.15rem;border-bottom:1px solid var(--line)}
nav a{margin-right:.8rem}small{opacity:.8}
table{border-collapse:collapse;width:100%}details{margin:.8rem 0}summary{cursor:pointer}th,td{text-align:left;vertical-align:top;padding:.3rem .4rem;border-bottom:1px solid var(--line);font-weight:normal}
thead th{font-weight:bold}.clauses small{display:inline-block}.findings{padding-left:1.5rem}.badge{white-space:nowrap;overflow-wrap:normal;border:1px solid;border-radius:.3rem;padding:0 .35rem;background:#fff;color:#1b5e20}
.v-not-assessed{color:#424242}.v-judgement-needed{color:#0d47a1}.v-gap{color:#8d3b00}.v-critical-gap{color:#b00020;font-weight:bold}
.wide{overflow-x:auto}.map{table-layout:fixed;min-width:18rem}.map th,.map td{text-align:center;border:1px solid var(--line);padding:.3rem .1rem}
.map caption{text-align:left}.map small{display:block;font-size:.7rem;font-weight:normal;hyphens:auto}.map b{display:block;font-size:1.1rem}
.heat{color:#111}.h1{background:#dcedc8}.h2{background:#fff9c4}.h3{background:#ffe0b2}.h4{background:#ffccbc}.h5{background:#ffab91}.above{border:4px double #7f0000!important}
.absent{background:var(--soft);padding:.5rem}form input{width:100%;max-width:36rem;padding:.4rem;font:inherit}form button{padding:.4rem .8rem;font:inherit;margin:.5rem 0}
.error{color:#b00020;font-weight:bold}
@media(min-width:60rem){main{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:0 2rem}.clauses th:first-child{width:30%}}
@media(max-width:40rem){.map small{font-size:.6rem}.clauses thead{display:none}.clauses tr{display:block;border-bottom:1px solid var(--line);padding:.3rem 0}.clauses th,.clauses td{display:block;border:0;padding:.1rem 0}}
`;

function page(title: string, body: Html): string {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><link rel="icon" href="data:,"><style>${new Html(style)}</style></head><body>${body}</body></html>`
    .text;
}

/** The page of somebody who is known. */
export function startPage(data: StartData, options: { readonly explorer: boolean }): string {
  const { tenant, me } = data.caller ?? {};
  const who = me?.person?.name ?? me?.actor ?? 'somebody';
  return page(
    `Annex: ${tenant?.name ?? 'start'}`,
    html`<header><h1>${tenant?.name ?? 'Annex'}</h1><span>${who}</span>${links(options.explorer)}
      <form method="post" action="/session/end"><button>Sign out</button></form></header>
      <main>${readinessSection(data)}<div>${heatMapSection(data)}${findingsSection(data)}${changesSection(data)}</div></main>`,
  );
}

/** The page of somebody who is not known: no data, a place for the key. */
export function signInPage(options: { readonly explorer: boolean; readonly refused: boolean }): string {
  return page(
    'Annex: sign in',
    html`<header><h1>Annex</h1>${links(options.explorer)}</header>
      <main><section><h2>Sign in</h2>${options.refused && html`<p class="error" role="alert">This key is not let in.</p>`}
      <form method="post" action="/session"><label for="key">API key</label><br>
      <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required placeholder="annex_…"><br><button>Sign in</button></form>
      <p><small>The key stays in a cookie of this browser for twelve hours, which no script can read.</small></p></section></main>`,
  );
}
