/** `npm run compare -- <results...>`: which variant is better, by how much, and where nothing was shown. */
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { MEASURES } from '../analysis/catalogue/catalogue.js';
import { compareTrials, type MeasureComparison } from '../analysis/compare/compare.js';
import { costFront } from '../analysis/compare/front.js';
import { mainMeasures, pairsWith, splitInTwo } from '../analysis/compare/pairs.js';
import type { ComparedPair, MeasureFacts } from '../analysis/compare/trial-group.js';
import type { NamedVariant } from '../analysis/compare/baseline-file.js';
import { LabError } from '../core/errors.js';
import { isPrometheusMeasureName } from '../core/prometheus-measures.js';
import { seededRandom } from '../core/random.js';
import { nearestWord } from '../experiment/fault.js';
import { plural } from '../report/format.js';
import type { ComparisonKind, ComparisonView } from '../report/compare/view.js';
import { measureGroups, verdictText } from '../report/compare/view.js';
import { readAgainst } from './compare-against.js';
import { COMPARISON_FORMATS, renderComparison, type ComparisonFormat } from './compare-formats.js';
import { terminalOptions } from './terminal.js';
import { readTrialSet, type TrialSet } from './trial-sets.js';

/** The command line of a comparison. */
export interface CompareFlags {
  readonly baseline?: string;
  readonly measures: string;
  readonly format: ComparisonFormat;
  readonly out?: string;
  readonly aa: boolean;
  readonly against?: string;
  readonly failOn?: 'worse';
  readonly seed?: string;
}

const FILE_COLUMNS = 100;
const SEED = /^\d{1,10}$/;

/** Compares the variants of a matrix, runs, or either with a baseline file. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('compare the variants of a matrix result, runs, or either with a baseline file')
    .argument('<results...>', 'a matrix result: results/<experiment>/<matrix>; or run folders')
    .option(
      '--baseline <name>',
      'variant to compare with; default: that of the matrix, or the first run',
    )
    .option('--measures <names>', 'main, all, or names with commas between them', 'main')
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(COMPARISON_FORMATS)
        .default('ascii'),
    )
    .option('--out <file>', 'write it to a file instead')
    .option('--aa', 'check: compare the trials of the baseline with one another', false)
    .option('--against <file>', 'compare with a baseline file, as `npm run baseline` writes it')
    .addOption(new Option('--fail-on <verdict>', 'exit 4 when it is found').choices(['worse']))
    .option('--seed <number>', 'of the intervals and of --aa; default: that of the matrix')
    .action((folders: readonly string[], flags: CompareFlags) => runCompare(folders, flags));
}

/**
 * Compares and prints.
 *
 * @param print - takes the text; absent: standard output.
 * @throws {LabError} `USAGE` or `RESULT_INVALID` with every fault of flags and folders; `THRESHOLD_FAILED` after
 * printing, when `--fail-on` found a regression or `--aa` a difference.
 */
export function runCompare(
  folders: readonly string[],
  flags: CompareFlags,
  print: (text: string) => void = (text) => void process.stdout.write(text),
): void {
  const view = viewOf(folders, flags);
  if (flags.out === undefined) {
    const isText = flags.format === 'ascii';
    print(
      renderComparison(view, flags.format, isText ? terminalOptions() : { columns: FILE_COLUMNS }),
    );
  } else {
    write(flags.out, renderComparison(view, flags.format, { columns: FILE_COLUMNS }));
  }
  requireNothingShown(view);
  if (flags.failOn === 'worse') requireNothingWorse(view);
}

function viewOf(folders: readonly string[], flags: CompareFlags): ComparisonView {
  const faults = flagFaults(flags);
  const resultFaults: string[] = [];
  const set = readTrialSet(folders, resultFaults);
  const subject = set === undefined ? undefined : subjectOf(set, flags, { faults, resultFaults });
  const all = [...faults, ...resultFaults];
  if (set === undefined || subject === undefined || all.length > 0) {
    throw inputError(all, resultFaults.length > 0 ? 'RESULT_INVALID' : 'USAGE');
  }
  const { kind, pairs, against, notes } = subject;
  const comparison = compareTrials(pairs, {
    measures: asked(flags.measures, subject.measures, pairs),
    seed: seedOf(set, flags),
  });
  const front = kind === 'self' ? undefined : costFront(pairs, subject.measures);
  return {
    kind,
    experiment: set.experiment,
    comparison,
    ...(front === undefined ? {} : { front }),
    madeFrom: set.madeFrom,
    ...(against === undefined ? {} : { against }),
    notes: [...set.notes, ...notes],
  };
}

function seedOf(set: TrialSet, { seed }: CompareFlags): number {
  return seed === undefined ? set.seed : Number(seed);
}

function flagFaults({ measures, aa, against, seed, baseline }: CompareFlags): string[] {
  const faults: string[] = [];
  const known = MEASURES.map(({ name }) => name);
  if (measures !== 'main' && measures !== 'all') {
    for (const name of namesIn(measures)) {
      if (known.includes(name) || isPrometheusMeasureName(name)) continue;
      const nearest = nearestWord(name, known);
      const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
      faults.push(`--measures: expected the name of a measure, found "${name}"${hint}`);
    }
  }
  if (aa && against !== undefined) faults.push('expected one of --aa and --against, found both');
  if (baseline !== undefined && against !== undefined) {
    faults.push('expected one of --baseline and --against, found both');
  }
  if (seed !== undefined && !SEED.test(seed)) {
    faults.push(`--seed: expected a whole number, found "${seed}"`);
  }
  return faults;
}

