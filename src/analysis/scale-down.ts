/** Where the time of a scale-down went: from the load drop to the last pod gone. */
import type { StepSeries } from '../timeline/series.js';
import { rescaleReason, type HpaWords } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, type Measure } from './measure.js';
import { firstInstant, type Rescale } from './replicas.js';

/** One scale-down. Instants are ms since the run began. */
export interface ScaleDown {
  readonly from: number;
  readonly to: number;
  readonly decisionT: number;
  /** The last planned fall of the load before the decision. */
  readonly change: Measure<LoadChange>;
  /** Why the HPA chose that size, in words. */
  readonly reason: Measure<string>;
  readonly changeToDecisionMs: Measure;
  /** To the first instant at which no more than `to` pods exist, terminating ones counted. */
  readonly decisionToGoneMs: Measure;
}

/** Explains one scale-down; `next` are the rescales after it, `endT` is the end of the observation. */
export function explainScaleDown(
  rescale: Rescale,
  next: readonly Rescale[],
  sources: HpaWords & {
    readonly changes: readonly LoadChange[];
    readonly existing: StepSeries;
    readonly endT: number;
  },
): ScaleDown {
  const fall = sources.changes.findLast(
    ({ t, direction }) => direction === 'down' && t <= rescale.t,
  );
  const change: Measure<LoadChange> =
    fall === undefined ? noData('no planned fall of the load came before it') : measured(fall);
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
