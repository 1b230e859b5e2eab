/** How far a simulated run is from the measured one of the same experiment. */
import { analyze, type Analysis } from '../analysis/analyze.js';
import { mapMeasure, measured, noData, valueOf, type Measure } from '../analysis/measure.js';
import { podHistories } from '../analysis/pod-history.js';
import { desiredSeries, existingSeries } from '../analysis/replicas.js';
import type { ResponseTimes } from '../analysis/response-times.js';
import { observedSpan, phaseStart } from '../analysis/run-facts.js';
import { resample, type StepSeries } from '../timeline/series.js';
import type { Timeline } from '../timeline/record.js';
import type { RunErrors } from './model-file.js';

/** Sizes are compared in columns of this width. */
const STEP_MS = 250;

/** Both are compared from the beginning of their loads on, as long as both were observed. */
export function runErrors(real: Timeline, simulated: Timeline): RunErrors {
  const of = { real: analyze(real), simulated: analyze(simulated) };
  const desired = pairedColumns([real, simulated], desiredSeries, 'last');
  const sizes = mapMeasure(desired, sizeErrors);
  const existing = pairedColumns([real, simulated], existingPods, 'mean');
  return {
    replicasMean: mapMeasure(sizes, ({ mean }) => mean),
    replicasTime: mapMeasure(sizes, ({ share }) => share),
    scalingLatencyMs: latencyError(of.real, of.simulated),
    p50: timeError(of, ({ p50Ms }) => p50Ms),
    p99: timeError(of, ({ p99Ms }) => p99Ms),
    cost: podTimeError(existing),
  };
}

/** The middle of several errors of the same run; of those that are there. */
export function medianErrors(all: readonly RunErrors[]): RunErrors {
  return combined(all, (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  });
}

/** The mean size of errors of several runs, whatever their signs. */
export function meanSizes(all: readonly RunErrors[]): RunErrors {
  return combined(
    all,
    (values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length,
  );
}

function combined(
  all: readonly RunErrors[],
  rule: (values: readonly number[]) => number,
): RunErrors {
  const one = (name: keyof RunErrors): Measure => {
    const values = all.flatMap((errors) => valueOf(errors[name]) ?? []);
    if (values.length > 0) return measured(rule(values));
    return all[0]?.[name] ?? noData('there is no run');
  };
  return {
    replicasMean: one('replicasMean'),
    replicasTime: one('replicasTime'),
    scalingLatencyMs: one('scalingLatencyMs'),
    p50: one('p50'),
    p99: one('p99'),
    cost: one('cost'),
  };
}

type Pair<T> = readonly [real: T, simulated: T];
type Columns = readonly (number | undefined)[];

/** A series of each from the beginning of its load on, as long as both were observed. */
function pairedColumns(
  [real, simulated]: Pair<Timeline>,
  seriesOf: (timeline: Timeline) => StepSeries,
  rule: 'last' | 'mean',
): Measure<Pair<Columns>> {
  const realStart = phaseStart(real, 'load');
  const simulatedStart = phaseStart(simulated, 'load');
  if (realStart.kind !== 'measured') return realStart;
  if (simulatedStart.kind !== 'measured') return simulatedStart;
  const lengthMs = Math.min(
    observedSpan(real).toT - realStart.value,
    observedSpan(simulated).toT - simulatedStart.value,
  );
  const count = Math.floor(lengthMs / STEP_MS);
  if (count < 1) return noData('nothing was observed after the load began');
  const columns = (timeline: Timeline, fromT: number): Columns =>
    resample(seriesOf(timeline), { fromT, toT: fromT + count * STEP_MS, count, rule });
  return measured([columns(real, realStart.value), columns(simulated, simulatedStart.value)]);
}

function existingPods(timeline: Timeline): StepSeries {
  return existingSeries(podHistories(timeline));
}

function sizeErrors([real, simulated]: Pair<Columns>): {
  readonly mean: number;
  readonly share: number;
} {
  let sum = 0;
  let different = 0;
  for (const [index, size] of real.entries()) {
    const apart = Math.abs((size ?? 0) - (simulated[index] ?? 0));
    sum += apart;
    if (apart > 0) different++;
  }
  return { mean: sum / real.length, share: different / real.length };
}

function podTimeError(existing: Measure<Pair<Columns>>): Measure {
  if (existing.kind !== 'measured') return existing;
  const [real, simulated] = existing.value.map((columns) =>
    columns.reduce<number>((sum, value) => sum + (value ?? 0), 0),
  );
  return ratioError(real, simulated, 'no pod was seen');
}

/** Of the scale-ups that both have, in their order. */
function latencyError(real: Analysis, simulated: Analysis): Measure {
  const [latencies, others] = [real, simulated].map(({ scaleUps }) =>
    scaleUps.flatMap(({ latencyMs }) => valueOf(latencyMs) ?? []),
  );
  const apart = (latencies ?? []).flatMap((latency, index) => {
    const other = others?.[index];
    return other === undefined ? [] : [Math.abs(other - latency)];
  });
  if (apart.length === 0) return noData('there is no scale-up that both have');
  return measured(apart.reduce((sum, each) => sum + each, 0) / apart.length);
}

function timeError(
  of: { readonly real: Analysis; readonly simulated: Analysis },
  pick: (times: ResponseTimes) => Measure,
): Measure {
  const [real, simulated] = [of.real, of.simulated].map(({ wholeLoad }) => {
    const load = valueOf(wholeLoad);
    return load === undefined ? undefined : valueOf(pick(load.responseTimes));
  });
  return ratioError(real, simulated, 'too few requests were answered');
}

function ratioError(
  real: number | undefined,
  simulated: number | undefined,
  because: string,
): Measure {
  if (real === undefined || simulated === undefined || real === 0) return noData(because);
  return measured(simulated / real - 1);
}
