/** Whether a run held its thresholds. */
import { fieldOf } from '../core/json.js';
import type { Comparison, Threshold } from '../experiment/threshold.js';
import type { Timeline } from '../timeline/record.js';
import type { Analysis } from './analyze.js';
import type { MeasureDefinition } from './catalogue/definition.js';
import { measureOf } from './catalogue/prometheus-measures.js';
import { noData, valueOf, type Measure } from './measure.js';
import { experimentOf } from './run-facts.js';
import { generatorTrouble, type GeneratorVerdict } from './verdicts.js';

/**
 * What became of a threshold.
 *
 * - `pass`, `fail`: the figure was compared with the limit.
 * - `absent`: there is no figure; this counts as failed.
 * - `not-judged`: there may be a figure, but it does not tell of the service: the load generator fell
 *   behind, or the run is not whole.
 */
export type ThresholdVerdict =
  | { readonly kind: 'pass'; readonly threshold: Threshold; readonly value: number }
  | { readonly kind: 'fail'; readonly threshold: Threshold; readonly value: number }
  | { readonly kind: 'absent'; readonly threshold: Threshold; readonly because: string }
  | { readonly kind: 'not-judged'; readonly threshold: Threshold; readonly because: string };

/** The verdict on each threshold of a run's experiment, in the file's order; empty when it has none. */
export function thresholdVerdicts(
  timeline: Timeline,
  analysis: Analysis,
): readonly ThresholdVerdict[] {
  return thresholdsOf(timeline).map((threshold) => judgeThreshold(threshold, analysis));
}

/** An experiment of an older version has no such field. */
function thresholdsOf(timeline: Timeline): readonly Threshold[] {
  const experiment = valueOf(experimentOf(timeline));
  return Array.isArray(fieldOf(experiment, 'thresholds')) ? (experiment?.thresholds ?? []) : [];
}

/** The verdict on one threshold. */
export function judgeThreshold(threshold: Threshold, analysis: Analysis): ThresholdVerdict {
  const measure = measureOf(analysis, threshold.measure);
  if (measure === undefined) {
    return { kind: 'absent', threshold, because: 'this version of hpa-lab has no such measure' };
  }
  const { completeness } = analysis;
  if (completeness.kind !== 'completed') {
    return { kind: 'not-judged', threshold, because: NOT_WHOLE[completeness.kind] };
  }
  const figure = comparableFigure(threshold, measure, analysis);
  if (figure.kind !== 'measured') return { kind: 'absent', threshold, because: figure.because };
  const doubt = measure.needsPunctualSender ? senderDoubt(analysis.generator) : undefined;
  if (doubt !== undefined) return { kind: 'not-judged', threshold, because: doubt };
  const { value } = figure;
  return { kind: holds(value, threshold) ? 'pass' : 'fail', threshold, value };
}

/** Why a run ended early is told once, with the run. */
const NOT_WHOLE = {
  interrupted: 'the run was interrupted',
  failed: 'the run failed',
  'cut-short': 'the record of the run is cut short',
} as const;

/** How far behind it was is told once, with the run. */
function senderDoubt(generator: GeneratorVerdict): string | undefined {
  if (generator.kind === 'saturated') return generatorTrouble(generator);
  return generator.kind === 'unknown'
    ? 'whether the load generator kept up is not known'
    : undefined;
}

function comparableFigure(
  threshold: Threshold,
  measure: MeasureDefinition,
  analysis: Analysis,
): Measure {
  const { unit, currency, stage } = threshold;
  if (measure.unit !== unit) {
    return noData(`the limit was read in ${unit}, the measure is now in ${measure.unit}`);
  }
  const priced = valueOf(analysis.cost.price)?.currency;
  if (currency !== undefined && priced !== undefined && currency !== priced) {
    return noData(`the limit is in ${currency}, the prices are in ${priced}`);
  }
  if (stage === undefined) return measure.of(analysis);
  return (
    measure.inStage?.(analysis, stage) ?? noData('it is a figure of the whole run, not of a stage')
  );
}

const HOLDS: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

function holds(value: number, { comparison, limit }: Threshold): boolean {
  return HOLDS[comparison](value, limit);
}

/** How many verdicts there are of each kind. */
export interface VerdictCounts {
  readonly pass: number;
  /** Absent figures counted. */
  readonly fail: number;
  readonly notJudged: number;
}

/** Counts verdicts. */
export function countVerdicts(verdicts: readonly ThresholdVerdict[]): VerdictCounts {
  const count = (...kinds: readonly ThresholdVerdict['kind'][]): number =>
    verdicts.filter(({ kind }) => kinds.includes(kind)).length;
  return { pass: count('pass'), fail: count('fail', 'absent'), notJudged: count('not-judged') };
}
