/** What every measure asks of a timeline: its experiment, its phases, the HPA's CPU target. */
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { fieldOf, isRecord, valueAt } from '../core/json.js';
import { milliValue } from '../core/quantity.js';
import type { Experiment } from '../experiment/experiment.js';
import type { Phase, Timeline, TimelineRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';

type ByKind = Map<TimelineRecord['kind'], TimelineRecord[]>;

// Every measure asks for its kinds; a timeline never changes, so it is gone through once.
const SORTED = new WeakMap<Timeline, ByKind>();

/** The records of one kind, in order of time. */
export function recordsOf<K extends TimelineRecord['kind']>(
  timeline: Timeline,
  kind: K,
): readonly Extract<TimelineRecord, { readonly kind: K }>[] {
  const records: readonly TimelineRecord[] = byKind(timeline).get(kind) ?? [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they were sorted by just this field
  return records as readonly Extract<TimelineRecord, { readonly kind: K }>[];
}

function byKind(timeline: Timeline): ByKind {
  const known = SORTED.get(timeline);
  if (known !== undefined) return known;
  const sorted: ByKind = new Map();
  for (const record of timeline.records) {
    const same = sorted.get(record.kind);
    if (same === undefined) sorted.set(record.kind, [record]);
    else same.push(record);
  }
  SORTED.set(timeline, sorted);
  return sorted;
}

/** The experiment of the header; absent when it is none that this version can read. */
export function experimentOf(timeline: Timeline): Measure<Experiment> {
  const { experiment } = timeline.header;
  return isExperiment(experiment)
    ? measured(experiment)
    : noData('the header holds no experiment that this version can read');
}

function isExperiment(value: unknown): value is Experiment {
  return (
    typeof fieldOf(value, 'name') === 'string' &&
    typeof fieldOf(value, 'flapWindowMs') === 'number' &&
    isRecord(fieldOf(value, 'price')) &&
    isRecord(valueAt(value, ['load', 'load']))
  );
}

/** When a phase began, ms since the run began. */
export function phaseStart(timeline: Timeline, phase: Phase): Measure {
  const record = recordsOf(timeline, 'phase').find((each) => each.phase === phase);
  return record === undefined
    ? noData(`the run did not come to the ${phase} phase`)
    : measured(record.t);
}

/** Why a load is not known of which not one second was told. */
export function noLoadTold(timeline: Timeline): Measure<never> {
  const start = phaseStart(timeline, 'load');
  return start.kind === 'measured' ? noData('no second of the load was told') : start;
}

/** Part of a run, ms since it began. */
export interface Span {
  readonly fromT: number;
  readonly toT: number;
}

/**
 * What counts as the run when things are counted or added up: from its beginning (the header) to the
 * beginning of the tear-down, or to the last record when there was none. What tearing down does is no
 * result.
 */
export function observedSpan(timeline: Timeline): Span {
  const tearDown = phaseStart(timeline, 'tear-down');
  const toT =
    tearDown.kind === 'measured'
      ? tearDown.value
      : (timeline.records.at(-1)?.t ?? timeline.header.t);
  return { fromT: timeline.header.t, toT };
}

/** The CPU target of the HPA under test. */
export interface CpuTarget {
  /** Of what pods request, percent. */
  readonly utilizationPercent: number;
  /** CPU request of one pod. */
  readonly requestMillicores: number;
  /** Deviation upwards that changes nothing: 0.1 is 10 %. */
  readonly tolerance: number;
}

/** Upstream's default of `--horizontal-pod-autoscaler-tolerance`. */
const DEFAULT_TOLERANCE = 0.1;

/**
 * The HPA's target, from the applied manifests; absent when it has no CPU utilization target or the
 * pods request no CPU.
 */
export function cpuTargetOf(timeline: Timeline): Measure<CpuTarget> {
  const experiment = experimentOf(timeline);
  const hpa = hpaOf(timeline);
  if (hpa === undefined) return noData('the header holds no HorizontalPodAutoscaler');
  const metric = hpa.spec.metrics?.find(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu',
  );
  const utilizationPercent = metric?.resource?.target.averageUtilization;
  if (utilizationPercent === undefined) return noData('the HPA has no CPU utilization target');
  const requestMillicores = cpuRequestOf(timeline);
  if (requestMillicores === undefined) return noData('no pod that requests CPU was seen');
  const ownTolerance = hpa.spec.behavior?.scaleUp?.tolerance;
  const tolerance =
    ownTolerance === undefined ? controllerTolerance(experiment) : milliValue(ownTolerance) / 1_000;
  return measured({ utilizationPercent, requestMillicores, tolerance });
}

/** What a pod requests, millicores, of the first that requests any CPU; undefined when none was seen. */
export function cpuRequestOf(timeline: Timeline): number | undefined {
  return recordsOf(timeline, 'pod').find(({ requests }) => requests.cpuMillicores !== undefined)
    ?.requests.cpuMillicores;
}

/** Whether any HPA took part, as far as was applied or seen. */
export function hasHpa(timeline: Timeline): boolean {
  return (
    hpaOf(timeline) !== undefined ||
    recordsOf(timeline, 'hpa').length > 0 ||
    recordsOf(timeline, 'hpa-decision').length > 0
  );
}

/** The applied HPA under test; undefined when the header holds none. */
export function hpaOf(timeline: Timeline): HorizontalPodAutoscaler | undefined {
  const experiment = experimentOf(timeline);
  return timeline.header.manifests
    .filter(isHpa)
    .find(
      ({ metadata }) => experiment.kind !== 'measured' || metadata.name === experiment.value.hpa,
    );
}

function isHpa(value: unknown): value is HorizontalPodAutoscaler {
  return (
    fieldOf(value, 'kind') === 'HorizontalPodAutoscaler' &&
    isRecord(fieldOf(value, 'spec')) &&
    typeof valueAt(value, ['metadata', 'name']) === 'string'
  );
}

function controllerTolerance(experiment: Measure<Experiment>): number {
  const tolerance =
    experiment.kind === 'measured'
      ? valueAt(experiment.value, ['embedded', 'hpaController', 'tolerance'])
      : undefined;
  return typeof tolerance === 'number' ? tolerance : DEFAULT_TOLERANCE;
}

/**
 * Whether usage calls for more than `pods` pods: utilization, were it spread over that many, is above
 * target and tolerance.
 *
 * @param usageMillicores - of all pods together.
 * @see Source: kubernetes `pkg/controller/podautoscaler/metrics/utilization.go`,
 *   `GetResourceUtilizationRatio` (whole percent first) and `replica_calculator.go` (tolerance).
 */
export function isOverTarget(usageMillicores: number, pods: number, target: CpuTarget): boolean {
  const percent = Math.trunc((usageMillicores * 100) / (pods * target.requestMillicores));
  return percent / target.utilizationPercent > 1 + target.tolerance;
}
