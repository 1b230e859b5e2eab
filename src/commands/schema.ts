/** `npm run schema`: the JSON Schemas that editors and other programs check against. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { MEASURES } from '../analysis/catalogue/catalogue.js';
import { measuresDocument } from '../analysis/catalogue/measures-document.js';
import { baselineJsonSchema } from '../analysis/compare/baseline-file.js';
import { experimentJsonSchema, priceBookJsonSchema } from '../experiment/json-schema.js';
import { reportJsonSchema } from '../report/json/json-report.js';
import { matrixIndexJsonSchema } from '../experiment/matrix-index.js';
import { comparisonJsonSchema } from '../report/compare/json.js';
import { capacityJsonSchema } from '../report/capacity-json.js';
import { loadReportJsonSchema } from '../report/load-json.js';
import { packageRoot } from '../process/package-root.js';

/** File names of the published schemas, in the folder `generated/` of the repository. */
export const SCHEMA_FILES = {
  experiment: 'experiment.schema.json',
  report: 'report.schema.json',
  loadReport: 'load-report.schema.json',
  capacity: 'capacity.schema.json',
  priceBook: 'price-book.schema.json',
  comparison: 'comparison.schema.json',
  matrix: 'matrix.schema.json',
  baseline: 'baseline.schema.json',
} as const;

/** Where the list of measures stands, from the root of the repository. */
export const MEASURES_DOCUMENT = 'docs/measures.md';

/** Writes the JSON Schemas of experiment files and of reports, and the list of all measures. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('write the JSON Schemas of experiment files and of reports, and docs/measures.md')
    .option('--out <folder>', 'where to', join(packageRoot(), 'generated'))
    .option('--measures <file>', 'list of all measures', join(packageRoot(), MEASURES_DOCUMENT))
    .action(({ out, measures }: { readonly out: string; readonly measures: string }) => {
      for (const [name, text] of Object.entries(schemaTexts())) write(resolve(out, name), text);
      write(resolve(measures), measuresDocument(MEASURES));
    });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path}\n`);
}

/** The published schemas as they stand in their files, by file name. */
export function schemaTexts(): Readonly<Record<string, string>> {
  return {
    [SCHEMA_FILES.experiment]: asText(experimentJsonSchema()),
    [SCHEMA_FILES.report]: asText(reportJsonSchema()),
    [SCHEMA_FILES.loadReport]: asText(loadReportJsonSchema()),
    [SCHEMA_FILES.capacity]: asText(capacityJsonSchema()),
    [SCHEMA_FILES.priceBook]: asText(priceBookJsonSchema()),
    [SCHEMA_FILES.comparison]: asText(comparisonJsonSchema()),
    [SCHEMA_FILES.matrix]: asText(matrixIndexJsonSchema()),
    [SCHEMA_FILES.baseline]: asText(baselineJsonSchema()),
  };
}

function asText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
