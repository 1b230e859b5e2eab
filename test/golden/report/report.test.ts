/**
 * The reports of scripted runs and of one real run in every format, byte for byte.
 *
 * `UPDATE_GOLDEN=1 npx vitest run --project unit test/golden/report` rewrites them; then look at the
 * difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../../src/analysis/analyze.js';
import { fieldOf, isRecord } from '../../../src/core/json.js';
import { csvReport, csvSeries } from '../../../src/report/csv-report.js';
import { dataNumber } from '../../../src/report/format.js';
import { htmlReport } from '../../../src/report/html/html-report.js';
import {
  jsonReport,
  jsonReportText,
  reportJsonSchema,
} from '../../../src/report/json/json-report.js';
import { junitReport } from '../../../src/report/junit-report.js';
import { markdownReport } from '../../../src/report/markdown-report.js';
import { textReport } from '../../../src/report/text-report.js';
import { decodeTimeline } from '../../../src/timeline/codec.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline } from '../../support/a-timeline.js';
import { readXml } from '../../support/xml.js';

const SCREEN_LINES = 40;
const RECORDED = 'recorded-spike';
const THRESHOLDS = [
  'responseTime.p99 < 300ms in baseline',
  'responseTime.p99 < 300ms in spike',
  'scaleUp.latency.p95 < 60s',
  'probe.flaps == 0',
  'errors.rate < 0.1%',
  'cost.perMillionRequests < 0.70 USD',
  'elasticity.speedup > 1',
];

/**
 * The spike on the embedded cluster of a machine with two cores, as it was recorded. What is asked of it, an
 * SLO and thresholds, came later.
 */
function recordedSpike(): Timeline {
  const path = join(import.meta.dirname, `${RECORDED}.timeline.ndjson.gz`);
  const { header, records } = decodeTimeline(gunzipSync(readFileSync(path)).toString(), path).timeline;
  const asked = aTimeline({ thresholds: THRESHOLDS }).header.experiment;
  const experiment = {
    ...(isRecord(header.experiment) ? header.experiment : {}),
    slo: { responseTimeMs: 100, objective: 0.999 },
    thresholds: fieldOf(asked, 'thresholds'),
  };
  return { header: { ...header, experiment }, records };
}

const CASES: readonly { readonly name: string; readonly timeline: Timeline }[] = [
  { name: RECORDED, timeline: recordedSpike() },
  { name: 'spike', timeline: aTimeline({ thresholds: THRESHOLDS }) },
  {
    name: 'flapping-and-saturated',
    timeline: aTimeline({
      isSaturated: true,
      flaps: [{ pod: 1, unreadyT: 60_000, readyT: 70_000, restarts: 1 }],
      thresholds: THRESHOLDS,
    }),
  },
  {
    name: 'interrupted-in-the-spike',
    timeline: aTimeline({ outcome: 'interrupted', stoppedT: 85_000 }),
  },
];

type Render = (timeline: Timeline, analysis: Analysis) => string;

/** HTML without its scripts and styles, which are not of the run. */
const NO_ASSETS = { styles: [], scripts: [], licenses: [] };
const SHORT_FORMATS: readonly (readonly [extension: string, render: Render])[] = [
  ['txt', (timeline, analysis) => textReport(timeline, analysis, { columns: 100 })],
  ['json', jsonReportText],
  ['md', markdownReport],
  ['xml', junitReport],
];
/** All there are. The long ones of one run are enough. */
const FORMATS: typeof SHORT_FORMATS = [
  ...SHORT_FORMATS,
  ['csv', csvReport],
  [
    'html',
    (timeline, analysis) =>
      htmlReport(timeline, analysis, { assets: NO_ASSETS }).replaceAll(/\d+\.\d{12,}/g, (digits) =>
        String(dataNumber(Number(digits))),
      ),
  ],
];
const validate = new Ajv2020({ strict: false }).compile(reportJsonSchema());

describe.each(CASES)('the reports of "$name"', ({ name, timeline }) => {
  const analysis = analyze(timeline);

  it.each(name === RECORDED ? FORMATS : SHORT_FORMATS)('are the same %s as before', (extension, render) => {
    expectGolden(`${name}.${extension}`, render(timeline, analysis));
  });

  it('fit the published JSON Schema, also after a way through a file', () => {
    validate(JSON.parse(JSON.stringify(jsonReport(timeline, analysis))));

    expect(validate.errors).toBeNull();
  });

  it.each([80, 100, 132])('fit into %d columns', (columns) => {
    const lines = textReport(timeline, analysis, { columns }).split('\n');

    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  it('are well-formed XML, a screen of Markdown, and CSV with as many cells in each row', () => {
    const lines = markdownReport(timeline, analysis).split('\n');
    const cells = csvSeries(timeline, analysis)
      .trimEnd()
      .split('\n')
      .map((row) => row.split(',').length);

    expect(readXml(junitReport(timeline, analysis)).name).toBe('testsuites');
    expect(lines.length).toBeLessThanOrEqual(SCREEN_LINES);
    expect(new Set(cells).size).toBe(1);
  });
});

function expectGolden(fileName: string, text: string): void {
  const path = join(import.meta.dirname, fileName);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
