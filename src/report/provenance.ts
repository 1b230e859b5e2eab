/** What of a run was real, what modelled, what missing: the limits of every figure. */
import { experimentOf } from '../analysis/run-facts.js';
import type { Analysis } from '../analysis/analyze.js';
import type { GeneratorVerdict } from '../analysis/verdicts.js';
import type { Timeline } from '../timeline/record.js';
import { firstLine, latencyText, plural } from './format.js';

/** Sentences a reader must know before believing a figure. */
export interface Provenance {
  readonly real: readonly string[];
  readonly modelled: readonly string[];
  readonly missing: readonly string[];
}

const LIMITS_BY: Readonly<Record<string, string>> = {
  'cgroup-v2': 'the kernel (cgroup v2)',
  'cgroup-v1': 'the kernel (cgroup v1)',
  signals: 'stopping and continuing processes every 100 ms',
};

/** The limits of a run's figures. */
export function provenance(timeline: Timeline, analysis: Analysis): Provenance {
  const { environment } = timeline.header;
  const simulated = environment.target === 'simulated';
  return {
    real: simulated ? [] : [...realPods(timeline), ...realLoad(timeline, analysis)],
    modelled: [...modelledCluster(timeline), 'Cost is an estimate: pod time x requests x price.'],
    missing: [...environment.missing.map(asSentence), ...notObserved(analysis)],
  };
}

function realPods({ header: { environment }, records }: Timeline): readonly string[] {
  const { target, embedded, kubernetes } = environment;
  if (!records.some((record) => record.kind === 'pod')) return [];
  if (target === 'kubernetes') {
    if (kubernetes === undefined) return ['The cluster, its pods and its HPA were real.'];
    const { server, context, version = 'of an unknown version' } = kubernetes;
    const where = `Kubernetes ${version} at ${server}, context ${context}`;
    return [`The cluster (${where}), its pods and its HPA were real.`];
  }
  const cpu = embedded === undefined ? '' : `, their CPU use read from ${embedded.cpuUsageFrom}`;
  const limits = embedded === undefined ? undefined : LIMITS_BY[embedded.cpuLimits];
  return [
    `Pods were processes on this machine answering real HTTP${cpu}.`,
    ...(limits === undefined || embedded === undefined
      ? []
      : [`CPU limits were enforced by ${limits}: ${embedded.cpuLimitsBecause}.`]),
  ];
}

function senderText(generator: Extract<GeneratorVerdict, { readonly engine: string }>): string {
  const { engine, workers } = generator;
  if (workers === undefined) return engine;
  const { count, clockUncertaintyMs } = workers;
  const pods = `${count} ${count === 1 ? 'pod' : 'pods'} of the cluster`;
  return `${engine}, from ${pods} whose clocks are known to within ${latencyText(clockUncertaintyMs)}`;
}

function realLoad(timeline: Timeline, { generator }: Analysis): readonly string[] {
  if (!timeline.records.some(({ kind }) => kind === 'load')) return [];
  const engine = 'engine' in generator ? ` Requests were sent by ${senderText(generator)}.` : '';
  const experiment = experimentOf(timeline);
  const isClosed = experiment.kind === 'measured' && experiment.value.load.load.model === 'closed';
  const from = isClosed
    ? 'when it was sent (each user sends its next request when the last was answered)'
    : 'when a request was due (not when it was sent)';
  return [`Response times run from ${from} to the end of its answer.${engine}`];
}

function modelledCluster({ header: { environment } }: Timeline): readonly string[] {
  const { target, embedded, simulated } = environment;
  if (target === 'kubernetes') return [];
  if (target === 'simulated') {
    return [
      "Pods, requests and time were modelled; the control plane (API, controllers, HPA, scheduler, metrics) is the embedded cluster's.",
      ...(simulated?.requests === 'batched'
        ? [
            'Requests were modelled in batches: what flows to each pod in a while, with the times that its line gives; no single request was followed. Of requests that arrive at random the slowest come out slower so, and more seconds miss the SLO, than where each is followed.',
          ]
        : []),
      ...(simulated?.isCalibrated === true
        ? [`The model (${simulated.model}) was ${simulated.calibration ?? 'calibrated'}.`]
        : [
            'The model is uncalibrated: how long pods start and what requests cost are textbook numbers, not measured ones.',
          ]),
    ];
  }
  const controlPlane =
    "The control plane (API, controllers, HPA, scheduler, metrics) was hpa-lab's own on one machine; there was no network between nodes.";
  if (embedded === undefined) return [controlPlane];
  return [
    controlPlane,
    `One Kubernetes CPU was ${embedded.cpuScale} of a real core: utilization is as on a cluster, single response times are not. Why ${embedded.cpuScale}: ${embedded.cpuScaleBecause}.`,
  ];
}

function notObserved({ gaps, completeness, generator, target }: Analysis): readonly string[] {
  return [
    ...(completeness.kind === 'completed'
      ? []
      : [`The run is not whole: ${firstLine(completeness.because)}.`]),
    ...(generator.kind === 'unknown'
      ? [`Whether the load generator kept up: ${generator.because}.`]
      : []),
    ...(target.kind === 'measured' ? [] : [`The HPA's CPU target: ${target.because}.`]),
    ...(gaps.length === 0
      ? []
      : [
          `${plural(gaps.length, 'gap')} in the observation (nothing is interpolated): ${sources(gaps)}.`,
        ]),
  ];
}

function sources(gaps: Analysis['gaps']): string {
  return [...new Set(gaps.map(({ source }) => source))].join(', ');
}

function asSentence(text: string): string {
  const upper = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
