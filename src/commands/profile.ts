/** `npm run profile -- <experiment>`: draws a traffic profile without running anything. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { LabError } from '../core/errors.js';
import type { LoadPlan } from '../load/sender.js';
import { packageRoot } from '../process/package-root.js';
import { profileJson } from '../report/profile-json.js';
import { profileText } from '../report/profile-text.js';
import { experimentNames, findExperiment } from '../run/read-experiment.js';
import { readLoad } from '../run/read-load.js';
import { wholeOption } from './option-values.js';

interface ProfileOptions {
  readonly experiments: string;
  readonly json: boolean;
  readonly columns: number | undefined;
}

const DEFAULT_COLUMNS = 100;

/** Draws the rate over time, and tells stages and totals. */
export function profileCommand(): Command {
  return new Command('profile')
    .description('draw the traffic of an experiment, or of a file with stages, without running it')
    .argument('[experiment]', 'a name in experiments/, or the path of a file')
    .option(
      '--experiments <folder>',
      'where named experiments are',
      join(packageRoot(), 'experiments'),
    )
    .option('--json', 'as JSON', false)
    .option('--columns <n>', "width, 80 to 200; the terminal's by default", wholeOption(1, 10_000))
    .action((name: string | undefined, options: ProfileOptions) => {
      if (name === undefined) {
        const names = experimentNames(options.experiments).join(', ');
        throw new LabError('USAGE', 'expected the name of an experiment, got none', {
          hint: `npm run profile -- spike (there are: ${names})`,
        });
      }
      const path = existsSync(name) ? name : findExperiment(name, options.experiments);
      process.stdout.write(shown(readLoad(path), { title: basename(path), ...options }));
    });
}

function shown(plan: LoadPlan, options: ProfileOptions & { readonly title: string }): string {
  const { title, json, columns } = options;
  if (json) return `${JSON.stringify(profileJson(plan), null, 2)}\n`;
  const width = columns ?? process.stdout.columns ?? DEFAULT_COLUMNS;
  return profileText(plan, { title, columns: width });
}
