/** Every measure of scaling: what the HPA and the cluster did, how long it took and how well it fitted. */
import { perSecond, spanMs } from '../load/load-span.js';
import { distribution, type Distribution } from './distribution.js';
import type { LoadRecord, Timeline } from '../timeline/record.js';
import { seriesValueAt, type StepSeries } from '../timeline/series.js';
import { cpuUsage } from './cpu-usage.js';
import {
  demandOver,
  elasticity,
  type Demand,
  type Elasticity,
  type SecondRate,
} from './elasticity.js';
import { conditionHolds, decisionHolds } from './hpa-holds.js';
import type { LoadChange, LoadPiece } from './load-changes.js';
import { mapMeasure, measured, noData, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import {
  desiredSeries,
  endpointSeries,
  existingSeries,
  readySeries,
  replicaFigures,
  rescales,
  type ReplicaFigures,
} from './replicas.js';
import { cpuTargetOf, experimentOf, recordsOf, type Span } from './run-facts.js';
import { explainScaleDowns, type ScaleDown, type ScaleDownStageName } from './scale-down.js';
import { explainScaleUps, type ScaleUp, type ScaleUpStageName } from './scale-up.js';
import { scalingFacts, UPSTREAM_SYNC_PERIOD_MS } from './scaling-facts.js';
import { servedSpans } from './served-seconds.js';
import { sloSeconds } from './slo.js';
import { stability, type AttributedRescale, type Stability } from './stability.js';
import type { Stage } from './stages.js';

/** The times of all steps in one direction. */
export interface StepTimes<Name extends string> {
  /** From the load change to that many pods ready, or to the last one gone. */
  readonly latency: Distribution;
  /** From a broken SLO to its recovery; scale-downs have none. */
  readonly recovery: Distribution;
  /** Lengths of each stage that a step had, by its name. */
  readonly stages: Readonly<Partial<Record<Name, Distribution>>>;
}

/** Replica counts in one stage of the load. */
export interface StageReplicas {
  readonly stage: string;
  readonly figures: ReplicaFigures;
}

/** What the analysis of a run says of scaling. */
export interface ScalingAnalysis {
  readonly scaleUps: readonly ScaleUp[];
  readonly scaleUpTimes: StepTimes<ScaleUpStageName>;
  readonly scaleDowns: readonly ScaleDown[];
  readonly scaleDownTimes: StepTimes<ScaleDownStageName>;
  readonly replicas: ReplicaFigures;
  /** One for each stage of the plan that the run came to; absent for a load without a profile. */
  readonly replicasByStage: Measure<readonly StageReplicas[]>;
  readonly stability: Stability;
  /** Absent without a demand curve. */
  readonly elasticity: Measure<Elasticity>;
}

/** What is known of the load. */
export interface LoadFacts {
  readonly pods: readonly PodHistory[];
  readonly seconds: readonly LoadRecord[];
  /** Planned, else measured. */
  readonly changes: Measure<readonly LoadChange[]>;
  /** Absent for a load without a profile. */
  readonly plan: Measure<{ readonly pieces: readonly LoadPiece[]; readonly loadStartT: number }>;
  readonly observed: Span;
}

/** The measures of scaling; pure, as all analysis is. */
export function scalingAnalysis(timeline: Timeline, load: LoadFacts): ScalingAnalysis {
  const { pods, seconds, changes, observed, plan } = load;
  const desired = desiredSeries(timeline);
  const ready = readySeries(pods);
  const all = rescales(desired, observed);
  const facts = scalingFacts(timeline);
  const decisions = recordsOf(timeline, 'hpa-decision');
  const hpas = recordsOf(timeline, 'hpa');
  const decided = decisionHolds(decisions);
  const sources = {
    facts,
    held: decided.length > 0 ? decided : conditionHolds(hpas),
    hasDecisions: decided.length > 0,
    target: cpuTargetOf(timeline),
    usage: cpuUsage(timeline),
    metrics: recordsOf(timeline, 'pod-metrics'),
    decisions,
    events: recordsOf(timeline, 'event'),
    changes: valueOf(changes) ?? [],
    pods,
    desired,
    rescales: all,
    ready,
    existing: existingSeries(pods),
    endpoints: endpointSeries(timeline),
    seconds,
    served: servedSpans(seconds),
    slo: sloSeconds(timeline),
    endT: observed.toT,
  };
  const scaleUps = explainScaleUps(all, sources);
  const scaleDowns = explainScaleDowns(all, sources);
  const demand = demandOf(timeline, load);
  const loadStartT = valueOf(plan)?.loadStartT ?? seconds[0]?.t;
  return {
    scaleUps,
    scaleUpTimes: scaleUpTimes(scaleUps),
    scaleDowns,
    scaleDownTimes: scaleDownTimes(scaleDowns),
    replicas: replicaFigures(desired, ready, observed),
    replicasByStage: mapMeasure(plan, (of) =>
      stageSpans(of.pieces, of.loadStartT, observed.toT).map(({ stage, span }) => ({
        stage,
        figures: replicaFigures(desired, ready, span),
      })),
    ),
    stability: stability({
      rescales: [...scaleUps, ...scaleDowns].map(attributed).sort((a, b) => a.t - b.t),
      changes,
      demand: mapMeasure(demand, ({ series }) => series),
      decisions,
      hpas,
      syncPeriodMs: facts.syncPeriodMs ?? UPSTREAM_SYNC_PERIOD_MS,
      span: { fromT: loadStartT ?? observed.fromT, toT: observed.toT },
    }),
    elasticity: elasticityOf(demand, { ready, desired }),
  };
}

function attributed({
  decisionT: t,
  from,
  to,
  author,
  change,
}: ScaleUp | ScaleDown): AttributedRescale {
  return { t, from, to, author, change };
}

const NO_SCALE_UP = 'there was no scale-up';
const NO_SCALE_DOWN = 'there was no scale-down';

/** The times of some scale-ups, such as those of one stage of the load. */
export function scaleUpTimes(steps: readonly ScaleUp[]): StepTimes<ScaleUpStageName> {
  return {
    latency: distribution(
      steps.map(({ latencyMs }) => latencyMs),
      NO_SCALE_UP,
    ),
    recovery: distribution(
      steps.map(({ recoveryMs }) => recoveryMs),
      NO_SCALE_UP,
    ),
    stages: stageTimes(steps),
  };
}

/** The times of some scale-downs. */
export function scaleDownTimes(steps: readonly ScaleDown[]): StepTimes<ScaleDownStageName> {
  return {
    latency: distribution(
      steps.map(({ latencyMs }) => latencyMs),
      NO_SCALE_DOWN,
    ),
    recovery: distribution([], 'the SLO is held against scale-ups'),
    stages: stageTimes(steps),
  };
}

/** A stage is only in the list when some step had it, so there is a reason of its own. */
const NO_LENGTH = 'no step had that stage';
const NO_BEGIN = noData(
  'it is the first that is known of its step, which has no load change: when it began is not known',
);

function stageTimes<Name extends string>(
  steps: readonly { readonly stages: readonly Stage<Name>[] }[],
): Readonly<Partial<Record<Name, Distribution>>> {
  const lengths = new Map<Name, Measure[]>();
  for (const { name, seen } of steps.flatMap(({ stages }) => stages)) {
    const length =
      seen.kind === 'measured'
        ? seen.value.lengthMs === undefined
          ? NO_BEGIN
          : measured(seen.value.lengthMs)
        : seen;
    lengths.set(name, [...(lengths.get(name) ?? []), length]);
  }
  const times: Partial<Record<Name, Distribution>> = {};
  for (const [name, each] of lengths) times[name] = distribution(each, NO_LENGTH);
  return times;
}

interface StageSpan {
  readonly stage: string;
  readonly span: Span;
}

function stageSpans(
  pieces: readonly LoadPiece[],
  loadStartT: number,
  endT: number,
): readonly StageSpan[] {
  const spans = new Map<string, Span>();
  for (const { stage, fromMs, toMs } of pieces) {
    const fromT = spans.get(stage)?.fromT ?? loadStartT + fromMs;
    if (fromT < endT) spans.set(stage, { fromT, toT: Math.min(loadStartT + toMs, endT) });
  }
  return [...spans].map(([stage, span]) => ({ stage, span }));
}

function demandOf(timeline: Timeline, load: LoadFacts): Measure<Demand> {
  const experiment = experimentOf(timeline);
  if (experiment.kind !== 'measured') return experiment;
  const { demandCurve } = experiment.value;
  return demandCurve === undefined
    ? noData('the experiment names no demand curve: `npm run capacity` finds one')
    : demandOver(demandCurve, secondRates(load));
}

/** The planned rate in the middle of each second that was sent, else the arrivals due in it. */
function secondRates({ plan, seconds }: LoadFacts): readonly SecondRate[] {
  const known = valueOf(plan);
  if (known === undefined)
    return seconds.map(({ t, load }) => ({
      t,
      lengthMs: spanMs(load),
      perSecond: perSecond(load.due, load),
    }));
  let index = 0;
  return seconds.map(({ t, load }) => {
    const atMs = t - known.loadStartT + spanMs(load) / 2;
    while (index < known.pieces.length - 1 && (known.pieces[index]?.toMs ?? 0) <= atMs) index++;
    const piece = known.pieces[index];
    return {
      t,
      lengthMs: spanMs(load),
      perSecond: piece === undefined ? perSecond(load.due, load) : rateIn(piece, atMs),
    };
  });
}

function rateIn({ fromMs, toMs, fromPerSecond, toPerSecond }: LoadPiece, atMs: number): number {
  const share = Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
  return fromPerSecond + share * (toPerSecond - fromPerSecond);
}

function elasticityOf(
  demand: Measure<Demand>,
  { ready, desired }: { readonly ready: StepSeries; readonly desired: StepSeries },
): Measure<Elasticity> {
  if (demand.kind !== 'measured') return demand;
  const replicas = seriesValueAt(desired, demand.value.span.fromT);
  return elasticity(
    demand.value,
    ready,
    replicas === undefined
      ? noData('the size of the Deployment when the load began was not observed')
      : { kind: 'measured', value: replicas },
  );
}
