/** `calibrate`: fits the simulated cluster's service model to measured runs. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { generatorVerdict } from '../analysis/verdicts.js';
import { modelFileText, type ModelFile } from '../calibration/model-file.js';
import { errorsText } from '../calibration/model-summary.js';
import { LabError } from '../core/errors.js';
import { calibrate, DEFAULT_CHECK_SEEDS, type MeasuredRun } from '../run/calibrate.js';
import { labVersion } from '../run/environment.js';
import { readTimeline } from '../run/read-timeline.js';
import { WallClock } from '../time/wall-clock.js';
import type { Timeline } from '../timeline/record.js';

interface CalibrateFlags {
  readonly check: readonly string[];
  readonly out: string;
  readonly seeds: number;
}

const MOST_SEEDS = 1_000;

/** Fits, checks, prints, writes the model file. */
export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('fit the model of the simulated cluster to measured runs, and check it')
    .argument('<folders...>', 'result folders of measured runs')
    .option(
      '--check <folders...>',
      'runs to check it on (default: each run by a model of the others)',
      [],
    )
    .option('--out <file>', 'where the model goes', 'model.json')
    .option(
      '--seeds <count>',
      'simulated runs for each run that it is checked on',
      seedCount,
      DEFAULT_CHECK_SEEDS,
    )
    .action(async (folders: readonly string[], flags: CalibrateFlags) => {
      const file = await calibrate({
        ...readRuns(folders, flags.check),
        seeds: flags.seeds,
        labVersion: labVersion(),
        madeAt: new Date(new WallClock().now()).toISOString(),
        onCheck: ({ folder }) => process.stdout.write(`checking on ${folder}\n`),
      });
      const path = resolve(flags.out);
      write(path, modelFileText(file));
      process.stdout.write(`${described(file)}\nmodel: ${path}\n`);
      process.stdout.write(
        `use it: npm run experiment <name> -- --target simulated --model ${path}\n`,
      );
    });
}

/** @throws {LabError} `USAGE` when it cannot be written. */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--out: cannot write ${path}: ${reason}`, { cause: error });
  }
}

/** Every folder that is no measured run is told, all of them at once. */
function readRuns(
  folders: readonly string[],
  checkFolders: readonly string[],
): { readonly runs: readonly MeasuredRun[]; readonly checkRuns: readonly MeasuredRun[] } {
  const faults: string[] = [];
  const read = (folder: string): readonly MeasuredRun[] => {
    try {
      const { timeline } = readTimeline(folder);
      const fault = faultOf(timeline.header.environment.target, timeline.records);
      if (fault === undefined) {
        warnOfLateSender(folder, timeline);
        return [{ folder, timeline }];
      }
      faults.push(`${folder}: ${fault}`);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      faults.push(error.message);
    }
    return [];
  };
  const both = checkFolders.filter((folder) =>
    folders.some((each) => resolve(each) === resolve(folder)),
  );
  faults.push(...both.map((folder) => `${folder}: it cannot be fitted to and checked on`));
  const twice = folders.filter((folder, index) =>
    folders.slice(0, index).some((each) => resolve(each) === resolve(folder)),
  );
  faults.push(...twice.map((folder) => `${folder}: it is named twice, and would check itself`));
  const runs = folders.flatMap(read);
  const checkRuns = checkFolders.flatMap(read);
  if (faults.length === 0) return { runs, checkRuns };
  throw new LabError('RESULT_INVALID', faults.join('\n  '), {
    hint: 'name result folders of completed runs on the embedded or a real cluster: results/<experiment>/<run>',
  });
}

/** Its CPU and sizes are facts all the same; its response times are not the service's alone. */
function warnOfLateSender(folder: string, timeline: Timeline): void {
  if (generatorVerdict(timeline).kind !== 'saturated') return;
  process.stdout.write(
    `warning: ${folder}: the load generator fell behind, so times fitted to it are too long\n`,
  );
}

function faultOf(
  target: 'embedded' | 'simulated' | 'kubernetes',
  records: readonly { readonly kind: string }[],
): string | undefined {
  if (target === 'simulated')
    return 'it was simulated: a model fitted to it would only repeat its own';
  if (!records.some(({ kind }) => kind === 'load')) return 'it has no load';
  if (!records.some(({ kind }) => kind === 'cpu')) return 'it has no CPU readings';
  return undefined;
}

function described({ model, delays, parameters, check }: ModelFile): string {
  const values: Readonly<Record<string, unknown>> = { ...model, ...model.request, delays };
  const lines = parameters.map(({ name, source, because }) => {
    const value = JSON.stringify(values[name.split('.').at(-1) ?? '']);
    return `  ${name.padEnd(16)} ${source.padEnd(9)} ${shortened(value ?? '')}\n${' '.repeat(29)}${because}`;
  });
  const errors =
    check.kind === 'not-checked'
      ? [`not checked: ${check.because}`]
      : [
          `errors on runs it was not fitted to (${check.how}, ${check.seeds} seeds each):`,
          ...check.runs.map((one) => `  ${one.run.folder}: ${errorsText(one.errors)}`),
          `  mean size: ${errorsText(check.errors)}`,
        ];
  return ['the model:', ...lines, ...errors].join('\n');
}

const VALUE_WIDTH = 70;

function shortened(text: string): string {
  return text.length <= VALUE_WIDTH ? text : `${text.slice(0, VALUE_WIDTH - 3)}...`;
}

function seedCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST_SEEDS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_SEEDS}`);
  }
  return count;
}
