/** `npm run baseline -- <results...>`: the file to commit, with which later runs are compared. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { baselineFile } from '../analysis/compare/baseline-file.js';
import { LabError } from '../core/errors.js';
import { dataNumber, plural } from '../report/format.js';
import { inputError } from './compare.js';
import { readTrialSet } from './trial-sets.js';

/** The command line. */
export interface BaselineFlags {
  readonly out: string;
  readonly variant?: string;
}

/** Writes the values of every trial and measure, and what they were made from. */
export function baselineCommand(): Command {
  return new Command('baseline')
    .description('write the baseline file that `compare --against` compares with')
    .argument('<results...>', 'a matrix result: results/<experiment>/<matrix>; or run folders')
    .option('--out <file>', 'where to', 'baseline.json')
    .option('--variant <name>', 'keep this variant alone; default: all')
    .action((folders: readonly string[], flags: BaselineFlags) => runBaseline(folders, flags));
}

/**
 * Writes a baseline file.
 *
 * @param print - takes each line, without its end; absent: standard output.
 * @throws {LabError} `RESULT_INVALID` with every fault of the folders, `USAGE` for a variant that is not there or a
 * file that cannot be written.
 */
export function runBaseline(
  folders: readonly string[],
  { out, variant }: BaselineFlags,
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): void {
  const faults: string[] = [];
  const set = readTrialSet(folders, faults);
  if (set === undefined) throw inputError(faults, 'RESULT_INVALID');
  const variants = set.variants.filter(({ name }) => variant === undefined || name === variant);
  if (variants.length === 0) {
    const names = set.variants.map(({ name }) => name).join('; ');
    const fault =
      variant === undefined
        ? 'expected trials that were run, found none'
        : `--variant: expected a variant, found "${variant}"; the variants are ${names}`;
    throw inputError([fault], 'USAGE');
  }
  const baseline = variants.some(({ name }) => name === set.baseline)
    ? set.baseline
    : (variants[0]?.name ?? '');
  const file = baselineFile({ ...set, baseline, variants });
  const text = JSON.stringify(
    file,
    (_, value: unknown) => (typeof value === 'number' ? dataNumber(value) : value),
    1,
  );
  try {
    writeFileSync(out, `${text}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--out: cannot write ${out}: ${reason}`, { cause: error });
  }
  const trials = variants.reduce((sum, { trials: all }) => sum + all.length, 0);
  print(
    `${out}: ${plural(trials, 'trial')} of ${plural(variants.length, 'variant')} of ${set.experiment}`,
  );
  for (const note of set.notes) print(`note: ${note}`);
}
