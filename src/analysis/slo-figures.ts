/** How much of what users were promised they got, over any seconds. */
import type { SloSettings } from '../experiment/experiment.js';
import { mapMeasure, measured, noData, type Measure } from './measure.js';
import type { SloSecond } from './slo.js';

/** The SLO over some seconds. */
export interface SloFigures {
  readonly seconds: number;
  /** Seconds in which the share of good requests was below the objective. */
  readonly violationSeconds: number;
  readonly total: number;
  readonly good: number;
  /** good / total. */
  readonly goodShare: Measure;
  /** (1 - goodShare) / (1 - objective): 1 uses up the error budget of this time exactly. */
  readonly budgetBurn: Measure;
}

/** Sums over seconds. */
export function sloFigures(seconds: readonly SloSecond[], { objective }: SloSettings): SloFigures {
  const total = seconds.reduce((sum, each) => sum + each.total, 0);
  const good = seconds.reduce((sum, each) => sum + each.good, 0);
  const goodShare = total === 0 ? noData('no request was due') : measured(good / total);
  return {
    seconds: secondsOf(seconds),
    violationSeconds: secondsOf(seconds.filter(({ isHeld }) => !isHeld)),
    total,
    good,
    goodShare,
    budgetBurn: mapMeasure(goodShare, () => (total - good) / total / (1 - objective)),
  };
}

function secondsOf(all: readonly SloSecond[]): number {
  return all.reduce((sum, { seconds = 1 }) => sum + seconds, 0);
}
