/** Flags of a run about telling others of it. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { LabError } from '../core/errors.js';
import type { Experiment } from '../experiment/experiment.js';
import { wholeOption } from './option-values.js';

/** As they were typed; absent: not asked for. */
export interface ExportFlags {
  readonly prometheusTargets?: string;
  readonly metricsPort?: number;
  readonly otlp?: string;
}

/**
 * Refuses flags that mean nothing on a kind of cluster.
 *
 * @throws {LabError} `USAGE`.
 */
export function refuseExports(
  { prometheusTargets, metricsPort, otlp }: ExportFlags,
  target: Experiment['target'],
): void {
  if (target === 'simulated' && (metricsPort !== undefined || otlp !== undefined)) {
    const flag = metricsPort === undefined ? '--otlp' : '--metrics-port';
    throw new LabError('USAGE', `${flag}: nobody can follow a run in virtual time`, {
      hint: 'leave it out, or add --target embedded',
    });
  }
  if (prometheusTargets === undefined || target === 'embedded') return;
  throw new LabError('USAGE', '--prometheus-targets is for the embedded cluster', {
    hint:
      target === 'simulated'
        ? 'leave it out, or add --target embedded'
        : 'a real cluster has a Prometheus of its own: name it under prometheus: in the experiment',
  });
}

const MAX_PORT = 65_535;

/** Adds the flags to a command. */
export function withExportFlags(command: Command): Command {
  return command
    .option(
      '--prometheus-targets <folder>',
      'where a Prometheus is told how to read the embedded cluster (see manifests/prometheus)',
    )
    .addOption(
      new Option(
        '--metrics-port <port>',
        "the lab's own metrics of the run on http://127.0.0.1:<port>/metrics",
      ).argParser(wholeOption(0, MAX_PORT)),
    )
    .addOption(
      new Option(
        '--otlp <url>',
        'sends the metrics of the run to an OpenTelemetry collector (OTLP over HTTP, JSON)',
      ).argParser(httpUrl),
    );
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:4318.');
}
