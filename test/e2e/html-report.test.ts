/** The HTML report in a real browser: it draws, it obeys, it shows text as text, and it needs nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze } from '../../src/analysis/analyze.js';
import { readHtmlAssets } from '../../src/commands/html-assets.js';
import { htmlReport } from '../../src/report/html/html-report.js';
import type { Timeline } from '../../src/timeline/record.js';
import { aTimeline } from '../support/a-timeline.js';
import {
  findChromium,
  HOW_TO_GET_CHROMIUM,
  openPage,
  startChromium,
  type WatchedPage,
} from '../support/browser.js';
import { HOSTILE, hostileTimeline } from '../support/hostile-timeline.js';
import {
  colorsOf,
  contrastFaults,
  focusIndex,
  inkOf,
  openAll,
  pageColor,
  sidewaysPx,
  stopCount,
  tellPrintedTheme,
} from '../support/in-page.js';

const PLOTS = ['rate', 'response-time', 'replicas', 'cpu', 'cost'];
const path = findChromium();
if (path === undefined) process.stderr.write(`HTML report not tested: ${HOW_TO_GET_CHROMIUM}\n`);

describe.skipIf(path === undefined)('the HTML report in Chromium', () => {
  let browser: Browser;
  let folder = '';
  const urls = new Map<string, string>();

  beforeAll(async () => {
    browser = await startChromium(path ?? '');
    folder = mkdtempSync(join(tmpdir(), 'hpa-lab-html-'));
    const runs: Readonly<Record<string, Timeline>> = {
      spike: aTimeline({
        flaps: [{ pod: 1, unreadyT: 60_000, readyT: 70_000, restarts: 1 }],
      }),
      hostile: hostileTimeline(),
    };
    for (const [name, timeline] of Object.entries(runs)) {
      const file = join(folder, `${name}.html`);
      writeFileSync(file, htmlReport(timeline, analyze(timeline), { assets: readHtmlAssets() }));
      urls.set(name, pathToFileURL(file).href);
    }
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string, options?: Parameters<typeof openPage>[2]): Promise<WatchedPage> =>
    openPage(browser, urls.get(name) ?? '', options);

  it.each([
    { width: 360, colorScheme: 'light' },
    { width: 360, colorScheme: 'dark' },
    { width: 1_600, colorScheme: 'light' },
    { width: 1_600, colorScheme: 'dark' },
  ] as const)('is whole and legible at $width px, $colorScheme', async (options) => {
    const { page, complaints } = await open('spike', options);

    const drawn = await Promise.all(
      PLOTS.map((id) => page.locator(`#${id} canvas`).evaluate(inkOf)),
    );
    await page.evaluate(openAll);

    expect(drawn.filter((pixels) => pixels < 300)).toEqual([]);
    expect(await page.evaluate(sidewaysPx)).toBe(0);
    expect(await page.evaluate(contrastFaults)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows names and messages that try to be markup as the text they are', async () => {
    const { page, complaints } = await open('hostile');

    expect(await page.locator('.pod-name', { hasText: HOSTILE.pod }).count()).toBe(1);
    expect(await page.locator('.question').innerText()).toBe(HOSTILE.question);
    expect(await page.locator('option', { hasText: HOSTILE.stage }).count()).toBe(1);
    expect(await page.locator('img, a[href^="javascript"], main script').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is cut into landmarks, headings, captioned tables and named pictures', async () => {
    const { page } = await open('spike');

    for (const role of ['banner', 'navigation', 'main', 'contentinfo'] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1);
    }
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
    expect(await page.locator('table:not(:has(> caption))').count()).toBe(0);
    expect(
      await page.locator('section:not([aria-labelledby]), svg:not([aria-label])').count(),
    ).toBe(0);
    expect(
      await page
        .getByRole('group', { name: /^Pods\. From -0:29 to 2:51: .*ready: 0 to 10/ })
        .count(),
    ).toBe(1);
    await page.context().close();
  });

  it('is reached by the keyboard alone, every control of it', async () => {
    const { page } = await open('spike');

    const wanted = await page.evaluate(stopCount);
    const reached = new Set<number>();
    for (let index = 0; index < wanted + 5; index++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(focusIndex));
    }
    reached.delete(-1);

    expect(reached.size).toBe(wanted);
    await page.context().close();
  });

  describe('its plots', () => {
    let watched: WatchedPage;
    let page: Page;

    beforeAll(async () => {
      watched = await open('spike');
      ({ page } = watched);
    });

    afterAll(async () => {
      expect(watched.complaints).toEqual([]);
      await page.context().close();
    });

    const shown = (): Promise<string> => page.locator('.shown-time').innerText();
    const value = (plot: string, line: number): Promise<string> =>
      page.locator(`[data-value="${plot}:${line}"]`).innerText();

    it('show the values under one common cursor', async () => {
      await page.locator('[data-plot="replicas"]').focus();
      for (let step = 0; step < 12; step++) await page.keyboard.press('ArrowRight');

      expect(await shown()).toMatch(/^-0:29 to 2:51, cursor at 1:3\d$/);
      expect(await value('replicas', 1)).toBe('10');
      expect(await value('rate', 1)).toBe('9/s');
      expect(await page.locator('#cursor-text').innerText()).toMatch(
        /^1:3\d: existing 10, ready 10, wanted 10$/,
      );
    });

    it('zoom together, by a stage, by drawing, by keys and back', async () => {
      const bars = page.locator('.pod-rows svg').first();

      await page.locator('select[data-zoom]').selectOption({ label: 'spike (0:25 to 1:30)' });
      expect(await shown()).toMatch(/^0:25 to 1:30/);
      expect(await bars.getAttribute('viewBox')).not.toBe('0 0 1000 16');

      await page.locator('[data-plot="cpu"]').focus();
      await page.keyboard.press('Escape');
      expect(await shown()).toBe('-0:29 to 2:51');
      expect(await bars.getAttribute('viewBox')).toBe('0 0 1000 16');

      const over = page.locator('#rate .u-over');
      await over.scrollIntoViewIfNeeded();
      const box = await over.boundingBox();
      if (box === null) throw new Error('expected a plot, found none');
      await page.mouse.move(box.x + box.width / 4, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 5 });
      await page.mouse.up();
      expect(await shown()).toMatch(/^0:2\d to 1:1\d, cursor at 1:1\d$/);

      await page.mouse.dblclick(box.x + box.width / 2, box.y + 60);
      expect(await shown()).toMatch(/^-0:29 to 2:51/);
    });

    it('explain a decision of the HPA that is pointed at, and lead to it', async () => {
      const mark = page.getByRole('button', { name: 'HPA at 1:09: 7 to 10' });
      const tip = page.getByRole('tooltip');

      await mark.hover();
      expect(await tip.innerText()).toContain('cpu 189 % over 3 pods (target 60 %) asked for 10');

      await page.mouse.move(0, 0);
      expect(await tip.isVisible()).toBe(false);

      const first = page.getByRole('button', { name: 'HPA at 0:54: 3 to 7' });
      await first.focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator(':focus').getAttribute('aria-label')).toBe('HPA at 1:09: 7 to 10');

      await page.keyboard.press('Enter');
      expect(await page.locator('.decision:has-text("7 to 10") pre').isVisible()).toBe(true);
    });

    it('follow the switch between light and dark', async () => {
      const before = await page.evaluate(pageColor);
      const inkBefore = await page.locator('#rate canvas').evaluate(colorsOf);

      await page.getByRole('radio', { name: 'Dark' }).focus();
      await page.keyboard.press('Space');
      await page.waitForTimeout(50);

      expect(await page.evaluate(pageColor)).not.toBe(before);
      expect(await page.locator('#rate canvas').evaluate(colorsOf)).not.toEqual(inkBefore);
    });
  });

  it('prints, in light colors whatever the theme', async () => {
    const { page, complaints } = await open('spike', { colorScheme: 'dark' });
    await page.evaluate(tellPrintedTheme);

    const pdf = await page.pdf({ format: 'A4' });

    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(50_000);
    expect(await page.title()).toBe('light');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('auto');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('still has every table without scripts, and says what is missing', async () => {
    const { page } = await open('spike', { javaScriptEnabled: false });

    expect(await page.locator('noscript').innerText()).toContain('tables under them');
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    await page.locator('#rate summary').click();
    expect(await page.locator('#rate table').isVisible()).toBe(true);
    await page.context().close();
  });
});
