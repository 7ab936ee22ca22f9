import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startPage } from '../src/pages/start.ts';
import { testSystem } from './system.ts';

const browser = '/usr/bin/chromium';
const withBrowser = existsSync(browser) ? describe : describe.skip;

const names = ['Very unlikely', 'Unlikely', 'Possible', 'Likely', 'Almost certain'];
const bands = names.map((name, index) => ({ level: index + 1, name }));
const evil = '<img src=x onerror="document.title=\'broken in\'">';
const page = startPage(
  {
    caller: { tenant: { name: `Example ${evil}` }, me: { actor: 'person:1', person: { name: 'Ada' } } },
    readiness: {
      statement: 'An internal indicator from recorded facts, not an audit opinion.',
      asOf: '2026-11-24T09:30:00.000Z',
      verdict: 'GAP',
      clauses: ['NO_GAP_FOUND', 'NOT_ASSESSED', 'JUDGEMENT_NEEDED', 'GAP', 'CRITICAL_GAP'].map((verdict, index) => ({
        clause: `6.1.${index + 1}`,
        title: 'Information security risk treatment',
        verdict,
        reason: `1 of 10,000 risks is above the criteria ${evil}`,
        next: 'Treat or accept it.',
      })),
    },
    heatMap: {
      criteria: {
        likelihoods: bands,
        consequences: names.map((_, index) => ({
          level: index + 1,
          name: ['Negligible', 'Minor', 'Moderate', 'Major', 'Severe'][index] ?? '',
        })),
      },
      cells: bands.flatMap((likelihood) =>
        bands.map((consequence) => {
          const rank = Math.min(4, Math.ceil((likelihood.level * consequence.level) / 6));
          return {
            likelihood: likelihood.level,
            consequence: consequence.level,
            level: ['Low', 'Medium', 'High', 'Critical'][rank - 1] ?? '',
            rank,
            rule: rank > 2 ? 'ABOVE_CRITERIA' : 'ACCEPTABLE',
            count: likelihood.level,
          };
        }),
      ),
    },
    findings: [
      {
        reference: 'F-2026-001',
        title: `A risk rose ${evil}`,
        status: 'PROPOSED',
        clause: '8.3',
        proposedAt: '2026-11-24T09:30:00.000Z',
      },
    ],
    changes: [{ id: '1', time: '2026-11-24T09:30:00.000Z', what: 'risk', about: `R-0001 ${evil}` }],
  },
  { explorer: true },
);

const launch = (profile: string, width: number) =>
  chromium.launchPersistentContext(profile, {
    executablePath: browser,
    headless: true,
    viewport: { width, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

withBrowser('the tools in Chromium', () => {
  it('open after signing in on the start page, show the schema and the endpoints, and call nobody else', async () => {
    const system = await testSystem();
    const profile = mkdtempSync(join(tmpdir(), 'annex-browser-'));
    const context = await launch(profile, 1280);
    try {
      await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
      const origin = `http://127.0.0.1:${(system.gateway.app.server.address() as AddressInfo).port}`;
      const strangers: string[] = [];
      context.on('request', (request) => {
        if (!request.url().startsWith(origin) && /^https?:/.test(request.url())) strangers.push(request.url());
      });
      const tab = await context.newPage();
      const refused: string[] = [];
      tab.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) refused.push(message.text());
      });
      await tab.goto(`${origin}/`);
      await tab.fill('#key', system.tenants[0].key);
      await tab.click('button');
      await tab.waitForSelector('text=Tenant first');
      const schema = tab.waitForResponse(
        (response) => response.url() === `${origin}/graphql` && response.request().method() === 'POST',
      );
      await tab.goto(`${origin}/graphql`);
      expect((await schema).status()).toBe(200);
      await tab.waitForSelector('.graphiql-container');
      await tab.goto(`${origin}/reference`);
      await tab.waitForSelector('text=Notes by title');
      expect(strangers).toEqual([]);
      expect(refused).toEqual([]);
    } finally {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
      await system.close();
    }
  });
});

withBrowser('the start page in Chromium', () => {
  it.each([
    ['wide', 1280],
    ['narrow', 360],
  ])('fits a %s window, shows every part and runs nothing that was put into it', async (name, width) => {
    const profile = mkdtempSync(join(tmpdir(), 'annex-browser-'));
    const context = await launch(profile, width);
    try {
      const tab = await context.newPage();
      await tab.setContent(page);
      expect(await tab.title()).toContain('Example');
      expect(await tab.locator('img').count()).toBe(0);
      expect(await tab.locator('#readiness tbody tr').count()).toBe(4);
      expect(await tab.locator('#readiness details li').count()).toBe(1);
      expect(await tab.locator('td.heat').count()).toBe(25);
      expect(await tab.locator('td.heat').first().textContent()).toMatch(/5\s*(Low|Medium|High|Critical)/);
      expect(await tab.locator('#findings li').count()).toBe(1);
      expect(await tab.locator('#changes li').count()).toBe(1);
      const overflow = await tab.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBe(0);
      const folder = process.env.ANNEX_SCREENSHOTS;
      if (folder) {
        mkdirSync(folder, { recursive: true });
        await tab.screenshot({ path: join(folder, `start-${name}.png`), fullPage: true });
      }
    } finally {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });
});
