/** `npm run report -- <folder>`: makes the reports of a run again, from its folder alone. */
import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { LabError } from '../core/errors.js';
import { csvSeries } from '../report/csv-report.js';
import { openResultFolder } from '../run/result-folder.js';
import {
  analyzeFolder,
  renderReport,
  REPORT_FORMATS,
  writeReports,
  type AnalyzedRun,
  type ReportFormat,
} from './report-formats.js';
import { terminalOptions } from './terminal.js';
import { requireThresholds } from './threshold-exit.js';

interface ReportOptions {
  readonly format?: ReportFormat;
  readonly out?: string;
  readonly series?: boolean;
}

/** Makes every report again and prints the text, or just one of them. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make the reports of a run again, from its result folder alone')
    .argument('<folder>', 'a result folder: results/<experiment>/<run>')
    .addOption(
      new Option('--format <format>', 'print one format and write nothing').choices(REPORT_FORMATS),
    )
    .option('--out <file>', 'with --format: write it to a file instead')
    .option('--series', 'with --format csv: a row for each second instead of each measure')
    .action((folder: string, options: ReportOptions) => {
      refuseMeaningless(options);
      const run = analyzeFolder(folder);
      if (options.format === undefined) {
        writeReports(openResultFolder(folder), run);
        process.stdout.write(renderReport(run, 'ascii', terminalOptions()));
      } else {
        tell(render(run, options.format, options), options.out);
      }
      requireThresholds(run);
    });
}

function refuseMeaningless({ format, out, series }: ReportOptions): void {
  if (out !== undefined && format === undefined) {
    throw new LabError('USAGE', 'expected --format with --out, got --out alone', {
      hint: `formats: ${REPORT_FORMATS.join(', ')}`,
    });
  }
  if (series === true && format !== 'csv') {
    throw new LabError('USAGE', 'expected --format csv with --series');
  }
}

function render(run: AnalyzedRun, format: ReportFormat, { out, series }: ReportOptions): string {
  if (series === true) return csvSeries(run.timeline, run.analysis);
  return renderReport(run, format, out === undefined ? terminalOptions() : undefined);
}

function tell(text: string, out: string | undefined): void {
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(out, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--out: cannot write ${out}: ${reason}`, { cause: error });
  }
}
