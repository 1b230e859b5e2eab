/** A comparison as every format shows it: what was compared, why, and in which words. */
import type { MadeFrom } from '../../analysis/compare/baseline-file.js';
import type {
  Comparison,
  DifferenceVerdict,
  MeasureComparison,
  SampleSummary,
} from '../../analysis/compare/compare.js';
import type { Front } from '../../analysis/compare/front.js';
import { numberText, plural } from '../format.js';
import { figureScale, type FigureScale } from './figure-scale.js';

/**
 * What a comparison is for.
 *
 * - `variants`: each variant with the baseline of the same result.
 * - `self`: a variant's trials with themselves (A/A), where nothing must be shown.
 * - `against`: a result with a baseline file.
 */
export type ComparisonKind = 'variants' | 'self' | 'against';

/** Everything that is told of a comparison. */
export interface ComparisonView {
  readonly kind: ComparisonKind;
  readonly experiment: string;
  readonly comparison: Comparison;
  /** Cost against SLO; absent when no two variants have both figures. */
  readonly front?: Front;
  readonly madeFrom: MadeFrom;
  /** The baseline file and where its trials are from. */
  readonly against?: { readonly file: string; readonly madeFrom: MadeFrom };
  /** What a reader should know of the trials. */
  readonly notes: readonly string[];
}

/** The kinds of verdict in the order in which they are told. */
export const VERDICT_KINDS = ['worse', 'better', 'differs', 'not-shown', 'absent'] as const;

/** Verdicts in words. */
export const VERDICT_WORDS: Readonly<Record<DifferenceVerdict['kind'], string>> = {
  worse: 'worse',
  better: 'better',
  differs: 'differs',
  'not-shown': 'no difference shown',
  absent: 'absent',
};

/** The results of each measure with the scale that their figures share. */
export interface MeasureGroup {
  readonly heading: string;
  readonly scale: FigureScale;
  readonly results: readonly MeasureComparison[];
}

/** All results by measure. */
export function measureGroups({ measures, results }: Comparison): readonly MeasureGroup[] {
  return measures.map((measure) => {
    const own = results.filter((result) => result.measure.name === measure.name);
    const scale = figureScale(measure, own.flatMap(scaledValues));
    const unit = scale.unit === '' ? '' : ` in ${scale.unit}`;
    const better = measure.better === 'neither' ? '' : ` (${measure.better} is better)`;
    return { heading: `${measure.name}${unit}${better}`, scale, results: own };
  });
}

function scaledValues({ variant, baseline }: MeasureComparison): readonly number[] {
  return [variant.median, baseline.median].flatMap((value) => value ?? []);
}

/** A verdict with what a reader needs to weigh it: `no difference shown; 45 ms would have been`. */
export function verdictText(result: MeasureComparison, scale: FigureScale): string {
  const { verdict } = result;
  const word = VERDICT_WORDS[verdict.kind];
  if (verdict.kind === 'absent') return `absent: ${verdict.because.join('; ')}`;
  const missing = missingText(result);
  const detail = verdict.kind === 'not-shown' ? detectableText(verdict, scale) : undefined;
  const details = [detail, missing].filter((text) => text !== undefined);
  return details.length === 0 ? word : `${word}; ${details.join('; ')}`;
}

/** What so many trials could have shown. */
function detectableText(
  { detectable, isSame }: Extract<DifferenceVerdict, { kind: 'not-shown' }>,
  scale: FigureScale,
): string {
  if (detectable.kind === 'none') {
    return `takes ${plural(detectable.trialsNeeded, 'trial')} of each`;
  }
  if (isSame) return 'every value the same';
  const unit = scale.unit === '' ? '' : ` ${scale.unit}`;
  return `${scale.show(detectable.value)}${unit} could have been`;
}

/** Trials without a value: `2 of 10 trials, 1 of 10 of the baseline without a value`. */
function missingText({ variant, baseline }: MeasureComparison): string | undefined {
  const parts = [...missingOf(variant, ''), ...missingOf(baseline, ' of the baseline')];
  return parts.length === 0 ? undefined : `${parts.join(', ')} without a value`;
}