function namesIn(measures: string): readonly string[] {
  return measures.split(',').map((name) => name.trim());
}

/** The measures to compare of those that the trials have. */
function asked(
  measures: string,
  known: readonly MeasureFacts[],
  pairs: readonly ComparedPair[],
): readonly MeasureFacts[] {
  if (measures === 'all') return known;
  if (measures === 'main') {
    return mainMeasures(
      known,
      pairs.flatMap(({ variant, baseline }) => [variant, baseline]),
    );
  }
  const names = namesIn(measures);
  return known.filter(({ name }) => names.includes(name));
}

/** What is compared with what, and why. */
interface Subject {
  readonly kind: ComparisonKind;
  readonly pairs: readonly ComparedPair[];
  readonly measures: readonly MeasureFacts[];
  readonly against?: NonNullable<ComparisonView['against']>;
  readonly notes: readonly string[];
}

interface Faults {
  /** Of the command line. */
  readonly faults: string[];
  /** Of files. */
  readonly resultFaults: string[];
}

function subjectOf(set: TrialSet, flags: CompareFlags, to: Faults): Subject | undefined {
  if (flags.against !== undefined) {
    const against = readAgainst(flags.against, set, to.resultFaults);
    if (against === undefined) return undefined;
    const { file, pairs, measures, notes } = against;
    const from = { file: flags.against, madeFrom: file.madeFrom };
    return { kind: 'against', pairs, measures, against: from, notes };
  }
  const baseline = baselineOf(set, flags.baseline, to);
  if (baseline === undefined) return undefined;
  const { measures } = set;
  if (flags.aa) {
    if (baseline.trials.length < 2) {
      to.faults.push(`--aa: expected two trials of ${baseline.name} at least, found one`);
    }
    const seed = SEED.test(flags.seed ?? '') ? Number(flags.seed) : set.seed;
    const pairs = [splitInTwo(baseline, seededRandom(seed).child('a/a'))];
    return { kind: 'self', pairs, measures, notes: [] };
  }
  const pairs = pairsWith(baseline, set.variants);
  if (pairs.length === 0) {
    to.faults.push(
      `expected two variants at least, found ${baseline.name} alone; --against compares it with a baseline file, --aa with itself`,
    );
  }
  return { kind: 'variants', pairs, measures, notes: [] };
}

/** The variant of a name, or the one that a run belongs to. */
function baselineOf(
  set: TrialSet,
  name: string | undefined,
  { faults, resultFaults }: Faults,
): NamedVariant | undefined {
  const { variants } = set;
  const wanted = name ?? set.baseline;
  const run = basename(resolve(wanted));
  const found =
    variants.find((variant) => variant.name === wanted) ??
    variants.find(({ trials }) => trials.some((trial) => trial.name === run));
  if (found !== undefined) return found;
  const names = variants.map((variant) => variant.name);
  const list = names.length === 0 ? 'no trial was run' : `the variants are ${names.join('; ')}`;
  if (name === undefined) {
    resultFaults.push(`the baseline ${wanted} has no trial that was run; ${list}`);
  } else {
    faults.push(`--baseline: expected a variant, found "${name}"; ${list}`);
  }
  return undefined;
}

/** All faults of what was asked as one error. */
export function inputError(faults: readonly string[], code: 'USAGE' | 'RESULT_INVALID'): LabError {
  const head = faults.length === 1 ? 'cannot compare' : `cannot compare: ${faults.length} faults`;
  return new LabError(code, [head, ...faults].join('\n  '), {
    hint: 'name a matrix result (results/<experiment>/<matrix>) or run folders of one experiment',
  });
}

function requireNothingShown(view: ComparisonView): void {
  if (view.kind !== 'self') return;
  const shown = linesOf(view, ({ test }) => test?.isShown === true);
  if (shown.length === 0) return;
  const head = `the A/A check shows ${plural(shown.length, 'difference')} between trials of one variant`;
  throw new LabError('THRESHOLD_FAILED', [head, ...shown].join('\n  '), {
    hint: 'chance alone does so in 5 of 100 checks at most: try another --seed; if it stays, the trials are not alike',
  });
}

function requireNothingWorse(view: ComparisonView): void {
  const worse = linesOf(view, ({ verdict }) => verdict.kind === 'worse');
  if (worse.length === 0) return;
  throw new LabError(
    'THRESHOLD_FAILED',
    [`${plural(worse.length, 'regression')} shown`, ...worse].join('\n  '),
  );
}

function linesOf(
  { comparison }: ComparisonView,
  isMeant: (result: MeasureComparison) => boolean,
): readonly string[] {
  return measureGroups(comparison).flatMap(({ scale, results }) =>
    results.filter(isMeant).map((result) => {
      const { variant, baseline, measure, test } = result;
      const unit = scale.unit === '' ? '' : ` ${scale.unit}`;
      const [now, then] = [variant.median, baseline.median].map((median) =>
        median === undefined ? 'no value' : `${scale.show(median)}${unit}`,
      );
      const name = comparison.pairs[result.pair]?.variant.name ?? '';
      return `${measure.name} of ${name}: ${verdictText(result, scale)}: ${now ?? ''}, baseline ${then ?? ''} (p ${(test?.adjustedP ?? 1).toPrecision(2)} by Holm)`;
    }),
  );
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--out: cannot write ${path}: ${reason}`, { cause: error });
  }
}
