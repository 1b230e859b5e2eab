/** The stages of a scale-down: when each was over, how that is known and whose delay it was. */
import type { LoadRecord } from '../timeline/record.js';
import type { StepSeries } from '../timeline/series.js';
import type { LoadChange } from './load-changes.js';
import { measured, noData, notReached, valueOf, type Measure } from './measure.js';
import type { PodHistory } from './pod-history.js';
import type { Rescale } from './replicas.js';
import { NOT_BY_HPA } from './rescale-author.js';
import { isOverTarget, type CpuTarget } from './run-facts.js';
import type { ScaleUpSources } from './scale-up-stages.js';
import {
  decisionCause,
  ENDPOINT_CAUSE,
  LAST_REQUEST_CAUSE,
  metricCause,
  readingCause,
  REMOVAL_CAUSE,
  shutdownCause,
} from './stage-causes.js';
import type { FoundStage, Instant, Stage } from './stages.js';

/** The stages after the load drop, in order. */
export const SCALE_DOWN_STAGES = [
  'under-target',
  'metric-visible',
  'decision',
  'terminating',
  'out-of-endpoints',
  'last-request',
  'gone',
] as const;

/** See {@link SCALE_DOWN_STAGES}. */
export type ScaleDownStageName = (typeof SCALE_DOWN_STAGES)[number];

/** One stage of one scale-down. */
export type ScaleDownStage = Stage<ScaleDownStageName>;

type Found = FoundStage<ScaleDownStageName>;

/** What a scale-down is explained from. */
export interface ScaleDownSources extends ScaleUpSources {
  readonly existing: StepSeries;
}

/** One scale-down while it is explained. */
export interface Step {
  readonly rescale: Rescale;
  readonly sources: ScaleDownSources;
  readonly removed: readonly PodHistory[];
  readonly ended: string;
}

/** What ended the time in which it could be completed, in words. */
export function endedBy({ to }: Rescale, next: readonly Rescale[]): string {
  const higher = next.find((each) => each.to > to);
  return higher === undefined ? 'when the observation ended' : `when it was scaled to ${higher.to}`;
}

function byHandCause(): string {
  return NOT_BY_HPA;
}

/** Of a size that someone else set only the change itself is known. */
export function byHandStages({ t }: Rescale): readonly Found[] {
  const cause = byHandCause;
  return [
    { name: 'under-target', instant: noData(NOT_BY_HPA), cause },
    { name: 'metric-visible', instant: noData(NOT_BY_HPA), cause },
    { name: 'decision', instant: decided(t), cause },
  ];
}

function decided(t: number): Measure<Instant> {
  return measured({ t, evidence: 'spec.replicas of the Deployment was changed' });
}

/** From the load drop to the decision. */
export function decisionStages(
  rescale: Rescale,
  change: Measure<LoadChange>,
  sources: ScaleDownSources,
): readonly Found[] {
  const under = underTarget(rescale, change, sources);
  const visible = lowMetricVisible(rescale, under, sources);
  return [
    {
      name: 'under-target',
      instant: under,
      cause: (span) => readingCause(valueOf(change), valueOf(under)?.overMs, span),
    },
    {
      name: 'metric-visible',
      instant: visible,
      cause: () => metricCause(valueOf(visible)?.overMs, sources),
    },
    {
      name: 'decision',
      instant: decided(rescale.t),
      cause: (span) => decisionCause('down', span, sources),
    },
  ];
}

/** An instant, and over how long what was seen is a mean. */
interface MeanInstant extends Instant {
  readonly overMs: number | undefined;
}

function underTarget(
  rescale: Rescale,
  change: Measure<LoadChange>,
  { target, usage }: ScaleDownSources,
): Measure<MeanInstant> {
  if (target.kind !== 'measured') return target;
  if (usage.length === 0) return noData('true CPU usage was not read');
  if (change.kind !== 'measured') return noData('it is not known from when on to look');
  const low = usage.find(
    ({ t, totalMillicores }) =>
      t >= change.value.t && !isOverTarget(totalMillicores, rescale.to, target.value),
  );
  if (low === undefined || low.t > rescale.t) {
    return notReached(
      `of the readings of true CPU usage between the load change and the decision none was low enough for ${rescale.to} pods`,
    );
  }
  const evidence = `the pods used ${Math.round(low.totalMillicores)}m: ${enough(rescale, target.value)}`;
  return measured({ t: low.t, evidence, overMs: low.t - low.fromT });
}

