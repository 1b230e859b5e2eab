/** What a week of days and nights costs whose requests are modelled in batches: `experiments/week.yaml`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isRecord } from '../../src/core/json.js';
import type { BenchFigure } from './figure.js';

const MEGABYTE = 1e6;

/** CPU time and memory of a week, in a process of its own. */
export async function benchBatch(): Promise<readonly BenchFigure[]> {
  const week = run(7);
  const note = `${week('due')} requests, up to ${week('largest')} pods`;
  return Promise.resolve([
    {
      name: 'a week up to 5,000 req/s and 100 pods, in batches',
      value: week('cpuMs') / 1_000,
      unit: 's CPU',
      limit: 15,
      note,
    },
    { name: 'most memory of it', value: week('mostRssBytes') / MEGABYTE, unit: 'MB', limit: 300 },
  ]);
}

function run(days: number): (figure: string) => number {
  const script = join(import.meta.dirname, 'batch-week.js');
  const text = execFileSync(process.execPath, [script, String(days)], { encoding: 'utf8' });
  const told: unknown = JSON.parse(text);
  return (figure) => {
    const value = isRecord(told) ? told[figure] : undefined;
    if (typeof value !== 'number') throw new TypeError(`expected ${figure} in ${text}`);
    return value;
  };
}
