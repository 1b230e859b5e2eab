/** How large the HTML report of an hour of 50 pods is, how long it takes to make and to be usable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { analyze } from '../../src/analysis/analyze.js';
import { readHtmlAssets } from '../../src/commands/html-assets.js';
import { htmlReport } from '../../src/report/html/html-report.js';
import { anHour } from '../support/an-hour.js';
import { findChromium, HOW_TO_GET_CHROMIUM, openPage, startChromium } from '../support/browser.js';
import { type BenchFigure, median } from './figure.js';

const RECORDS = 2_000_000;
const PODS = 50;
const ROUNDS = 5;
/** Runs in the page: when its script had done its work, ms after the navigation. */
const READY_MS = "performance.getEntriesByName('report-ready')[0]?.startTime";

/** Size, time to make, and time from opening the file to all plots drawn and every control wired. */
export async function benchHtml(): Promise<readonly BenchFigure[]> {
  const timeline = anHour({ pods: PODS, records: RECORDS });
  const analysis = analyze(timeline);
  const assets = readHtmlAssets();
  let text = '';
  const rounds = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now();
    text = htmlReport(timeline, analysis, { assets });
    return performance.now() - startedMs;
  });
  const of = `an hour, ${PODS} pods, ${timeline.records.length.toLocaleString('en-US')} records`;
  return [
    {
      name: 'size of report.html',
      value: Buffer.byteLength(text) / 1e6,
      unit: 'MB',
      limit: 1.5,
      note: of,
    },
    {
      name: 'making it from the analysis',
      value: median(rounds) / 1_000,
      unit: 's',
      limit: 3,
      note: of,
    },
    ...(await inChromium(text, of)),
  ];
}

async function inChromium(text: string, of: string): Promise<readonly BenchFigure[]> {
  const path = findChromium();
  if (path === undefined) {
    process.stderr.write(`  time to interactive not measured: ${HOW_TO_GET_CHROMIUM}\n`);
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-bench-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, text);
  const browser = await startChromium(path);
  try {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { page } = await openPage(browser, pathToFileURL(file).href);
      const ms: unknown = await page.evaluate(READY_MS);
      if (typeof ms !== 'number') throw new Error('expected the page to get ready, it did not');
      rounds.push(ms);
      await page.context().close();
    }
    const value = median(rounds) / 1_000;
    return [{ name: 'opening it in Chromium, until usable', value, unit: 's', limit: 1, note: of }];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
