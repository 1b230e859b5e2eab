/** The stages of a scale-up: when each was over, how that is known and whose delay it was. */
import type { LoadRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import { firstRequest } from './added-pod.js';
import type { HpaWords } from './hpa-reason.js';
import type { LoadChange } from './load-changes.js';
import { mapMeasure, measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import { firstInstant, type Rescale } from './replicas.js';
import { NOT_BY_HPA, type RescaleAuthor } from './rescale-author.js';
import { metricVisible, type Cause, type CauseSources } from './scale-up-cause.js';
import type { ServedSpan } from './served-seconds.js';
import type { SloSecond } from './slo.js';
import { RECOVERED_SECONDS, type SloRecovery } from './slo-recovery.js';
import {
  CREATION_CAUSE,
  decisionCause,
  ENDPOINT_CAUSE,
  metricCause,
  readingCause,
  readyCause,
  requestCause,
  schedulingCause,
  startCause,
  type CauseFacts,
} from './stage-causes.js';
import type { FoundStage, Instant, Stage } from './stages.js';

/**
 * The stages after the load change, in order. `earlier-step` is there only where a step before it answered
 * the same load change: the time until that step's decision.
 */
export const SCALE_UP_STAGES = [
  'earlier-step',
  'over-target',
  'metric-visible',
  'decision',
  'pods-created',
  'scheduled',
  'started',
  'ready',
  'endpoint',
  'first-request',
  'recovered',
] as const;

/** See {@link SCALE_UP_STAGES}. */
export type ScaleUpStageName = (typeof SCALE_UP_STAGES)[number];

/** One stage of one scale-up. */
export type ScaleUpStage = Stage<ScaleUpStageName>;

type Found = FoundStage<ScaleUpStageName>;

/** What a scale-up is explained from. */
export interface ScaleUpSources extends CauseSources, HpaWords, CauseFacts {
  /** Empty when the load is not known. */
  readonly changes: readonly LoadChange[];
  readonly pods: readonly PodHistory[];
  readonly ready: StepSeries;
  readonly endpoints: StepSeries;
  readonly seconds: readonly LoadRecord[];
  readonly served: ReadonlyMap<string, ServedSpan>;
  readonly slo: Measure<readonly SloSecond[]>;
  /** End of the observation. */
  readonly endT: number;
}

/** One scale-up while it is explained. */
export interface Step {
  readonly rescale: Rescale;
  readonly sources: ScaleUpSources;
  readonly end: CompletionLimit;
  readonly added: readonly PodHistory[];
}

/** Until when a scale-up can be completed, and what ended it. */
export interface CompletionLimit {
  readonly t: number;
  readonly because: string;
}

/** A scale-up can be completed until a scale-down below its size, or the end of the observation. */
export function completionLimit(
  rescale: Rescale,
  next: readonly Rescale[],
  endT: number,
): CompletionLimit {
  const lower = next.find(({ to }) => to < rescale.to);
  return lower === undefined
    ? { t: endT, because: 'when the observation ended' }
    : { t: lower.t, because: `when it was scaled to ${lower.to}` };
}

/** What is told of the step before. */
export interface EarlierStep {
  readonly to: number;
  readonly decisionT: number;
  readonly reason: Measure<string>;
}

/** The step before it for the same load change. */
export function earlierStage({ to, decisionT, reason }: EarlierStep): Found {
  const why = reason.kind === 'measured' ? `: ${reason.value}` : ', which was not enough';
  return {
    name: 'earlier-step',
    instant: measured({ t: decisionT, evidence: `the step before it, to ${to}, was decided` }),
    cause: () => `HPA: it went to ${to} first${why}`,
  };
}

/** From the load change to the decision. */
export function causeStages(
  { rescale, sources }: Step,
  cause: Cause,
  author: RescaleAuthor,
): readonly Found[] {
  const visible = author === 'other' ? noData(NOT_BY_HPA) : metricVisible(rescale, cause, sources);
  return [
    {
      name: 'over-target',
      instant: cause.overTarget,
      cause: (span) => readingCause(valueOf(cause.change), cause.readingMs, span),
    },
    {
      name: 'metric-visible',
      instant: visible,
      cause: () => metricCause(valueOf(visible)?.windowMs, sources),
    },
    {
      name: 'decision',
      instant: measured({ t: rescale.t, evidence: 'spec.replicas of the Deployment was changed' }),
      cause: (span) => (author === 'other' ? NOT_BY_HPA : decisionCause('up', span, sources)),
    },
  ];
}

/** From the decision to requests answered by the new pods. */
export function podStages(step: Step, ready: Measure<Instant>): readonly Found[] {
  const { sources, added } = step;
  const scheduled = lastOf(step, 'scheduled', (pod) => pod.scheduledT);
  const started = lastOf(step, 'started', (pod) => pod.startedT);
  const readyT = valueOf(ready)?.t ?? Infinity;
  const lastReady = added
    .filter((pod) => (pod.readyT ?? Infinity) <= readyT)
    .reduce<PodHistory | undefined>(
      (last, pod) => ((pod.readyT ?? 0) > (last?.readyT ?? -1) ? pod : last),
      undefined,
    );
  return [
    {
      name: 'pods-created',
      instant: lastOf(step, 'created', (pod) => pod.createdT).instant,
      cause: () => CREATION_CAUSE,
    },
    {
      name: 'scheduled',
      instant: scheduled.instant,
      cause: ({ t }) => schedulingCause(scheduled.pod, t, sources),
    },
    {
      name: 'started',
      instant: started.instant,
      cause: ({ t }) => startCause(started.pod, t, sources),
    },
    { name: 'ready', instant: ready, cause: (span) => readyCause(lastReady, span, sources) },
    {
      name: 'endpoint',
      instant: thatMany(sources.endpoints, step, 'endpoints ready'),
      cause: () => ENDPOINT_CAUSE,
    },
    {
      name: 'first-request',
      instant: firstRequests(step),
      cause: () => requestCause(sources),
    },
  ];
}

/** When the last of the added pods came to something, and which that was. */
function lastOf(
  { rescale, added, end }: Step,
  what: string,
  instantOf: (pod: PodHistory) => number | undefined,
): { readonly instant: Measure<Instant>; readonly pod: PodHistory | undefined } {
  const wanted = rescale.to - rescale.from;
  const came = added
    .map((pod) => ({ pod, t: instantOf(pod) ?? Infinity }))
    .filter(({ t }) => t <= end.t)
    .sort((a, b) => a.t - b.t);
  const last = came.at(-1);
  if (came.length < wanted || last === undefined) {
    const because = `${came.length} of ${wanted} new pods were ${what} ${end.because}`;
    return { instant: notReached(because), pod: undefined };
  }
  const evidence = `the last of ${wanted} new pods was seen ${what}: ${last.pod.name}`;
  return { instant: measured({ t: last.t, evidence }), pod: last.pod };
}

function firstRequests(step: Step): Measure<Instant> {
  const { served, seconds } = step.sources;
  if (seconds.length === 0) return noData('no second of the load was told');
  if (served.size === 0) return noData('the answers do not name the pod that gave them');
  return mapMeasure(
    lastOf(step, 'answering requests', (pod) => firstRequest(pod, served)).instant,
    ({ t, evidence }) => ({ t, evidence: `${evidence} (to the second in which it was due)` }),
  );
}

/** When there were as many as the new size for the first time since the decision. */
export function thatMany(
  series: StepSeries,
  { rescale, end }: Step,
  what: string,
): Measure<Instant> {
  if (series.length === 0) return noData(`${what} were not observed`);
  const span = { fromT: rescale.t, toT: end.t };
  const t = firstInstant(series, span, (value) => value >= rescale.to);
  if (t !== undefined) return measured({ t, evidence: `${rescale.to} ${what}` });
  return notReached(`there were not ${rescale.to} ${what} at once ${end.because}`);
}

/** When the SLO held again. */
export function recoveredStage(
  recovery: Measure<SloRecovery>,
  changeT: number | undefined,
  changes: readonly LoadChange[],
): Found {
  const instant = recoveredInstant(recovery);
  const t = valueOf(instant)?.t ?? -Infinity;
  const fall = changes.find(
    (change) => change.direction === 'down' && change.t > (changeT ?? t) && change.t <= t,
  );
  return {
    name: 'recovered',
    instant,
    cause: (span) => {
      if (fall !== undefined) return 'load: it had fallen by then, which may be why the SLO held';
      return span.t > span.startT
        ? 'backlog: what had waited was worked off'
        : 'none: the SLO held again before all pods were there';
    },
  };
}

function recoveredInstant(recovery: Measure<SloRecovery>): Measure<Instant> {
  if (recovery.kind !== 'measured') return recovery;
  const { value } = recovery;
  if (value.kind === 'held') return noData('the SLO held: there was nothing to recover from');
  return mapMeasure(value.recoveredT, (t) => ({
    t,
    evidence: `the first of ${RECOVERED_SECONDS} seconds in a row that held the SLO`,
  }));
}
