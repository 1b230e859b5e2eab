/** Reads what is to be compared: a matrix result, or run folders grouped by what was run. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { BaselineSource, MadeFrom, NamedVariant } from '../analysis/compare/baseline-file.js';
import type { MeasureFacts, Trial } from '../analysis/compare/trial-group.js';
import {
  MATRIX_INDEX_FILE,
  parseMatrixIndex,
  type MatrixIndex,
} from '../experiment/matrix-index.js';
import { groupRuns } from './run-variants.js';
import { readRunReport, type RunReport } from './run-reports.js';

/** Trials of one experiment, by variant. */
export interface TrialSet extends BaselineSource {
  /** What a reader should know of them, such as trials that are still to come. */
  readonly notes: readonly string[];
  /** Of the matrix, or else of the first run: seeds what is random about a comparison. */
  readonly seed: number;
}

/** A trial that was read, or is known not to have ended well. */
interface ReadTrial {
  readonly variant: string;
  readonly trial: Trial;
  readonly report?: RunReport;
}

/**
 * Reads one matrix result, or any number of run folders.
 *
 * @param faults - gets every fault of every folder: one that is no result, one of another version, results of
 * different experiments.
 * @returns undefined when there are faults.
 */
export function readTrialSet(folders: readonly string[], faults: string[]): TrialSet | undefined {
  const matrices = folders.filter(hasMatrix);
  if (matrices.length > 1) {
    faults.push(
      `expected one matrix result or run folders, found ${matrices.length} matrix results: ${matrices.join(', ')}`,
    );
  }
  const missing = folders.filter((folder) => !existsSync(folder));
  if (matrices.length > 0 && matrices.length + missing.length < folders.length) {
    faults.push('expected one matrix result or run folders, found both');
  }
  const sets = folders.map((folder) =>
    hasMatrix(folder) ? readMatrix(folder, faults) : readRuns([folder], faults),
  );
  const names = [...new Set(sets.flatMap((set) => set?.experiments ?? []))];
  if (names.length > 1) {
    const of = folders.map(
      (folder, index) => `${folder} is of ${sets[index]?.experiments.join(' and ') ?? 'none'}`,
    );
    faults.push(`expected results of one experiment, found ${names.length}: ${of.join('; ')}`);
  }
  const set = matrices.length > 0 ? sets[0] : merged(sets, folders);
  if (faults.length > 0 || set === undefined) return undefined;
  return setOf(set);
}

interface ReadSet {
  readonly experiments: readonly string[];
  readonly source: string;
  readonly seed?: number;
  readonly baseline?: string;
  readonly variants: readonly Pick<NamedVariant, 'name' | 'values'>[];
  readonly trials: readonly ReadTrial[];
  readonly notes: readonly string[];
}

