/** The reports of scripted runs, byte for byte. `UPDATE_GOLDEN=1 npx vitest run --project unit test/golden` rewrites them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { jsonReport, reportJsonSchema } from '../../../src/report/json/json-report.js';
import { textReport } from '../../../src/report/text-report.js';
import type { Timeline } from '../../../src/timeline/record.js';
import { aTimeline } from '../../support/a-timeline.js';

const CASES: readonly { readonly name: string; readonly timeline: Timeline }[] = [
  { name: 'spike', timeline: aTimeline() },
  {
    name: 'flapping-and-saturated',
    timeline: aTimeline({
      isSaturated: true,
      flaps: [{ pod: 1, unreadyT: 60_000, readyT: 70_000, restarts: 1 }],
    }),
  },
  {
    name: 'interrupted-in-the-spike',
    timeline: aTimeline({ outcome: 'interrupted', stoppedT: 85_000 }),
  },
];
const validate = new Ajv2020({ strict: false }).compile(reportJsonSchema());

describe.each(CASES)('the reports of "$name"', ({ name, timeline }) => {
  const analysis = analyze(timeline);

  it('are the same text as before', () => {
    expectGolden(`${name}.txt`, textReport(timeline, analysis, { columns: 100 }));
  });

  it('are the same JSON as before', () => {
    expectGolden(`${name}.json`, `${JSON.stringify(jsonReport(timeline, analysis), null, 2)}\n`);
  });

  it('fit the published JSON Schema, also after a way through a file', () => {
    validate(JSON.parse(JSON.stringify(jsonReport(timeline, analysis))));

    expect(validate.errors).toBeNull();
  });

  it.each([80, 100, 132])('fit into %d columns', (columns) => {
    const lines = textReport(timeline, analysis, { columns }).split('\n');

    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });
});

function expectGolden(fileName: string, text: string): void {
  const path = join(import.meta.dirname, fileName);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
