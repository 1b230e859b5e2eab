/** All measures of a run, from its timeline alone. */
import type { GapRecord, Timeline } from '../timeline/record.js';
import { podCost, type PodCost } from './cost.js';
import { cpuUsage } from './cpu-usage.js';
import { type ExplainedDecision, hpaDecisions } from './hpa-decisions.js';
import { loadChanges, loadPieces, type LoadChange, type LoadPiece } from './load-changes.js';
import { mapMeasure, measured, noData, valueOf, type Measure } from './measure.js';
import { podHistories } from './pod-history.js';
import { readiness, type Readiness } from './readiness.js';
import {
  desiredSeries,
  endpointSeries,
  existingSeries,
  readySeries,
  replicaFigures,
  rescales,
  stability,
  type ReplicaFigures,
  type Stability,
} from './replicas.js';
import {
  aroundPeak,
  loadStretch,
  stretchesByPiece,
  type AroundPeak,
  type LoadStretch,
} from './requests.js';
import {
  cpuTargetOf,
  experimentOf,
  observedSpan,
  phaseStart,
  recordsOf,
  type CpuTarget,
  type Span,
} from './run-facts.js';
import { explainScaleDown, type ScaleDown } from './scale-down.js';
import { explainScaleUp, type ScaleUp } from './scale-up.js';
import {
  completeness,
  generatorVerdict,
  type Completeness,
  type GeneratorVerdict,
} from './verdicts.js';

/** Where the experiment of a header names no flap window. */
const DEFAULT_FLAP_WINDOW_MS = 60_000;
const SECOND_MS = 1_000;

/** Everything the lab can say of a run. Instants (`t`) are ms since the run began. */
export interface Analysis {
  readonly completeness: Completeness;
  /** Unless it kept up, response times and errors are not the service's. */
  readonly generator: GeneratorVerdict;
  /** From the beginning to the tear-down. */
  readonly observed: Span;
  readonly target: Measure<CpuTarget>;
  readonly loadStartT: Measure;
  /** Absent for a load without a profile. */
  readonly loadChanges: Measure<readonly LoadChange[]>;
  readonly scaleUps: readonly ScaleUp[];
  readonly scaleDowns: readonly ScaleDown[];
  readonly replicas: ReplicaFigures;
  readonly stability: Stability;
  /** Absent when not one second of the load was told. */
  readonly wholeLoad: Measure<LoadStretch>;
  readonly aroundPeak: Measure<AroundPeak>;
  readonly stretches: Measure<readonly LoadStretch[]>;
  readonly readiness: Readiness;
  /** Absent for a run without decisions on record. */
  readonly hpaDecisions: Measure<readonly ExplainedDecision[]>;
  readonly cost: PodCost;
  /** Times in which something was not observed. */
  readonly gaps: readonly GapRecord[];
  readonly notes: readonly string[];
}

/**
 * All measures of a timeline. Pure: the same timeline gives the same analysis, and a timeline whose
 * instants are all shifted gives the same durations.
 */
export function analyze(timeline: Timeline): Analysis {
  const observed = observedSpan(timeline);
  const experiment = experimentOf(timeline);
  const pods = podHistories(timeline);
  const desired = desiredSeries(timeline);
  const ready = readySeries(pods);
  const all = rescales(desired, observed);
  const target = cpuTargetOf(timeline);
  const loadStartT = phaseStart(timeline, 'load');
  const plan = planOf(timeline, loadStartT);
  const changes = mapMeasure(plan, ({ pieces, loadStartT: startT }) => loadChanges(pieces, startT));
  const seconds = recordsOf(timeline, 'load');
  const windowMs = valueOf(experiment)?.flapWindowMs ?? DEFAULT_FLAP_WINDOW_MS;
  const sources = {
    target,
    usage: cpuUsage(timeline),
    metrics: recordsOf(timeline, 'pod-metrics'),
    decisions: recordsOf(timeline, 'hpa-decision'),
    events: recordsOf(timeline, 'event'),
    changes: valueOf(changes) ?? [],
    pods,
    ready,
    existing: existingSeries(pods),
    endpoints: endpointSeries(timeline),
    seconds,
    endT: observed.toT,
  };
  return {
    completeness: completeness(timeline),
    generator: generatorVerdict(timeline),
    observed,
    target,
    loadStartT,
    loadChanges: changes,
    scaleUps: all.flatMap((rescale, index) =>
      rescale.to > rescale.from ? [explainScaleUp(rescale, all.slice(index + 1), sources)] : [],
    ),
    scaleDowns: all.flatMap((rescale, index) =>
      rescale.to < rescale.from ? [explainScaleDown(rescale, all.slice(index + 1), sources)] : [],
    ),
    replicas: replicaFigures(desired, ready, observed),
    stability: stability(all),
    wholeLoad: wholeLoad(seconds),
    aroundPeak: planned(plan, (of) => aroundPeak(seconds, of)),
    stretches: mapMeasure(plan, (of) => stretchesByPiece(seconds, of)),
    hpaDecisions: hpaDecisions(timeline),
    readiness: readiness(pods, { span: observed, windowMs }),
    cost: podCost(
      pods,
      observed,
      mapMeasure(experiment, ({ price }) => price),
    ),
    gaps: recordsOf(timeline, 'gap'),
    notes: recordsOf(timeline, 'note').map(({ text }) => text),
  };
}

interface Plan {
  readonly pieces: readonly LoadPiece[];
  readonly loadStartT: number;
}

function planOf(timeline: Timeline, loadStartT: Measure): Measure<Plan> {
  const experiment = experimentOf(timeline);
  if (experiment.kind !== 'measured') return experiment;
  if (loadStartT.kind !== 'measured') return loadStartT;
  const { load } = experiment.value.load;
  if (load.model === 'closed') return noData('a closed model has no planned rate');
  return measured({ pieces: loadPieces(load.profile), loadStartT: loadStartT.value });
}

function planned<T>(plan: Measure<Plan>, make: (plan: Plan) => Measure<T>): Measure<T> {
  return plan.kind === 'measured' ? make(plan.value) : plan;
}

function wholeLoad(seconds: Parameters<typeof loadStretch>[0]): Measure<LoadStretch> {
  const first = seconds[0];
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return noData('no second of the load was told');
  const span = { fromT: first.t, toT: last.t + SECOND_MS };
  const plannedPerSecond = noData('it is not one stretch of the plan');
  return measured(loadStretch(seconds, { name: 'the whole load', span, plannedPerSecond }));
}
