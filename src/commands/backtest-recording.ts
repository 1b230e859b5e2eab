/** Recorded CPU use of another system as the inputs of a backtest, and everything that is assumed. */
import { readFileSync } from 'node:fs';
import { recordedUsageCsv } from '../analysis/recorded-usage/usage-csv.js';
import { recordedUsagePrometheus } from '../analysis/recorded-usage/usage-prometheus.js';
import type {
  UsageRecording,
  UsageSample,
  UsageSeries,
} from '../analysis/recorded-usage/usage-recording.js';
import { type UsageKind, usageSyncs } from '../analysis/recorded-usage/usage-syncs.js';
import { type PodRequests, readPodRequests } from '../autoscaling/hpa/pod-requests.js';
import { DEFAULT_HPA_SETTINGS } from '../autoscaling/hpa/settings.js';
import type { HorizontalPodAutoscaler } from '../core/autoscaling-objects.js';
import { formatDurationMs, parseDurationMs } from '../core/duration.js';
import { LabError } from '../core/errors.js';
import { isDeployment } from '../core/object-guards.js';
import { milliValue, parseQuantity } from '../core/quantity.js';
import { parseManifests } from '../experiment/manifests.js';
import type { BacktestInputs } from './backtest-inputs.js';
import type { ReadRecording } from './backtest-prometheus.js';
import { readManifest } from './read-hpa.js';

/** What a recording does not say itself, as the command line has it. */
export interface RecordingOptions {
  readonly series: UsageKind;
  readonly request?: string;
  readonly deployment?: string;
  readonly replicas?: string;
  readonly syncPeriod: string;
}

/** Over half a year at the default period. */
const MAX_SYNCS = 1_000_000;

/**
 * The syncs of a recording.
 *
 * @param recording - the path of a file, or what was read from elsewhere.
 * @throws {LabError} `USAGE` with every fault of the options and of the files, each with its place;
 *   `MANIFEST_INVALID` for `--deployment`.
 */
export function recordingInputs(
  recording: string | ReadRecording,
  hpa: HorizontalPodAutoscaler,
  options: RecordingOptions,
): BacktestInputs {
  const faults: string[] = [];
  const syncPeriodMs = periodOf(options, faults);
  const requests = requestsOf(options, hpa, faults);
  const replicas = replicasOf(options, faults);
  const { name, text } =
    typeof recording === 'string'
      ? { name: recording, text: readRecording(recording, faults) }
      : recording;
  const series = seriesOf({ path: name, text }, options.series, faults);
  faults.push(...spanFaults(name, series, syncPeriodMs));
  if (faults.length > 0) throw new LabError('USAGE', faults.join('\n'));
  const { series: kind } = options;
  const made = usageSyncs(series, {
    kind,
    syncPeriodMs,
    requests: requests?.requests,
    replicas: replicas?.samples,
  });
  const notes = [
    ...sizeNotes(kind, replicas?.from),
    ...(requests === undefined ? [] : [requests.note]),
    'every pod counts as ready while it has samples, and its metric as seen at once; a real HPA leaves starting pods out and sees metrics 10 to 30 s late',
    `it syncs every ${formatDurationMs(syncPeriodMs)} from the first sample on, with upstream's default settings; a sample comes every ${formatDurationMs(made.stepMs)}`,
    ...otherMetricNotes(hpa),
    ...(made.skipped === 0
      ? []
      : [`${made.skipped} syncs are left out, as the recording has a gap there`]),
  ];
  return {
    syncs: made.syncs.map(({ atMs, sync }) => ({ atMs, sync, thenReplicas: undefined })),
    settings: DEFAULT_HPA_SETTINGS,
    startMs: made.syncs[0]?.atMs ?? 0,
    thenTitle: undefined,
    notes,
  };
}

/** Times of several units in one file make a recording of decades. */
function spanFaults(
  path: string,
  series: readonly UsageSeries[],
  syncPeriodMs: number,
): readonly string[] {
  let [firstMs, lastMs] = [Infinity, -Infinity];
  for (const { samples } of series) {
    firstMs = Math.min(firstMs, samples[0]?.atMs ?? Infinity);
    lastMs = Math.max(lastMs, samples.at(-1)?.atMs ?? -Infinity);
  }
  if (!(lastMs - firstMs > MAX_SYNCS * syncPeriodMs)) return [];
  const [first, last] = [firstMs, lastMs].map((ms) => new Date(ms).toISOString());
  return [
    `${path}: expected at most ${MAX_SYNCS.toLocaleString('en-US')} syncs from its first time to its last, got ${first} to ${last}: are all times in one unit?`,
  ];
}

function periodOf({ syncPeriod }: RecordingOptions, faults: string[]): number {
  const ms = parseDurationMs(syncPeriod);
  if (ms !== undefined && ms >= 1_000) return ms;
  faults.push(`--sync-period: expected a time of at least 1s such as 15s, got "${syncPeriod}"`);
  return 1_000;
}

interface KnownRequests {
  readonly requests: PodRequests;
  readonly note: string;
}

