/** A range of a Prometheus as the recording of a backtest. */
import { parseDurationMs } from '../core/duration.js';
import { LabError } from '../core/errors.js';
import { presetQueries } from '../experiment/prometheus-queries.js';
import { headersFrom } from '../observe/prometheus.js';
import { PrometheusClient, type RangeSeries } from '../observe/prometheus-client.js';
import type { Clock, EpochMs } from '../time/clock.js';

/** What of a Prometheus is read, as the command line has it. */
export interface PrometheusFlags {
  readonly query?: string;
  /** With `workload`, instead of `query`. */
  readonly namespace?: string;
  /** Name of a Deployment. */
  readonly workload?: string;
  readonly labels: 'kube-prometheus' | 'gke';
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly window: string;
  /** `Name: value`, with `$NAME` for variables of the environment. */
  readonly header?: readonly string[];
}

/** A recording that is no file. */
export interface ReadRecording {
  /** For messages. */
  readonly name: string;
  /** As a range query is answered. */
  readonly text: string;
}

/** Whether a recording is the address of a Prometheus. */
export function isPrometheusUrl(recording: string): boolean {
  return /^https?:\/\//.test(recording) && URL.canParse(recording);
}

/**
 * The CPU of pods over a range, from a Prometheus.
 *
 * @throws {LabError} `USAGE` with every fault of the flags; `CLUSTER_FAILED` when it does not answer.
 */
export async function prometheusRecording(
  url: string,
  flags: PrometheusFlags,
  {
    clock,
    environment,
  }: {
    readonly clock: Clock;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<ReadRecording> {
  const faults: string[] = [];
  const range = rangeOf(flags, clock.now(), faults);
  const query = queryOf(flags, faults);
  const headers = headersOf(flags.header ?? [], faults);
  if (faults.length > 0) throw new LabError('USAGE', faults.join('\n'));
  const client = new PrometheusClient({
    url: url.replace(/\/+$/, ''),
    headers: headersFrom(headers, environment),
    clock,
  });
  const answer = await client.range(query, range, new AbortController().signal);
  if (answer.kind === 'failed') {
    throw new LabError(
      answer.fault === 'query' ? 'USAGE' : 'CLUSTER_FAILED',
      `expected a Prometheus at ${url} that answers\n  ${query}\ngot: ${answer.because}`,
      answer.fault === 'access' ? { hint: "--header 'Authorization: Bearer $TOKEN'" } : {},
    );
  }
  const known = answer.value.filter(({ points }) => points.length > 0);
  if (known.length === 0) {
    throw new LabError(
      'USAGE',
      `expected values between ${time(range.fromMs)} and ${time(range.toMs)}, got none of\n  ${query}`,
      { hint: 'look at --from, --to, --namespace, --workload and --labels' },
    );
  }
  return { name: url, text: rangeText(known) };
}

const MIN_STEP_MS = 1_000;

function rangeOf(
  { from, to, step }: PrometheusFlags,
  nowMs: EpochMs,
  faults: string[],
): { readonly fromMs: EpochMs; readonly toMs: EpochMs; readonly stepMs: number } {
  const fromMs = instantOf(from, nowMs);
  const toMs = instantOf(to, nowMs);
  const stepMs = parseDurationMs(step) ?? 0;
  const form = 'now, a time such as 2026-11-23T06:00:00Z, or how long ago, such as 2h';
  if (fromMs === undefined) faults.push(`--from: expected ${form}, found "${from}"`);
  if (toMs === undefined) faults.push(`--to: expected ${form}, found "${to}"`);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    faults.push(`--from: expected a time before --to (${time(toMs)}), found ${time(fromMs)}`);
  }
  if (stepMs < MIN_STEP_MS) {
    faults.push(`--step: expected a time of at least 1s such as 15s, found "${step}"`);
  }
  return { fromMs: fromMs ?? 0, toMs: toMs ?? 0, stepMs };
}

function instantOf(text: string, nowMs: EpochMs): EpochMs | undefined {
  if (text === 'now') return nowMs;
  const agoMs = parseDurationMs(text.replace(/^-/, ''));
  if (agoMs !== undefined) return nowMs - agoMs;
  const ms = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function queryOf(
  { query, namespace, workload, labels, window }: PrometheusFlags,
  faults: string[],
): string {
  if (query !== undefined) {
    if (namespace !== undefined || workload !== undefined) {
      faults.push('--query: expected it, or --namespace and --workload, found both');
    }
    return query;
  }
  const windowMs = parseDurationMs(window) ?? 0;
  if (windowMs < MIN_STEP_MS) {
    faults.push(`--window: expected a time of at least 1s such as 1m, found "${window}"`);
  }
  if (namespace === undefined || workload === undefined) {
    faults.push(
      'expected --namespace and --workload (the name of a Deployment), or --query, found neither',
    );
    return '';
  }
  const subject = { namespace, deployment: workload, hpa: workload };
  const preset = presetQueries({ labels, windowMs }, subject).find(({ name }) => name === 'podCpu');
  // presets are counted in millicores, a recording in cores
  return `(${preset?.query ?? ''}) / 1000`;
}

function headersOf(headers: readonly string[], faults: string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.map((header) => {
      const [name = '', ...rest] = header.split(':');
      if (rest.length === 0 || !/^[A-Za-z0-9-]+$/.test(name)) {
        faults.push(`--header: expected Name: value, found no name before a colon`);
      }
      return [name, rest.join(':').trim()] as const;
    }),
  );
}

function rangeText(series: readonly RangeSeries[]): string {
  const result = series.map(({ labels, points }) => ({
    metric: labels,
    values: points.map(([atMs, value]) => [atMs / 1_000, String(value)]),
  }));
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

function time(ms: EpochMs): string {
  return new Date(ms).toISOString();
}
