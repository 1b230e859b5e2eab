/** `report.json`: the analysis for other programs, and its published shape. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import type { Timeline } from '../../timeline/record.js';
import { dataNumber } from '../format.js';
import { costFields, costJson } from './cost-section.js';
import { hpaFields, hpaJson } from './hpa-section.js';
import { loadFields, loadJson } from './load-section.js';
import { prometheusFields, prometheusJson } from './prometheus-section.js';
import { runFields, runJson } from './run-section.js';
import { scalingFields, scalingJson } from './scaling-section.js';
import { serviceFields, serviceJson } from './service-section.js';
import { userFields, userJson } from './user-section.js';
import { verdictFields, verdictJson } from './verdict-section.js';

/** Version of the shape; it rises when a field changes its meaning or goes. */
const REPORT_SCHEMA_VERSION = 2;

const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(REPORT_SCHEMA_VERSION),
    ...runFields,
    ...verdictFields,
    ...scalingFields,
    ...hpaFields,
    ...loadFields,
    ...userFields,
    ...serviceFields,
    ...costFields,
    ...prometheusFields,
  })
  .describe('Report of one hpa-lab run');

/** What `report.json` holds. */
export type JsonReport = z.output<typeof reportSchema>;

/** The report of a run as data; {@link reportJsonSchema} describes it. */
export function jsonReport(timeline: Timeline, analysis: Analysis): JsonReport {
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    ...runJson(timeline, analysis),
    ...verdictJson(timeline, analysis),
    ...scalingJson(analysis),
    ...hpaJson(analysis),
    ...loadJson(analysis),
    ...userJson(analysis),
    ...serviceJson(analysis),
    ...costJson(analysis),
    ...prometheusJson(analysis),
  };
}

/**
 * `report.json` as it is written, with a line end; fractions have twelve digits. A line for each part and for each item
 * of a list in it: half as long as with all its blanks, and still to be read and compared by lines.
 */
export function jsonReportText(timeline: Timeline, analysis: Analysis): string {
  const parts = Object.entries(jsonReport(timeline, analysis)).flatMap(([name, part]) => {
    const text = partText(part);
    return text === undefined ? [] : [`  ${JSON.stringify(name)}: ${text}`];
  });
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** Undefined for what JSON has no word for. */
function partText(part: unknown): string | undefined {
  if (!Array.isArray(part) || part.length === 0) return compact(part);
  const items = part.map((item: unknown) => `    ${compact(item) ?? 'null'}`);
  return `[\n${items.join(',\n')}\n  ]`;
}

function compact(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'number' ? dataNumber(each) : each,
  );
}

/** The JSON Schema (2020-12) of `report.json`. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(reportSchema);
}
