/** `npm run report -- <folder>`: makes the reports of a run again, from its folder alone. */
import { Command } from 'commander';
import { analyze } from '../analysis/analyze.js';
import { jsonReport } from '../report/json/json-report.js';
import { textReport } from '../report/text-report.js';
import { readTimeline } from '../run/read-timeline.js';
import { openResultFolder, RESULT_FILES, type ResultFolder } from '../run/result-folder.js';

const DEFAULT_COLUMNS = 100;

/** Makes `report.txt` and `report.json` again and prints the first. */
export function reportCommand(): Command {
  return new Command('report')
    .description('make the reports of a run again, from its result folder alone')
    .argument('<folder>', 'a result folder: results/<experiment>/<run>')
    .action(async (folder: string) => {
      const text = await writeReports(openResultFolder(folder));
      process.stdout.write(text);
    });
}

/**
 * Analyzes a result folder's timeline and writes the reports into it.
 *
 * @returns the text report.
 * @throws {LabError} `RESULT_INVALID` when there is no readable timeline.
 */
export async function writeReports(folder: ResultFolder): Promise<string> {
  const { timeline, cutLine } = await readTimeline(folder.path);
  const analysis = analyze(timeline);
  const cut =
    cutLine === undefined ? '' : `\nThe timeline's last line (${cutLine.line}) was cut short.\n`;
  const text = `${textReport(timeline, analysis, { columns: DEFAULT_COLUMNS })}${cut}`;
  folder.write(RESULT_FILES.text, text);
  folder.write(RESULT_FILES.json, `${JSON.stringify(jsonReport(timeline, analysis), null, 2)}\n`);
  return text;
}
