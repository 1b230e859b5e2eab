/** A model file in a few words: on what it was calibrated, and how far off it was. */
import { valueOf, type Measure } from '../analysis/measure.js';
import type { ModelFile, RunErrors } from './model-file.js';

/** One sentence for reports: `calibrated on 2 runs of spike (embedded), errors (leave-one-out, 2 runs): ...`. */
export function modelSummary({ calibratedOn, check }: ModelFile): string {
  const names = [...new Set(calibratedOn.map(({ experiment }) => experiment))].join(', ');
  const targets = [...new Set(calibratedOn.map(({ target }) => target))].join(', ');
  const on = `calibrated on ${runs(calibratedOn.length)} of ${names} (${targets})`;
  if (check.kind === 'not-checked') return `${on}, errors not checked: ${check.because}`;
  const how =
    check.how === 'leave-one-out'
      ? `each run by a model of the others, ${runs(check.runs.length)}`
      : `${runs(check.runs.length)} that it was not fitted to`;
  return `${on}, errors (${how}): ${errorsText(check.errors)}`;
}

/** Every error with its unit: `replicas off by 0.3 on average and 12 % of the time, ...`. */
export function errorsText(errors: RunErrors): string {
  return [
    told('replicas', errors.replicasMean, (value) => `off by ${value.toFixed(2)} on average`),
    told('replicas', errors.replicasTime, (value) => `differ ${percent(value)} of the time`),
    told('scaling latency', errors.scalingLatencyMs, (value) => `${(value / 1_000).toFixed(1)} s`),
    told('response p50', errors.p50, percent),
    told('p99', errors.p99, percent),
    told('cost', errors.cost, percent),
  ].join(', ');
}

function told(name: string, error: Measure, text: (value: number) => string): string {
  const value = valueOf(error);
  if (value !== undefined) return `${name} ${text(value)}`;
  return `${name} unknown (${error.kind === 'measured' ? '' : error.because})`;
}

function percent(share: number): string {
  const text = (share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0);
  return `${text} %`;
}

function runs(count: number): string {
  return count === 1 ? '1 run' : `${count} runs`;
}
