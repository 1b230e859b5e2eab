/** Every measure of every variant against its baseline: medians, differences, tests and verdicts. */
import { seededRandom, type Random } from '../../core/random.js';
import { differenceInterval, medianInterval, type Interval } from '../statistics/bootstrap.js';
import { smallestDetectable, type Detectable } from '../statistics/detectable.js';
import { median } from '../statistics/median.js';
import { judgeDifferences, type DifferenceTest, type SamplePair } from './judge.js';
import {
  absentCount,
  sampleOf,
  type AbsentTrials,
  type ComparedPair,
  type MeasureFacts,
  type Sample,
  type TrialGroup,
} from './trial-group.js';

/**
 * What is said of a difference.
 *
 * - `better`, `worse`: shown, and one of the directions is better.
 * - `differs`: shown, but neither direction is better, or the medians lie the other way than the ranks.
 * - `not-shown`: nothing was shown, which is not that there is nothing; `detectable` says what could have been.
 * - `absent`: a side has no value at all.
 */
export type DifferenceVerdict =
  | { readonly kind: 'better' | 'worse' | 'differs' }
  | {
      readonly kind: 'not-shown';
      /** Among the trials with a value. */
      readonly detectable: Detectable;
      /** Every value of both sides is the same. */
      readonly isSame: boolean;
    }
  | { readonly kind: 'absent'; readonly because: readonly string[] };

/** The middle of one group's values. */
export interface SampleSummary {
  /** With a value and without. */
  readonly trials: number;
  readonly measured: number;
  readonly absent: readonly AbsentTrials[];
  /** Of the trials with a value; absent when none has one. */
  readonly median?: number;
  /** That holds the median in 95 of 100 such experiments; absent with fewer than three values. */
  readonly interval?: Interval;
}

/** One measure of one variant and its baseline. */
export interface MeasureComparison {
  readonly measure: MeasureFacts;
  /** Index of the pair. */
  readonly pair: number;
  readonly variant: SampleSummary;
  readonly baseline: SampleSummary;
  /** Median of the variant less that of the baseline. */
  readonly difference?: {
    readonly value: number;
    /** Of the baseline's median; absent when that is 0. */
    readonly relative?: number;
    readonly interval?: Interval;
  };
  readonly test?: DifferenceTest;
  readonly verdict: DifferenceVerdict;
}

/** Everything that was compared together. */
export interface Comparison {
  readonly pairs: readonly ComparedPair[];
  readonly measures: readonly MeasureFacts[];
  /** Each measure of each pair, by measure and then by pair. */
  readonly results: readonly MeasureComparison[];
  /** How many differences were corrected for. */
  readonly judged: number;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** How to compare. */
export interface CompareOptions {
  readonly measures: readonly MeasureFacts[];
  /** Of the bootstrap: the same seed gives the same intervals. */
  readonly seed: number;
}

/**
 * Compares groups of trials. The unit is the trial: each has one value of a measure, however many requests
 * it was of. Pure: the same trials and seed give the same figures.
 */
export function compareTrials(
  pairs: readonly ComparedPair[],
  { measures, seed }: CompareOptions,
): Comparison {
  const cases = measures.flatMap((measure) =>
    pairs.map(({ variant, baseline }, pair) => ({
      measure,
      pair,
      samples: {
        variant: sampleOf(variant, measure.name),
        baseline: sampleOf(baseline, measure.name),
      },
    })),
  );
  const judgment = judgeDifferences(cases.map(({ samples }) => samples));
  const random = seededRandom(seed);
  const summaries = new Summaries(random);
  const results = cases.map((of, index) => {
    const { variant, baseline } = pairs[of.pair] ?? NO_PAIR;
    const name = (group: TrialGroup): string => `${of.measure.name}/${group.name}`;
    return measureComparison(of, judgment.tests[index], {
      variant: summaries.of(of.samples.variant, name(variant)),
      baseline: summaries.of(of.samples.baseline, name(baseline)),
      difference: differenceOf(of.samples, random.child(`${name(variant)} - ${baseline.name}`)),
      nextSignificance: judgment.nextSignificance,
    });
  });
  return { pairs, measures, results, judged: judgment.judged, seed };
}

interface Case extends Pick<MeasureComparison, 'measure' | 'pair'> {
  readonly samples: SamplePair;
}

interface Described extends Pick<MeasureComparison, 'variant' | 'baseline'> {
  readonly difference: MeasureComparison['difference'];
  readonly nextSignificance: number;
}

function measureComparison(
  { measure, pair, samples }: Case,
  test: DifferenceTest | undefined,
  { variant, baseline, difference, nextSignificance }: Described,
): MeasureComparison {
  return {
    measure,
    pair,
    variant,
    baseline,
    ...(difference === undefined ? {} : { difference }),
    ...(test === undefined ? {} : { test }),
    verdict: verdictOf(samples, test, { measure, difference, nextSignificance }),
  };
}

const NO_PAIR: ComparedPair = {
  variant: { name: '', trials: [] },
  baseline: { name: '', trials: [] },
};

/** A baseline's median is of many pairs and drawn once. */
class Summaries {
  readonly #random: Random;
  readonly #known = new Map<string, SampleSummary>();

