/** `npm run backtest -- <folder or recording> --hpa other.yaml`: what another HPA would have decided. */
import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { backtest } from '../autoscaling/hpa/backtest.js';
import { explainDecision } from '../autoscaling/hpa/explain.js';
import { LabError } from '../core/errors.js';
import { backtestJson } from '../report/backtest-json.js';
import { backtestReport, type BacktestView } from '../report/backtest-report.js';
import { type BacktestInputs, folderInputs, isFolder } from './backtest-inputs.js';
import { type RecordingOptions, recordingInputs } from './backtest-recording.js';
import {
  isPrometheusUrl,
  type PrometheusFlags,
  prometheusRecording,
  type ReadRecording,
} from './backtest-prometheus.js';
import { readHpa } from './read-hpa.js';
import { WallClock } from '../time/wall-clock.js';

/** The command line of a backtest. */
export interface BacktestOptions extends RecordingOptions, Partial<PrometheusFlags> {
  readonly hpa: string;
  readonly explain: boolean;
  readonly all: boolean;
  readonly json?: string;
}

const COLUMNS = 100;

/** Decides recorded inputs again with another HPA, side by side. */
export function backtestCommand(): Command {
  return new Command('backtest')
    .description('what another HPA would have decided on recorded inputs')
    .argument(
      '<recording>',
      'a result folder; CPU use as CSV (time,pod,cpu or time,<pod>,...) or as JSON of a Prometheus range query; or the address of a Prometheus',
    )
    .requiredOption('--hpa <file>', 'a manifest with the other HorizontalPodAutoscaler')
    .option('--explain', 'explain each of its decisions', false)
    .option('--all', 'show every sync of a long recording', false)
    .option('--json <file>', 'write the comparison as data')
    .addOption(
      new Option('--series <what>', 'recordings: what a value is; default: cores of one pod')
        .choices(['pods', 'total', 'utilization'])
        .default('pods', 'pods'),
    )
    .option('--request <cpu>', 'recordings: the CPU that one pod requests, such as 200m')
    .option('--deployment <file>', 'recordings: a manifest whose pods request the CPU')
    .option('--replicas <count or file>', 'recordings: the size, or a file with it over time')
    .option('--sync-period <time>', 'recordings: how long after a sync the next one begins', '15s')
    .option('--namespace <name>', 'Prometheus: where the pods are')
    .option('--workload <name>', 'Prometheus: the Deployment whose pods they are')
    .option('--query <promql>', 'Prometheus: CPU in cores by pod, instead of these two')
    .option('--from <time>', 'Prometheus: from when on: a time, or how long ago', '1h')
    .option('--to <time>', 'Prometheus: until when', 'now')
    .option('--step <time>', 'Prometheus: between two values', '15s')
    .option('--window <time>', 'Prometheus: what the rate of CPU is taken over', '1m')
    .addOption(
      new Option('--labels <style>', 'Prometheus: names that its metrics have')
        .choices(['kube-prometheus', 'gke'])
        .default('kube-prometheus'),
    )
    .option('--header <name: value>', 'Prometheus: $NAME is taken from the environment', collected)
    .action((recording: string, options: BacktestOptions) => runBacktest(recording, options));
}

/**
 * Decides a recording again and prints the comparison.
 *
 * @param print - takes each line, without its end; absent: standard output.
 * @throws {LabError} `MANIFEST_INVALID`, `RESULT_INVALID` or `USAGE` with every fault of what was named.
 */
export async function runBacktest(
  recording: string,
  options: BacktestOptions,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<void> {
  const hpa = readHpa(options.hpa);
  const inputs =
    !isPrometheusUrl(recording) && isFolder(recording)
      ? folderInputs(recording)
      : recordingInputs(await recordingOf(recording, options), hpa, options);
  const view = viewOf(inputs, hpa);
  for (const line of backtestReport(view, { columns: COLUMNS, isWhole: options.all })) print(line);
  if (options.explain) {
    const { startMs } = view;
    for (const { decision } of view.syncs) {
      print('');
      for (const line of explainDecision(decision, { startMs })) print(line);
    }
  }
  if (options.json !== undefined) {
    writeJson(options.json, backtestJson(view, { source: recording, spec: hpa.spec }));
  }
}

function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function recordingOf(
  recording: string,
  {
    labels = 'kube-prometheus',
    from = '1h',
    to = 'now',
    step = '15s',
    window = '1m',
    ...rest
  }: BacktestOptions,
): Promise<ReadRecording> | string {
  if (!isPrometheusUrl(recording)) return recording;
  const flags = { labels, from, to, step, window, ...rest };
  return prometheusRecording(recording, flags, {
    clock: new WallClock(),
    environment: process.env,
  });
}

function viewOf(inputs: BacktestInputs, hpa: Parameters<typeof backtest>[1]): BacktestView {
  const { syncs, settings, startMs, thenTitle, notes } = inputs;
  const { note, syncs: tested } = backtest(syncs, hpa, settings);
  return {
    startMs,
    thenTitle,
    notes: [note, ...notes],
    syncs: tested.map(({ atMs, recordedReplicas, decision }, index) => ({
      atMs,
      recordedReplicas,
      thenReplicas: syncs[index]?.thenReplicas,
      decision,
    })),
  };
}

function writeJson(path: string, data: unknown): void {
  try {
    writeFileSync(path, `${JSON.stringify(data, null, 2)}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--json: cannot write ${path}: ${reason}`, { cause: error });
  }
}
