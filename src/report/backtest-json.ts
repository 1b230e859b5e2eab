/** A backtest as data for other programs. */
import { explainedDecision } from '../analysis/hpa-decisions.js';
import type { HorizontalPodAutoscalerSpec } from '../core/autoscaling-objects.js';
import type { BacktestView } from './backtest-report.js';
import { decisionJson } from './json/hpa-section.js';

/** Version of the shape; it rises when a field changes its meaning or goes. */
const BACKTEST_SCHEMA_VERSION = 1;

/** What the data say beside the view. */
export interface BacktestFacts {
  /** What was decided again: a folder or a file, as it was named. */
  readonly source: string;
  /** The other HPA's, with the API server's defaults. */
  readonly spec: HorizontalPodAutoscalerSpec;
}

/** The backtest as plain JSON; each decision is as in `hpaDecisions` of `report.json`. */
export function backtestJson(view: BacktestView, { source, spec }: BacktestFacts): unknown {
  const { startMs, syncs, notes } = view;
  return {
    schemaVersion: BACKTEST_SCHEMA_VERSION,
    source,
    startedAt: new Date(startMs).toISOString(),
    hpa: spec,
    notes,
    syncs: syncs.map(({ atMs, recordedReplicas, thenReplicas, decision }) => {
      const t = atMs - startMs;
      const sync = { t, decision, real: undefined };
      return {
        at: new Date(atMs).toISOString(),
        recordedReplicas,
        // absent in JSON when that is not on record
        thenReplicas,
        otherHpa: decisionJson(explainedDecision(sync, startMs)),
      };
    }),
  };
}