  constructor(random: Random) {
    this.#random = random;
  }

  of(sample: Sample, name: string): SampleSummary {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const summary = summaryOf(sample, this.#random.child(name));
    this.#known.set(name, summary);
    return summary;
  }
}

function summaryOf(sample: Sample, random: Random): SampleSummary {
  const { values, absent } = sample;
  const interval = medianInterval(values, { random });
  return {
    trials: values.length + absentCount(sample),
    measured: values.length,
    absent,
    ...(values.length === 0 ? {} : { median: median(values) }),
    ...(interval === undefined ? {} : { interval }),
  };
}

function differenceOf(
  { variant, baseline }: SamplePair,
  random: Random,
): MeasureComparison['difference'] {
  if (variant.values.length === 0 || baseline.values.length === 0) return undefined;
  const from = median(baseline.values);
  const value = median(variant.values) - from;
  const interval = differenceInterval(variant.values, baseline.values, { random });
  return {
    value,
    ...(from === 0 ? {} : { relative: value / Math.abs(from) }),
    ...(interval === undefined ? {} : { interval }),
  };
}

function verdictOf(
  { variant, baseline }: SamplePair,
  test: DifferenceTest | undefined,
  of: {
    readonly measure: MeasureFacts;
    readonly difference: MeasureComparison['difference'];
    readonly nextSignificance: number;
  },
): DifferenceVerdict {
  if (test === undefined) return { kind: 'absent', because: reasons(variant, baseline) };
  if (!test.isShown) {
    const all = [...variant.values, ...baseline.values];
    return {
      kind: 'not-shown',
      detectable: smallestDetectable(variant.values, baseline.values, of.nextSignificance),
      isSame: all.every((value) => value === all[0]),
    };
  }
  const { better } = of.measure;
  const direction = Math.sign(test.delta);
  const ofMedians = Math.sign(of.difference?.value ?? 0);
  if (better === 'neither' || ofMedians === -direction) return { kind: 'differs' };
  return { kind: direction > 0 === (better === 'higher') ? 'better' : 'worse' };
}

function reasons(variant: Sample, baseline: Sample): readonly string[] {
  const here = variant.values.length > 0 ? [] : reasonsOf(variant);
  const there = baseline.values.length > 0 ? [] : reasonsOf(baseline);
  if (here.join('\n') === there.join('\n')) return here;
  return [
    ...here.map((because) => `variant: ${because}`),
    ...there.map((because) => `baseline: ${because}`),
  ];
}

function reasonsOf({ absent }: Sample): readonly string[] {
  return absent.map(({ because }) => because);
}