function requestsOf(
  { request, deployment, series }: RecordingOptions,
  hpa: HorizontalPodAutoscaler,
  faults: string[],
): KnownRequests | undefined {
  if (request !== undefined && deployment !== undefined) {
    faults.push('--request, --deployment: expected one of them, got both');
  }
  if (request !== undefined) {
    const quantity = parseQuantity(request);
    if (quantity === undefined || quantity.nano <= 0n) {
      faults.push(`--request: expected an amount of CPU such as 200m, got "${request}"`);
      return undefined;
    }
    const amounts = { cpu: milliValue(request) };
    const requests = {
      isPodLevel: false,
      totals: amounts,
      containers: [{ name: 'app', amounts }],
    };
    return { requests, note: `each pod requests ${request} of CPU, as --request says` };
  }
  if (deployment !== undefined) return deploymentRequests(deployment);
  const needs = hpa.spec.metrics?.some(
    ({ resource }) => resource?.name === 'cpu' && resource.target.averageUtilization !== undefined,
  );
  if (needs === true || series === 'utilization') {
    const why = needs === true ? 'the HPA divides by it' : 'a utilization is a part of it';
    faults.push(
      `expected --request or --deployment with the CPU that one pod requests, got neither: ${why}`,
    );
  }
  return undefined;
}

/** @throws {LabError} `MANIFEST_INVALID` when the file has not one Deployment that requests CPU. */
function deploymentRequests(path: string): KnownRequests {
  const parsed = parseManifests([{ path, text: readManifest(path) }]);
  if (parsed.kind === 'faults') throw new LabError('MANIFEST_INVALID', parsed.faults.join('\n'));
  const found = parsed.objects.filter(isDeployment);
  const [deployment] = found;
  if (deployment === undefined || found.length > 1) {
    const message = `${path}: expected one Deployment, got ${found.length}`;
    throw new LabError('MANIFEST_INVALID', message);
  }
  const { template } = deployment.spec;
  const metadata = { name: deployment.metadata.name };
  const requests = readPodRequests({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: template.spec,
  });
  const cpu = requests.totals['cpu'];
  if (cpu === undefined || cpu === 0) {
    const message = `${path}: expected every container of Deployment ${metadata.name} to request CPU`;
    throw new LabError('MANIFEST_INVALID', message, {
      hint: 'spec.template.spec.containers[].resources.requests.cpu',
    });
  }
  return { requests, note: `each pod requests ${cpu}m of CPU, as ${path} says` };
}

interface KnownReplicas {
  readonly samples: readonly UsageSample[];
  readonly from: string;
}

function replicasOf(
  { replicas, series }: RecordingOptions,
  faults: string[],
): KnownReplicas | undefined {
  if (replicas === undefined) {
    if (series !== 'pods') {
      faults.push(
        `expected --replicas with the size over time, got none: with --series ${series} no pods are told apart`,
      );
    }
    return undefined;
  }
  if (/^\d+$/.test(replicas)) {
    return { samples: [{ atMs: 0, value: Number(replicas) }], from: '--replicas' };
  }
  const text = readRecording(replicas, faults);
  const [found] = seriesOf({ path: replicas, text }, 'total', faults);
  return found === undefined ? undefined : { samples: found.samples, from: replicas };
}

/** Faults are added to those there are; then the series are none. */
function seriesOf(
  { path, text }: { readonly path: string; readonly text: string | undefined },
  kind: UsageKind,
  faults: string[],
): readonly UsageSeries[] {
  if (text === undefined) return [];
  const recording = parsedRecording(path, text, kind);
  if (recording.kind === 'faults') {
    faults.push(
      ...recording.faults.map(
        ({ line, column, expected, found }) =>
          `${path}:${line}:${column}: expected ${expected}, got ${found}`,
      ),
    );
    return [];
  }
  const { series } = recording;
  if (kind !== 'pods' && series.length > 1) {
    faults.push(`${path}:1:1: expected one series, got ${series.length}`);
  }
  return series;
}

function parsedRecording(path: string, text: string, kind: UsageKind): UsageRecording {
  const isJson = path.endsWith('.json') || /^\s*[{[]/.test(text);
  return isJson ? recordedUsagePrometheus(text, kind === 'pods') : recordedUsageCsv(text);
}

function readRecording(path: string, faults: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    faults.push(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function sizeNotes(kind: UsageKind, from: string | undefined): readonly string[] {
  const size =
    from === undefined
      ? 'the recorded size is the number of pods with a sample at that time: pods without one are not seen'
      : `the recorded size is what ${from} says`;
  if (kind === 'pods') {
    return from === undefined
      ? [size]
      : [`${size}; pods beyond those with a sample count as ready without a metric`];
  }
  return [`${size}; of pods only all together are recorded: each counts as using the same`];
}

/** The recording holds CPU alone. */
function otherMetricNotes({ spec }: HorizontalPodAutoscaler): readonly string[] {
  const others = (spec.metrics ?? []).filter(({ type, resource }) => {
    return type !== 'Resource' || resource?.name !== 'cpu';
  });
  if (others.length === 0) return [];
  const names = others.map(({ type, resource }) => resource?.name ?? type).join(', ');
  return [`the recording holds CPU alone: ${names} cannot be had`];
}