function missingOf({ measured, trials }: SampleSummary, of: string): readonly string[] {
  return measured === trials ? [] : [`${trials - measured} of ${trials}${of}`];
}

/** How many verdicts of each kind a pair has, with the measures of those that matter most. */
export interface PairSummary {
  readonly variant: string;
  readonly baseline: string;
  readonly measuresOf: Readonly<Record<DifferenceVerdict['kind'], readonly string[]>>;
}

/** The verdicts of each pair. */
export function pairSummaries({ pairs, results }: Comparison): readonly PairSummary[] {
  return pairs.map(({ variant, baseline }, index) => {
    const own = results.filter(({ pair }) => pair === index);
    const of = (kind: DifferenceVerdict['kind']): readonly string[] =>
      own.filter(({ verdict }) => verdict.kind === kind).map(({ measure }) => measure.name);
    return {
      variant: variant.name,
      baseline: baseline.name,
      measuresOf: {
        worse: of('worse'),
        better: of('better'),
        differs: of('differs'),
        'not-shown': of('not-shown'),
        absent: of('absent'),
      },
    };
  });
}

/** `worse: cost.run; better: errors.rate, responseTime.p99; no difference shown in 5`. */
export function summaryText({ measuresOf }: PairSummary): string {
  const named = VERDICT_KINDS.slice(0, 3).flatMap((kind) =>
    measuresOf[kind].length === 0 ? [] : [`${VERDICT_WORDS[kind]}: ${measuresOf[kind].join(', ')}`],
  );
  const counted = VERDICT_KINDS.slice(3).flatMap((kind) =>
    measuresOf[kind].length === 0
      ? []
      : [`${VERDICT_WORDS[kind]} in ${numberText(measuresOf[kind].length)}`],
  );
  return [...named, ...counted].join('; ');
}

/** What was compared, in a sentence without its full stop. */
export function subjectText({ kind, comparison, against }: ComparisonView): string {
  const { pairs } = comparison;
  const [first] = pairs;
  if (first === undefined) return 'nothing';
  const trials = trialsText(pairs.map(({ variant }) => variant.trials.length));
  if (kind === 'self') {
    const { variant, baseline } = first;
    return `A/A check: ${plural(baseline.trials.length, 'trial')} of ${baseline.name.replace(/ \(A\)$/, '')} compared with ${plural(variant.trials.length, 'other')} of it`;
  }
  const what = `${plural(pairs.length, 'variant')} with ${trials}`;
  if (kind === 'against') return `${what} compared with those of ${against?.file ?? 'a file'}`;
  return `${what} compared with ${first.baseline.name} (${plural(first.baseline.trials.length, 'trial')})`;
}

function trialsText(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const each = least === most ? plural(least, 'trial') : `${least} to ${most} trials`;
  return counts.length === 1 ? each : `${each} each`;
}

/** How the figures came about and how far to believe them, in sentences. */
export function methodTexts({
  kind,
  comparison,
  madeFrom,
  against,
}: ComparisonView): readonly string[] {
  const { judged, seed } = comparison;
  return [
    'The unit is the trial: one value of each, however many requests it was of. Medians over trials with 95 % bootstrap intervals of 2,000 resamples.',
    `A difference counts as shown when the Mann-Whitney test says so at 5 %, corrected by Holm for ${plural(judged, 'difference')} judged together: the chance of even one false alarm among them is at most 5 %. Cliff's delta: 1 when every value is the larger, -1 when every one is the smaller.`,
    'Trials without a value count against a difference, never as 0.',
    ...(kind === 'self'
      ? ['The two halves differ by chance alone: at most 5 of 100 such checks show anything.']
      : []),
    `Seed of the comparison: ${seed}. Made from ${madeFromText(madeFrom)}.`,
    ...(against === undefined ? [] : [`Baseline: ${madeFromText(against.madeFrom)}.`]),
  ];
}

function madeFromText({ source, targets, labVersions, begun }: MadeFrom): string {
  const when = begun === undefined ? '' : `, begun ${begun}`;
  return `${source} (${targets.join(', ')} cluster, hpa-lab ${labVersions.join(', ')}${when})`;
}
