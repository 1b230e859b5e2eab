/** All measures of a run, from its timeline alone. */
import { spanMs } from '../load/load-span.js';
import type { GapRecord, LoadRecord, Timeline } from '../timeline/record.js';
import { loadByRequest, type LoadByRequest } from './by-request.js';
import { type ExplainedDecision, hpaDecisions } from './hpa-decisions.js';
import { loadChanges, loadPieces, type LoadChange, type LoadPiece } from './load-changes.js';
import { mapMeasure, measured, noData, type Measure } from './measure.js';
import { podHistories } from './pod-history.js';
import { prometheusTold, type PrometheusTold } from './prometheus-series.js';
import { measuredLoadChanges } from './rate-changes.js';
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
  hasHpa,
  noLoadTold,
  observedSpan,
  phaseStart,
  recordsOf,
  type CpuTarget,
  type Span,
} from './run-facts.js';
import { scalingAnalysis, type ScalingAnalysis } from './scaling-analysis.js';
import { serviceAnalysis, type ServiceAnalysis } from './service-analysis.js';
import {
  completeness,
  generatorVerdict,
  type Completeness,
  type GeneratorVerdict,
} from './verdicts.js';

/** Everything the lab can say of a run. Instants (`t`) are ms since the run began. */
export interface Analysis extends ScalingAnalysis, ServiceAnalysis {
  readonly completeness: Completeness;
  /** Unless it kept up, response times and errors are not the service's. */
  readonly generator: GeneratorVerdict;
  /** From the beginning to the tear-down. */
  readonly observed: Span;
  readonly target: Measure<CpuTarget>;
  /** Whether an HPA was applied or seen; without one nothing scales by itself. */
  readonly hasHpa: boolean;
  readonly loadStartT: Measure;
  /** Of the plan; for a load without one found from the arrivals of each second. */
  readonly loadChanges: Measure<readonly LoadChange[]>;
  /** Absent when not one second of the load was told. */
  readonly wholeLoad: Measure<LoadStretch>;
  readonly aroundPeak: Measure<AroundPeak>;
  readonly stretches: Measure<readonly LoadStretch[]>;
  /** The whole load by kind of request. */
  readonly byRequest: LoadByRequest;
  /** Absent for a run without decisions on record. */
  readonly hpaDecisions: Measure<readonly ExplainedDecision[]>;
  /** Absent when the experiment names no Prometheus. */
  readonly prometheus: Measure<PrometheusTold>;
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
  const pods = podHistories(timeline);
  const loadStartT = phaseStart(timeline, 'load');
  const plan = planOf(timeline, loadStartT);
  const seconds = recordsOf(timeline, 'load');
  const changes = changesOf(plan, seconds);
  const facts = { pods, seconds, changes, plan, observed };
  const scaling = scalingAnalysis(timeline, facts);
  return {
    completeness: completeness(timeline),
    generator: generatorVerdict(timeline),
    observed,
    target: cpuTargetOf(timeline),
    loadStartT,
    loadChanges: changes,
    ...scaling,
    ...serviceAnalysis(timeline, { ...facts, scaleUps: scaling.scaleUps }),
    wholeLoad: seconds.length === 0 ? noLoadTold(timeline) : wholeLoad(seconds),
    hasHpa: hasHpa(timeline),
    aroundPeak: planned(plan, (of) => aroundPeak(seconds, of)),
    stretches: mapMeasure(plan, (of) => stretchesByPiece(seconds, of)),
    byRequest: loadByRequest(seconds),
    hpaDecisions: hpaDecisions(timeline),
    prometheus: prometheusTold(timeline),
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

function changesOf(
  plan: Measure<Plan>,
  seconds: readonly LoadRecord[],
): Measure<readonly LoadChange[]> {
  if (plan.kind === 'measured') {
    return measured(loadChanges(plan.value.pieces, plan.value.loadStartT));
  }
  return seconds.length === 0 ? plan : measured(measuredLoadChanges(seconds));
}

function planned<T>(plan: Measure<Plan>, make: (plan: Plan) => Measure<T>): Measure<T> {
  return plan.kind === 'measured' ? make(plan.value) : plan;
}

function wholeLoad(seconds: readonly LoadRecord[]): Measure<LoadStretch> {
  const first = seconds[0];
  const last = seconds.at(-1);
  if (first === undefined || last === undefined) return noData('no second of the load was told');
  const span = { fromT: first.t, toT: last.t + spanMs(last.load) };
  const plannedPerSecond = noData('it is not one stretch of the plan');
  return measured(loadStretch(seconds, { name: 'the whole load', span, plannedPerSecond }));
}
