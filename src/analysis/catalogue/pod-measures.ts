/** Named measures of pods: probes, endpoints, saturation. */
import type { Analysis } from '../analyze.js';
import { mapMeasure, measured, noData, type Measure } from '../measure.js';
import type { SaturationFigures } from '../saturation.js';
import type { Spread } from '../spread.js';
import type { MeasureDefinition } from './definition.js';

const NO_POD = 'no pod was seen';

/** Counts over pods say nothing of a run in which none was seen. */
function ofPods(of: (analysis: Analysis) => number): MeasureDefinition['of'] {
  return (analysis) =>
    analysis.readiness.pods.length === 0 ? noData(NO_POD) : measured(of(analysis));
}

const probeMeasures: readonly MeasureDefinition[] = [
  {
    name: 'probe.flaps',
    unit: 'count',
    better: 'lower',
    summary: 'Times a ready pod stopped being ready and was ready again within the flap window.',
    formula: 'sum over pods; a pod that is being deleted does not count',
    source: 'pod records; flapWindow of the experiment (1 min where it names none)',
    absentWhen: NO_POD,
    needsPunctualSender: false,
    of: ofPods(({ readiness }) => readiness.flaps.length),
  },
  {
    name: 'probe.losses',
    unit: 'count',
    better: 'lower',
    summary: 'Times a ready pod stopped being ready without being deleted, flaps included.',
    formula: 'sum over pods',
    source: 'pod records',
    absentWhen: NO_POD,
    needsPunctualSender: false,
    of: ofPods(({ readiness }) => readiness.losses),
  },
  {
    name: 'probe.outOfRotation',
    unit: 'ms',
    better: 'lower',
    summary: 'Time that pods spent not ready after such a loss.',
    formula: 'sum over losses, until ready again, deleted, or the end of the observation',
    source: 'pod records',
    absentWhen: NO_POD,
    needsPunctualSender: false,
    of: ofPods(({ readiness }) => readiness.outOfRotationMs),
  },
  {
    name: 'probe.readinessFailures',
    unit: 'count',
    better: 'lower',
    summary: 'Failed readiness probes, those of pods that are starting included.',
    formula: 'rises of the count of Events Unhealthy "Readiness probe failed"',
    source: 'event records',
    absentWhen: 'no Event of a pod was observed',
    needsPunctualSender: false,
    of: ({ readiness }) => mapMeasure(readiness.probes, (probes) => probes.readiness),
  },
  {
    name: 'probe.livenessFailures',
    unit: 'count',
    better: 'lower',
    summary: 'Failed liveness probes.',
    formula: 'rises of the count of Events Unhealthy "Liveness probe failed"',
    source: 'event records',
    absentWhen: 'no Event of a pod was observed',
    needsPunctualSender: false,
    of: ({ readiness }) => mapMeasure(readiness.probes, (probes) => probes.liveness),
  },
  {
    name: 'probe.livenessRestarts',
    unit: 'count',
    better: 'lower',
    summary: 'Containers killed for a failed liveness or startup probe, to be restarted.',
    formula: 'rises of the count of Events Killing "failed liveness probe, will be restarted"',
    source: 'event records',
    absentWhen: 'no Event of a pod was observed',
    needsPunctualSender: false,
    of: ({ readiness }) => mapMeasure(readiness.probes, (probes) => probes.livenessRestarts),
  },
];

const endpointMeasures: readonly MeasureDefinition[] = [
  {
    name: 'endpoints.churn',
    unit: 'count',
    better: 'lower',
    summary: 'Pods that came into the ready endpoints of the Service or left them.',
    formula: 'sum of additions and removals after the first endpoint was ready',
    source: 'endpoints records',
    absentWhen: 'endpoints were not observed, or none was ever ready',
    needsPunctualSender: false,
    of: ({ endpoints }) => endpoints.churn,
  },
  {
    name: 'endpoints.churnPerHour',
    unit: 'perHour',
    better: 'lower',
    summary: 'Endpoint churn an hour.',
    formula: 'endpoints.churn / hours from the first ready endpoint to the end of the observation',
    source: 'endpoints records',
    absentWhen: 'endpoints were not observed, or none was ever ready',
    needsPunctualSender: false,
    of: ({ endpoints }) => endpoints.churnPerHour,
  },
  {
    name: 'endpoints.smallestReadyShare',
    unit: 'share',
    better: 'higher',
    summary: 'Smallest share of the pods in rotation that was ready; 1: no pod dropped out.',
    formula:
      'minimum over time of pods ready / pods that had been ready and were not being deleted; pods that are starting do not count',
    source: 'pod records',
    absentWhen: 'no pod was ever ready',
    needsPunctualSender: false,
    of: ({ endpoints }) => mapMeasure(endpoints.smallestReadyShare, ({ share }) => share),
  },
];

