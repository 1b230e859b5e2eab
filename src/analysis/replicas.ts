/** Replica counts over time, and rescales. */
import type { Timeline } from '../timeline/record.js';
import { seriesValueAt, withoutRepeats, type StepSeries } from '../timeline/series.js';
import { measured, noData, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { recordsOf, type Span } from './run-facts.js';

/** The desired replica count was changed. */
export interface Rescale {
  /** When the change was seen, ms since the run began. */
  readonly t: number;
  readonly from: number;
  readonly to: number;
}

/** Desired replicas (`spec.replicas` of the Deployment) over time. */
export function desiredSeries(timeline: Timeline): StepSeries {
  return withoutRepeats(
    recordsOf(timeline, 'workload').map(({ t, specReplicas }) => ({ t, value: specReplicas })),
  );
}

/** Ready pods over time, counted from the pods themselves; terminating ones do not count. */
export function readySeries(pods: readonly PodHistory[]): StepSeries {
  return countSeries(
    pods.flatMap(({ readiness }) =>
      readiness.map(({ t, isReady }, index) => ({
        t,
        change: isReady ? 1 : index === 0 ? 0 : -1,
      })),
    ),
  );
}

/** Pods that exist over time, terminating ones included. */
export function existingSeries(pods: readonly PodHistory[]): StepSeries {
  return countSeries(
    pods.flatMap(({ createdT, goneT }) => [
      { t: createdT, change: 1 },
      ...(goneT === undefined ? [] : [{ t: goneT, change: -1 }]),
    ]),
  );
}

/** Ready endpoints of the Service over time. */
export function endpointSeries(timeline: Timeline): StepSeries {
  return withoutRepeats(
    recordsOf(timeline, 'endpoints').map(({ t, ready }) => ({ t, value: ready.length })),
  );
}

function countSeries(
  changes: readonly { readonly t: number; readonly change: number }[],
): StepSeries {
  const ordered = [...changes].sort((a, b) => a.t - b.t);
  let count = 0;
  const points = ordered.map(({ t, change }) => ({ t, value: (count += change) }));
  // Of changes at one instant the last tells the count.
  return points.filter(({ t }, index) => points[index + 1]?.t !== t);
}

/** The rescales within a span, in order. The first value seen is no rescale. */
export function rescales(desired: StepSeries, { fromT, toT }: Span): readonly Rescale[] {
  return desired.flatMap(({ t, value }, index) => {
    const from = desired[index - 1]?.value;
    return from === undefined || value === undefined || t < fromT || t > toT
      ? []
      : [{ t, from, to: value }];
  });
}

/** Replica counts in a few figures. */
export interface ReplicaFigures {
  readonly initialDesired: Measure;
  readonly peakDesired: Measure;
  readonly peakReady: Measure;
  /** Ready pods, mean over the time in which they were observed, weighted by it. */
  readonly meanReady: Measure;
  /** Desired at the end of the observation, and for how long it had been that. */
  readonly settled: Measure<{ readonly replicas: number; readonly unchangedForMs: number }>;
}

/** First, highest, mean and last replica counts within a span. */
export function replicaFigures(desired: StepSeries, ready: StepSeries, span: Span): ReplicaFigures {
  const before = within(desired, span);
  const last = before.at(-1);
  const readyWithin = within(ready, span);
  return {
    initialDesired: orNoWorkload(before[0]?.value),
    peakDesired: orNoWorkload(highest(before)),
    peakReady: orNoPod(highest(readyWithin)),
    meanReady: orNoPod(meanOver(readyWithin, span.toT)),
    settled:
      last?.value === undefined
        ? NO_WORKLOAD
        : measured({ replicas: last.value, unchangedForMs: span.toT - last.t }),
  };
}

const NO_WORKLOAD = noData('the Deployment was not observed');

function orNoWorkload(value: number | undefined): Measure {
  return value === undefined ? NO_WORKLOAD : measured(value);
}

/** The points within a span; one from before it holds from its begin. */
function within(series: StepSeries, { fromT, toT }: Span): StepSeries {
  const atBegin = seriesValueAt(series, fromT);
  const points = series.filter(({ t }) => t <= toT && (atBegin === undefined || t > fromT));
  return atBegin === undefined ? points : [{ t: fromT, value: atBegin }, ...points];
}

function meanOver(series: StepSeries, toT: number): number | undefined {
  let weighted = 0;
  let knownMs = 0;
  series.forEach(({ t, value }, index) => {
    if (value === undefined) return;
    const lengthMs = (series[index + 1]?.t ?? toT) - t;
    weighted += value * lengthMs;
    knownMs += lengthMs;
  });
  return knownMs === 0 ? highest(series) : weighted / knownMs;
}

function orNoPod(value: number | undefined): Measure {
  return value === undefined ? noData('no pod was observed') : measured(value);
}

function highest(series: StepSeries): number | undefined {
  const values = series.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

/**
 * The first instant from `fromT` on at which a series holds `wanted`, up to and including `toT`;
 * undefined when it never does.
 */
export function firstInstant(
  series: StepSeries,
  span: Span,
  wanted: (value: number) => boolean,
): number | undefined {
  const atStart = seriesValueAt(series, span.fromT);
  if (atStart !== undefined && wanted(atStart)) return span.fromT;
  return series.find(
    ({ t, value }) => t >= span.fromT && t <= span.toT && value !== undefined && wanted(value),
  )?.t;
}
