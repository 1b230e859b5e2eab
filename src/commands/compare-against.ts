/** What of a result is compared with what of a baseline file. */
import { readFileSync } from 'node:fs';
import {
  baselineMeasures,
  baselineVariants,
  parseBaseline,
  type BaselineFile,
  type NamedVariant,
} from '../analysis/compare/baseline-file.js';
import type { ComparedPair, MeasureFacts } from '../analysis/compare/trial-group.js';
import type { TrialSet } from './trial-sets.js';

/** A baseline file that fits a result. */
export interface Against {
  readonly file: BaselineFile;
  readonly pairs: readonly ComparedPair[];
  /** Those that both know in the same unit. */
  readonly measures: readonly MeasureFacts[];
  readonly notes: readonly string[];
}

/**
 * Reads a baseline file and finds for each variant of a result the one of its name; where each has but one
 * variant, or the result has no names of its own, they are compared whatever they are called.
 *
 * @param faults - gets every fault: a file of another version or experiment, variants that it does not have.
 * @returns undefined when there are faults.
 */
export function readAgainst(path: string, set: TrialSet, faults: string[]): Against | undefined {
  const file = readBaseline(path, faults);
  if (file === undefined) return undefined;
  if (file.experiment !== set.experiment) {
    faults.push(
      `${path}: expected a baseline of the experiment ${set.experiment}, found one of ${file.experiment}`,
    );
    return undefined;
  }
  const kept = baselineVariants(file);
  const pairs = pairsOf(set, kept, file);
  if (pairs.length === 0) {
    const [wanted, found] = [set.variants, kept].map((all) =>
      all.map(({ name }) => name).join(', '),
    );
    faults.push(`${path}: expected one of the variants ${wanted ?? ''}, found ${found ?? ''}`);
  }
  for (const { variant, baseline } of pairs) {
    const changed = changedValues(set, variant.name, baseline);
    if (changed.length > 0) {
      faults.push(
        `${path}: the variant ${baseline.name} is another than that of the result: ${changed.join(', ')}`,
      );
    }
  }
  if (faults.length > 0) return undefined;
  return { file, pairs: pairs.map(renamed), ...fitting(set, file, pairs) };
}

function readBaseline(path: string, faults: string[]): BaselineFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    faults.push(
      `--against: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
  const read = parseBaseline(text, path);
  if (read.kind === 'baseline') return read.file;
  faults.push(...read.faults);
  return undefined;
}

interface NamedPair {
  readonly variant: NamedVariant;
  readonly baseline: NamedVariant;
}

function pairsOf(
  { variants }: TrialSet,
  kept: readonly NamedVariant[],
  file: BaselineFile,
): readonly NamedPair[] {
  const named = variants.flatMap((variant) => {
    const baseline = kept.find(({ name }) => name === variant.name);
    return baseline === undefined ? [] : [{ variant, baseline }];
  });
  const [only, ...others] = variants;
  if (named.length > 0 || only === undefined || others.length > 0) return named;
  const baseline = kept.length === 1 ? kept[0] : kept.find(({ name }) => name === file.baseline);
  const hasOwnName = Object.keys(only.values).length > 0;
  return baseline === undefined || (hasOwnName && kept.length > 1)
    ? []
    : [{ variant: only, baseline }];
}

/** A variant of the same name that sets something else is another variant. */
function changedValues(
  { variants }: TrialSet,
  name: string,
  baseline: NamedVariant,
): readonly string[] {
  const own = variants.find((variant) => variant.name === name);
  if (own === undefined || name !== baseline.name) return [];
  const paths = [...new Set([...Object.keys(own.values), ...Object.keys(baseline.values)])];
  return paths.flatMap((path) => {
    const [here, there] = [own, baseline].map(({ values }) => JSON.stringify(values[path]));
    return here === there ? [] : [`${path} is ${here ?? 'not set'}, was ${there ?? 'not set'}`];
  });
}

/** So that the two can be told apart. */
function renamed({ variant, baseline }: NamedPair): ComparedPair {
  return { variant, baseline: { ...baseline, name: `${baseline.name} (kept)` } };
}

function fitting(
  set: TrialSet,
  file: BaselineFile,
  pairs: readonly NamedPair[],
): Pick<Against, 'measures' | 'notes'> {
  const kept = new Map(baselineMeasures(file).map((facts) => [facts.name, facts]));
  const fits = ({ name, unit, currency }: MeasureFacts): boolean => {
    const other = kept.get(name);
    if (other === undefined || other.unit !== unit) return false;
    return currency === undefined || other.currency === undefined || currency === other.currency;
  };
  const measures = set.measures.filter(fits);
  const unfit = set.measures.filter((facts) => !fits(facts)).map(({ name }) => name);
  const without = set.variants.filter(
    ({ name }) => !pairs.some(({ variant }) => variant.name === name),
  );
  const targets = [...new Set([...set.madeFrom.targets, ...file.madeFrom.targets])];
  return {
    measures,
    notes: [
      ...(unfit.length === 0
        ? []
        : [`the baseline file cannot be compared in: ${unfit.join(', ')}`]),
      ...without.map(({ name }) => `the baseline file has no variant ${name}`),
      ...(targets.length > 1
        ? [`the trials are of different kinds of cluster: ${targets.join(', ')}`]
        : []),
    ],
  };
}
