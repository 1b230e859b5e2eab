/** Where the time of a scale-down went: from the load drop to the last pod gone. */
import type { StepSeries } from '../timeline/series.js';
import { rescaleReason, type HpaWords } from './hpa-reason.js';
import type { CpuUsage } from './cpu-usage.js';
import { stretchStart } from './cpu-stretch.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, type Measure } from './measure.js';
import { firstInstant, type Rescale } from './replicas.js';
import { isOverTarget, type CpuTarget } from './run-facts.js';

/** One scale-down. Instants are ms since the run began. */
export interface ScaleDown {
  readonly from: number;
  readonly to: number;
  readonly decisionT: number;
  /**
   * The last planned fall of the load before usage was so low that `to` pods were enough, and stayed so
   * up to the decision; without readings of usage, the last before the decision.
   */
  readonly change: Measure<LoadChange>;
  /** Why the HPA chose that size, in words. */
  readonly reason: Measure<string>;
  readonly changeToDecisionMs: Measure;
  /** To the first instant at which no more than `to` pods exist, terminating ones counted. */
  readonly decisionToGoneMs: Measure;
}

/** What a scale-down is explained from. */
export interface ScaleDownSources extends HpaWords {
  readonly target: Measure<CpuTarget>;
  readonly usage: readonly CpuUsage[];
  /** Empty when the plan is not known. */
  readonly changes: readonly LoadChange[];
  readonly existing: StepSeries;
  /** End of the observation. */
  readonly endT: number;
}

/** Explains one scale-down; `next` are the rescales after it. */
export function explainScaleDown(
  rescale: Rescale,
  next: readonly Rescale[],
  sources: ScaleDownSources,
): ScaleDown {
  const change = causeOf(rescale, sources);
  const higher = next.find(({ to }) => to > rescale.to);
  const toT = higher?.t ?? sources.endT;
  const goneT = firstInstant(
    sources.existing,
    { fromT: rescale.t, toT },
    (pods) => pods <= rescale.to,
  );
  return {
    from: rescale.from,
    to: rescale.to,
    decisionT: rescale.t,
    change,
    reason: rescaleReason(rescale, sources),
    changeToDecisionMs: mapMeasure(change, ({ t }) => rescale.t - t),
    decisionToGoneMs:
      goneT === undefined
        ? notReached(
            `more than ${rescale.to} pods existed ${higher === undefined ? 'when the observation ended' : `when it was scaled to ${higher.to}`}`,
          )
        : measured(goneT - rescale.t),
  };
}

function causeOf(rescale: Rescale, sources: ScaleDownSources): Measure<LoadChange> {
  const { target, usage, changes } = sources;
  if (changes.length === 0) return noData('the planned load is not known');
  const lowT =
    target.kind === 'measured'
      ? stretchStart(
          usage,
          rescale.t,
          (totalMillicores) => !isOverTarget(totalMillicores, rescale.to, target.value),
        )
      : undefined;
  const byT = lowT ?? rescale.t;
  const fall = changes.findLast(({ t, direction }) => direction === 'down' && t <= byT);
  return fall === undefined
    ? noData('no planned fall of the load came before usage was that low')
    : measured(fall);
}
