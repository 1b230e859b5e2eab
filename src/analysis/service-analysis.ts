/** What the service did and what it took: readiness, what users felt, saturation and cost. */
import { spanMs } from '../load/load-span.js';
import type { LoadRecord, Timeline } from '../timeline/record.js';
import { overTargetSpans, shortOfCpu } from './busy-spans.js';
import { cost, type Cost, type GoodRequests } from './cost.js';
import { cpuUsage } from './cpu-usage.js';
import { endpointChurn, type EndpointChurn } from './endpoint-churn.js';
import { explainFlap, type ExplainedFlap } from './explained-flaps.js';
import { failureWindows } from './failure-windows.js';
import { attributeFailures, failureReport, type FailureReport } from './failures.js';
import { imbalance, type Imbalance } from './imbalance.js';
import type { LoadChange, LoadPiece } from './load-changes.js';
import { loadEffects, type LoadEffect } from './load-effects.js';
import { mapMeasure, measured, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { podTroubles } from './pod-troubles.js';
import { podUse } from './pod-use.js';
import { observedProbeEvents } from './probe-failures.js';
import { lossesOf, readiness, type Readiness } from './readiness.js';
import { desiredSeries, readySeries, rescales } from './replicas.js';
import { requestCounts } from './requests.js';
import { cpuTargetOf, experimentOf, noLoadTold, recordsOf, type Span } from './run-facts.js';
import { saturation, type Saturation } from './saturation.js';
import type { ScaleUp } from './scale-up.js';
import { sloCause, type SloCauseSources } from './slo-causes.js';
import { sloOf, sloSeconds } from './slo.js';
import { sloReport, type SloReport } from './slo-report.js';
import { stageFigures, type StageFigures } from './stage-figures.js';

/** The part of an analysis that is about the service. */
export interface ServiceAnalysis {
  readonly readiness: Readiness;
  /** The flaps of `readiness`, each with what surrounded it. */
  readonly flaps: readonly ExplainedFlap[];
  readonly endpoints: EndpointChurn;
  /** The load by stage of the plan; absent for a load without one. */
  readonly stages: Measure<readonly StageFigures[]>;
  /** What each load change did to response times; absent where the changes are not known. */
  readonly loadEffects: Measure<readonly LoadEffect[]>;
  /** Absent without an SLO or a load. */
  readonly slo: Measure<SloReport>;
  readonly failures: FailureReport;
  /** Connections (and so answers) over the pods. */
  readonly imbalance: Measure<Imbalance>;
  readonly saturation: Saturation;
  readonly cost: Cost;
}

/** What was found before. */
export interface ServiceFacts {
  readonly pods: readonly PodHistory[];
  readonly seconds: readonly LoadRecord[];
  readonly changes: Measure<readonly LoadChange[]>;
  readonly plan: Measure<{ readonly pieces: readonly LoadPiece[]; readonly loadStartT: number }>;
  readonly observed: Span;
  readonly scaleUps: readonly ScaleUp[];
}

/** Where the experiment of a header names no flap window. */
const DEFAULT_FLAP_WINDOW_MS = 60_000;
/** Where the experiment of a header names no timeout. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** All that is said of the service. */
export function serviceAnalysis(timeline: Timeline, facts: ServiceFacts): ServiceAnalysis {
  const { pods, seconds, changes, plan, observed: span, scaleUps } = facts;
  const experiment = experimentOf(timeline);
  const events = recordsOf(timeline, 'event');
  const endpoints = recordsOf(timeline, 'endpoints');
  const windowMs = valueOf(experiment)?.flapWindowMs ?? DEFAULT_FLAP_WINDOW_MS;
  const ready = readiness(pods, { span, windowMs, events });
  const shared = sharedSources(timeline, facts);
  const failures = attributeFailures(
    seconds,
    failureWindows({ ...shared, pods, span, workloads: recordsOf(timeline, 'workload') }),
    valueOf(experiment)?.load.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  );
  const settings = sloOf(timeline);
  const slo = sloOfLoad(timeline, { ...shared.causes, failures });
  const probes = observedProbeEvents(events);
  return {
    readiness: ready,
    flaps: ready.flaps.map((flap) =>
      explainFlap(flap, { ...shared, probeEvents: probes, slo: settings, seconds }),
    ),
    endpoints: endpointChurn(endpoints, pods, span),
    stages: mapMeasure(plan, (of) => stageFigures(seconds, of, slo)),
    loadEffects: mapMeasure(changes, (all) => loadEffects(all, seconds, scaleUps)),
    slo,
    failures: failureReport(failures),
    imbalance: imbalance(endpoints, seconds, span.toT),
    saturation: saturation(pods, { ...shared, span }),
    cost: cost(pods, {
      span,
      price: mapMeasure(experiment, ({ price }) => price),
      use: shared.use,
      loadSpan: loadSpan(timeline, seconds),
      goodRequests: goodRequests(timeline, { seconds, slo }),
    }),
  };
}

function sharedSources(timeline: Timeline, { pods, observed, scaleUps }: ServiceFacts) {
  const use = podUse(timeline);
  const troubles = podTroubles(timeline);
  const desired = desiredSeries(timeline);
  const ready = readySeries(pods);
  const target = cpuTargetOf(timeline);
  const shortages = shortOfCpu(pods, use, troubles);
  const causes: Omit<SloCauseSources, 'failures'> = {
    losses: pods.flatMap((pod) => lossesOf(pod, observed)),
    scaleUps,
    desired,
    hpas: recordsOf(timeline, 'hpa'),
    target,
    overTarget:
      target.kind === 'measured' ? overTargetSpans(cpuUsage(timeline), ready, target.value) : [],
    metrics: recordsOf(timeline, 'pod-metrics'),
    shortages,
    troubles,
  };
  return { use, troubles, ready, shortages, causes, rescales: rescales(desired, observed) };
}

function sloOfLoad(timeline: Timeline, causes: SloCauseSources): Measure<SloReport> {
  const settings = sloOf(timeline);
  if (settings.kind !== 'measured') return settings;
  return mapMeasure(sloSeconds(timeline), (bySecond) =>
    sloReport(bySecond, settings.value, (second) => sloCause(second, causes)),
  );
}

function loadSpan(timeline: Timeline, seconds: readonly LoadRecord[]): Measure<Span> {
  const first = seconds[0];
  const last = seconds.at(-1);
  return first === undefined || last === undefined
    ? noLoadTold(timeline)
    : measured({ fromT: first.t, toT: last.t + spanMs(last.load) });
}

function goodRequests(
  timeline: Timeline,
  { seconds, slo }: { readonly seconds: readonly LoadRecord[]; readonly slo: Measure<SloReport> },
): Measure<GoodRequests> {
  if (slo.kind === 'measured') return measured({ count: slo.value.good, by: 'slo' });
  if (seconds.length === 0) return noLoadTold(timeline);
  const { answered } = requestCounts(seconds);
  const all = Object.values(answered).reduce((sum, count) => sum + count, 0);
  return measured({ count: all - (answered['5xx'] ?? 0), by: 'answered' });
}