function enough({ to }: Rescale, { utilizationPercent }: CpuTarget): string {
  return `${to} pods are enough for it at ${utilizationPercent} %`;
}

/** The metrics API is polled: what an HPA used may show this long after its decision. */
const POLL_SKEW_MS = 2_000;

function lowMetricVisible(
  rescale: Rescale,
  under: Measure<Instant>,
  { target, metrics }: ScaleDownSources,
): Measure<MeanInstant> {
  if (target.kind !== 'measured') return target;
  if (metrics.length === 0) return noData('the metrics API was not read');
  if (under.kind !== 'measured') return noData('it is not known from when on to look');
  const shown = ({ pods }: (typeof metrics)[number]): number =>
    pods.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0);
  const record = metrics.find(
    (each) =>
      each.t >= under.value.t &&
      each.t <= rescale.t + POLL_SKEW_MS &&
      !isOverTarget(shown(each), rescale.to, target.value),
  );
  if (record === undefined) {
    return notReached('no content of the metrics API before the decision was low enough');
  }
  return measured({
    t: Math.min(record.t, rescale.t),
    evidence: `the metrics API showed ${Math.round(shown(record))}m: ${enough(rescale, target.value)}`,
    overMs: record.pods[0]?.windowMs,
  });
}

/** From the decision to the last process gone. */
export function podStages(step: Step): readonly Found[] {
  const { served, seconds } = step.sources;
  return [
    {
      name: 'terminating',
      instant: lastOf(step, 'terminating', (pod) => pod.terminatingT ?? pod.goneT),
      cause: () => REMOVAL_CAUSE,
    },
    {
      name: 'out-of-endpoints',
      instant: outOfEndpoints(step),
      cause: () => ENDPOINT_CAUSE,
    },
    {
      name: 'last-request',
      instant: lastRequest(step, served, seconds),
      cause: () => LAST_REQUEST_CAUSE,
    },
    {
      name: 'gone',
      instant: lastOf(step, 'gone', (pod) => pod.goneT),
      cause: shutdownCause,
    },
  ];
}

function lastOf(
  { rescale, removed, ended, sources }: Step,
  what: string,
  instantOf: (pod: PodHistory) => number | undefined,
): Measure<Instant> {
  const wanted = rescale.from - rescale.to;
  const came = removed
    .map((pod) => ({ name: pod.name, t: instantOf(pod) ?? Infinity }))
    .filter(({ t }) => t <= sources.endT)
    .sort((a, b) => a.t - b.t);
  const last = came.at(-1);
  if (came.length < wanted || last === undefined) {
    return notReached(`${came.length} of ${wanted} pods were ${what} ${ended}`);
  }
  const evidence = `the last of ${wanted} removed pods was seen ${what}: ${last.name}`;
  return measured({ t: last.t, evidence });
}

/** Pods that never were among the endpoints have nothing to leave. */
function outOfEndpoints(step: Step): Measure<Instant> {
  if (step.sources.endpoints.length === 0) return noData('endpoints were not observed');
  const were = step.removed.filter(({ endpointT }) => endpointT !== undefined);
  if (were.length === 0) return noData('none of the removed pods was seen in the endpoints');
  const { rescale } = step;
  const of = { ...rescale, from: rescale.to + were.length };
  return lastOf({ ...step, rescale: of, removed: were }, 'out of the endpoints', (pod) => {
    return pod.leftEndpointsT;
  });
}

function lastRequest(
  step: Step,
  served: ScaleDownSources['served'],
  seconds: readonly LoadRecord[],
): Measure<Instant> {
  if (seconds.length === 0) return noData('no second of the load was told');
  if (served.size === 0) return noData('the answers do not name the pod that gave them');
  const ends = step.removed.flatMap((pod) => {
    const span = served.get(pod.name);
    return span === undefined
      ? []
      : [{ name: pod.name, t: Math.min(span.lastT, pod.goneT ?? Infinity) }];
  });
  const last = ends.sort((a, b) => a.t - b.t).at(-1);
  if (last === undefined) return noData('the removed pods answered no request');
  const evidence = `the last request that a removed pod answered was due in the second before, ${last.name}`;
  return measured({ t: last.t, evidence });
}