function hasMatrix(folder: string): boolean {
  return isFile(join(folder, MATRIX_INDEX_FILE));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readMatrix(folder: string, faults: string[]): ReadSet | undefined {
  const path = join(folder, MATRIX_INDEX_FILE);
  let index: MatrixIndex;
  try {
    index = parseMatrixIndex(readFileSync(path, 'utf8'), path);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
  const known = new Set(index.variants.map(({ name }) => name));
  const strange = index.trials.filter(({ variant }) => !known.has(variant));
  for (const { variant, trial } of strange) {
    faults.push(`${path}: trial ${trial} is of the variant ${variant}, which is not in its list`);
  }
  const ended = index.trials.filter(({ outcome }) => outcome !== 'pending');
  const pending = index.trials.length - ended.length;
  const trials = ended.map((each) => matrixTrial(folder, each, faults));
  const experiments = trials.flatMap(({ report }) => report?.experiment ?? []);
  return {
    experiments: [...new Set([index.experiment, ...experiments])],
    source: `${index.experiment}/${basename(resolve(folder))}`,
    seed: index.seed,
    baseline: index.baseline,
    variants: index.variants,
    trials,
    notes:
      pending === 0
        ? []
        : [`${pending} of ${index.trials.length} trials are still to be run and are not counted`],
  };
}

function matrixTrial(
  folder: string,
  { variant, trial, folder: own, outcome, because }: MatrixIndex['trials'][number],
  faults: string[],
): ReadTrial {
  const name = own ?? `${variant}, trial ${trial}`;
  if (outcome !== 'completed') {
    const reason = `the trial ${outcome === 'failed' ? 'failed' : 'was interrupted'}${because === undefined ? '' : `: ${because}`}`;
    return { variant, trial: { name, figures: {}, failure: reason } };
  }
  if (own === undefined) {
    faults.push(`${folder}: trial ${trial} of ${variant} is complete but has no folder`);
    return { variant, trial: { name, figures: {} } };
  }
  const report = readRunReport(join(folder, own), faults);
  if (report === undefined) return { variant, trial: { name, figures: {} } };
  return { variant, trial: { name, figures: report.figures }, report };
}

function readRuns(folders: readonly string[], faults: string[]): ReadSet | undefined {
  const trials = folders.flatMap((folder): readonly ReadTrial[] => {
    const report = readRunReport(folder, faults);
    if (report === undefined) return [];
    return [{ variant: '', trial: { name: report.runId, figures: report.figures }, report }];
  });
  if (trials.length === 0) return undefined;
  const experiments = trials.flatMap(({ report }) => report?.experiment ?? []);
  return { experiments, source: '', variants: [], trials, notes: [] };
}

function merged(
  sets: readonly (ReadSet | undefined)[],
  folders: readonly string[],
): ReadSet | undefined {
  const trials = sets.flatMap((set) => set?.trials ?? []);
  const groups = groupRuns(folders, trials);
  const [first] = groups;
  const experiment = sets.find((set) => set !== undefined)?.experiments[0];
  if (first === undefined || experiment === undefined) return undefined;
  return {
    experiments: [experiment],
    source: `${experiment}: ${folders.length === 1 ? 'one run' : `${folders.length} runs`}`,
    baseline: first.name,
    variants: groups,
    trials: groups.flatMap(({ name, runs }) =>
      runs.map((index) => ({ ...(trials[index] ?? NO_TRIAL), variant: name })),
    ),
    notes: [],
  };
}

const NO_TRIAL: ReadTrial = { variant: '', trial: { name: '', figures: {} } };

function setOf(read: ReadSet): TrialSet {
  const { experiments, source, seed, baseline, notes, trials } = read;
  const reports = trials.flatMap(({ report }) => report ?? []);
  const variants = read.variants.map(({ name, values }) => ({
    name,
    values,
    trials: trials.filter(({ variant }) => variant === name).map(({ trial }) => trial),
  }));
  const without = variants.filter((variant) => variant.trials.length === 0);
  return {
    experiment: experiments[0] ?? '',
    baseline: baseline ?? variants[0]?.name ?? '',
    madeFrom: madeFrom(reports, { source, ...(seed === undefined ? {} : { seed }) }),
    measures: factsOf(reports),
    variants: variants.filter((variant) => variant.trials.length > 0),
    notes: [
      ...notes,
      ...without.map(({ name }) => `${name} has no trial that was run`),
      ...mixed(reports),
    ],
    seed: seed ?? reports[0]?.seed ?? 1,
  };
}

function madeFrom(reports: readonly RunReport[], of: Pick<MadeFrom, 'source' | 'seed'>): MadeFrom {
  const all = <T>(pick: (report: RunReport) => T): T[] => [...new Set(reports.map(pick))];
  const begun = reports.map(({ startedAt }) => startedAt).toSorted()[0];
  return {
    ...of,
    targets: all(({ target }) => target),
    runs: all(({ runId }) => runId),
    labVersions: all(({ labVersion }) => labVersion),
    gitRevisions: all(({ gitRevision }) => gitRevision),
    platforms: all(({ platform }) => platform),
    ...(begun === undefined ? {} : { begun }),
  };
}

function factsOf(reports: readonly RunReport[]): readonly MeasureFacts[] {
  const facts = new Map<string, MeasureFacts>();
  for (const { measures } of reports) {
    for (const each of measures) {
      // a run without a price does not name the currency
      if (facts.get(each.name)?.currency === undefined) facts.set(each.name, each);
    }
  }
  return [...facts.values()];
}

/** Differences between the runs that no variant names. */
function mixed(reports: readonly RunReport[]): readonly string[] {
  const parts = [
    { what: 'kinds of cluster', pick: ({ target }: RunReport) => target },
    { what: 'versions of hpa-lab', pick: ({ labVersion }: RunReport) => labVersion },
    { what: 'platforms', pick: ({ platform }: RunReport) => platform },
  ];
  return parts.flatMap(({ what, pick }) => {
    const found = [...new Set(reports.map(pick))];
    return found.length < 2 ? [] : [`the runs are of different ${what}: ${found.join(', ')}`];
  });
}