const USE_SOURCE =
  'cpu records (kernel), else pod-metrics records (means over their window); of the whole observation, deploying and settling included';

interface SpreadOf {
  readonly name: string;
  readonly what: string;
  readonly of: (figures: SaturationFigures) => Measure<Spread>;
  readonly absentWhen: string;
}

const SPREADS: readonly SpreadOf[] = [
  {
    name: 'cpuOfRequest',
    what: 'CPU use against the request',
    of: ({ cpuOfRequest }) => cpuOfRequest,
    absentWhen: 'the use of pods was not recorded, or no pod requests CPU',
  },
  {
    name: 'cpuOfLimit',
    what: 'CPU use against the limit',
    of: ({ cpuOfLimit }) => cpuOfLimit,
    absentWhen: 'the use of pods was not recorded, or no pod has a CPU limit',
  },
  {
    name: 'memoryOfLimit',
    what: 'memory against the limit',
    of: ({ memoryOfLimit }) => memoryOfLimit,
    absentWhen: 'the use of pods was not recorded, or no pod has a memory limit',
  },
];

const SPREAD_FIGURES = [
  {
    name: 'mean',
    words: 'Mean',
    formula:
      'mean over pods and time, each reading weighted by its length: the time since the reading before it',
  },
  {
    name: 'p95',
    words: 'Not exceeded in 95 % of the pods’ time:',
    formula: 'smallest reading that was not exceeded in 95 % of the time of all pods',
  },
  { name: 'max', words: 'Highest', formula: 'highest reading of any pod' },
] as const;

const spreadMeasures: readonly MeasureDefinition[] = SPREADS.flatMap((spread) =>
  SPREAD_FIGURES.map(
    ({ name, words, formula }): MeasureDefinition => ({
      name: `saturation.${spread.name}.${name}`,
      unit: 'share',
      better: 'neither',
      summary: `${words} ${spread.what}, over all pods.`,
      formula,
      source: USE_SOURCE,
      absentWhen: spread.absentWhen,
      needsPunctualSender: false,
      of: ({ saturation }) => mapMeasure(spread.of(saturation), (value) => value[name]),
    }),
  ),
);

const saturationMeasures: readonly MeasureDefinition[] = [
  ...spreadMeasures,
  {
    name: 'saturation.throttledShare',
    unit: 'share',
    better: 'lower',
    summary: 'Share of the scheduling periods in which a pod was stopped at its CPU limit.',
    formula: 'throttled periods / periods in which a pod ran, over all pods',
    source: 'cpu records (nr_throttled / nr_periods of cpu.stat)',
    absentWhen:
      'throttled periods were not counted: no cgroup with a CPU limit, or another cluster',
    needsPunctualSender: false,
    of: ({ saturation }) => saturation.throttledShare,
  },
  {
    name: 'saturation.oomKills',
    unit: 'count',
    better: 'lower',
    summary: 'Containers killed for want of memory.',
    formula: 'times a container’s state, or its last state after a restart, was OOMKilled',
    source: 'pod records',
    absentWhen: NO_POD,
    needsPunctualSender: false,
    of: ofPods(({ saturation }) => saturation.oomKills),
  },
  {
    name: 'restarts.count',
    unit: 'count',
    better: 'lower',
    summary: 'Container restarts of all pods.',
    formula: 'sum over pods of the rises of their restart counters',
    source: 'pod records',
    absentWhen: NO_POD,
    needsPunctualSender: false,
    of: ofPods(({ readiness }) => readiness.restarts),
  },
];

/** How pods fared. */
export const podMeasures: readonly MeasureDefinition[] = [
  ...probeMeasures,
  ...endpointMeasures,
  ...saturationMeasures,
];
