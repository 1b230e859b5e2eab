/** A run in each format that reports have. */
import { analyze, type Analysis } from '../analysis/analyze.js';
import { thresholdVerdicts, type ThresholdVerdict } from '../analysis/threshold-verdicts.js';
import { csvReport } from '../report/csv-report.js';
import { htmlReport } from '../report/html/html-report.js';
import { jsonReportText } from '../report/json/json-report.js';
import { junitReport } from '../report/junit-report.js';
import { markdownReport } from '../report/markdown-report.js';
import { textReport, type TextReportOptions } from '../report/text-report.js';
import { readTimeline } from '../run/read-timeline.js';
import { RESULT_FILES, type ResultFolder } from '../run/result-folder.js';
import type { DecodedTimeline } from '../timeline/codec.js';
import type { Timeline } from '../timeline/record.js';
import { readHtmlAssets } from './html-assets.js';

/** The formats, as `--format` names them. */
export const REPORT_FORMATS = ['ascii', 'json', 'markdown', 'junit', 'html', 'csv'] as const;

/** See {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A run that was read and analyzed. */
export interface AnalyzedRun {
  readonly timeline: Timeline;
  readonly analysis: Analysis;
  readonly verdicts: readonly ThresholdVerdict[];
  readonly cutLine?: DecodedTimeline['cutLine'];
}

/**
 * Reads and analyzes a result folder.
 *
 * @throws {LabError} `RESULT_INVALID` when there is no readable timeline.
 */
export function analyzeFolder(folder: string): AnalyzedRun {
  const { timeline, cutLine } = readTimeline(folder);
  const analysis = analyze(timeline);
  const verdicts = thresholdVerdicts(timeline, analysis);
  return { timeline, analysis, verdicts, ...(cutLine === undefined ? {} : { cutLine }) };
}

/** Width of `report.txt`: the same wherever it is made. */
const FILE_COLUMNS = 100;

/** The run in a format. `text` is for `ascii` alone; without it, as in `report.txt`. */
export function renderReport(
  run: AnalyzedRun,
  format: ReportFormat,
  text: TextReportOptions = { columns: FILE_COLUMNS },
): string {
  return RENDERERS[format](run, text);
}

const RENDERERS: Readonly<
  Record<ReportFormat, (run: AnalyzedRun, text: TextReportOptions) => string>
> = {
  ascii: ({ timeline, analysis, cutLine }, text) => {
    const cut =
      cutLine === undefined ? '' : `\nThe timeline's last line (${cutLine.line}) was cut short.\n`;
    return `${textReport(timeline, analysis, text)}${cut}`;
  },
  json: ({ timeline, analysis }) => jsonReportText(timeline, analysis),
  markdown: ({ timeline, analysis }) => markdownReport(timeline, analysis),
  junit: ({ timeline, analysis }) => junitReport(timeline, analysis),
  html: ({ timeline, analysis }) => htmlReport(timeline, analysis, { assets: readHtmlAssets() }),
  csv: ({ timeline, analysis }) => csvReport(timeline, analysis),
};

const FILE_OF: Readonly<Record<ReportFormat, string>> = {
  ascii: RESULT_FILES.text,
  json: RESULT_FILES.json,
  markdown: RESULT_FILES.markdown,
  junit: RESULT_FILES.junit,
  html: RESULT_FILES.html,
  csv: RESULT_FILES.csv,
};

/** Writes the run in every format into its folder. */
export function writeReports(folder: ResultFolder, run: AnalyzedRun): void {
  for (const format of REPORT_FORMATS) folder.write(FILE_OF[format], renderReport(run, format));
}
