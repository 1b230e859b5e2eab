/** `npm run schema`: the JSON Schemas that editors and other programs check against. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { experimentJsonSchema } from '../experiment/json-schema.js';
import { reportJsonSchema } from '../report/json/json-report.js';
import { packageRoot } from '../process/package-root.js';

/** File names of the published schemas, in the folder `generated/` of the repository. */
export const SCHEMA_FILES = {
  experiment: 'experiment.schema.json',
  report: 'report.schema.json',
} as const;

/** Writes the JSON Schemas of experiment files and of `report.json`. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('write the JSON Schemas of experiment files and of report.json')
    .option('--out <folder>', 'where to', join(packageRoot(), 'generated'))
    .action(({ out }: { readonly out: string }) => {
      const folder = resolve(out);
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(schemaTexts())) {
        const path = join(folder, name);
        writeFileSync(path, text);
        process.stdout.write(`${path}\n`);
      }
    });
}

/** The published schemas as they stand in their files, by file name. */
export function schemaTexts(): Readonly<Record<string, string>> {
  return {
    [SCHEMA_FILES.experiment]: asText(experimentJsonSchema()),
    [SCHEMA_FILES.report]: asText(reportJsonSchema()),
  };
}

function asText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
