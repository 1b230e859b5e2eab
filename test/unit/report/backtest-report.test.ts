import { describe, expect, it } from 'vitest';
import { NO_MEMORY } from '../../../src/autoscaling/hpa/memory.js';
import { reconcile } from '../../../src/autoscaling/hpa/reconcile.js';
import { backtestReport, type ComparedSync } from '../../../src/report/backtest-report.js';
import { anInput, cpuAt, NOW_MS, type PodShape, readyPods } from '../../support/hpa-input.js';

const SPEC = { minReplicas: 1, maxReplicas: 20, metrics: [cpuAt(40)] };

/** One sync each 15 s, each at the size of its pods. */
function syncsOf(all: readonly (readonly PodShape[])[]): readonly ComparedSync[] {
  let memory = NO_MEMORY;
  return all.map((pods, index) => {
    const atMs = NOW_MS + index * 15_000;
    const outcome = reconcile(anInput({ spec: SPEC, pods }), memory, atMs);
    memory = outcome.memory;
    return {
      atMs,
      recordedReplicas: pods.length,
      thenReplicas: pods.length,
      decision: outcome.decision,
    };
  });
}

function report(all: readonly (readonly PodShape[])[]): readonly string[] {
  const view = { startMs: NOW_MS, syncs: syncsOf(all), thenTitle: 'decided then', notes: [] };
  return backtestReport(view, { columns: 100, isWhole: true });
}

describe('a backtest side by side', () => {
  const lines = report([
    readyPods(3, 40),
    readyPods(3, 80),
    readyPods(3, 20), // an HPA of its own size would stand at 6 now
    readyPods(6, 20),
    readyPods(6, 90),
  ]);

  // what was wrapped is one line again
  const rows = lines
    .join('\n')
    .replaceAll(/\n {30,}/g, ' ')
    .split('\n');

  it.each([
    { name: 'that there was nothing to change', row: /^ *0:00 .* nothing to change$/ },
    {
      name: 'the metric that asked for it',
      row: /^ *0:15 +3 +3 +6 +cpu 80 % over 3 pods \(target 40 %\) asked for 6$/,
    },
    {
      name: 'the stabilization window, where that raised the size',
      row: /^ *0:30 +3 +3 +6 +cpu 20 % over 3 pods \(target 40 %\) asked for 2; held at 6 by the last 300 s \(ScaleDownStabilized\)$/,
    },
    {
      name: 'the stabilization window, where that kept the size',
      row: /^ *0:45 +6 +6 +6 +asked for 3; held at 6 by the last 300 s \(ScaleDownStabilized\)$/,
    },
  ])('has as its reason $name', ({ row }) => {
    expect(rows).toContainEqual(expect.stringMatching(row));
  });

  it('is no wider than it is to be', () => {
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it('draws the last decision too', () => {
    const to = lines.findIndex((line) => line.startsWith('Pods wanted'));

    // 90 % of 6 pods at a target of 40 % is 14; upstream lets it double, to 12
    expect(lines).toContainEqual(expect.stringMatching(/^ *1:00 +6 +6 +12 /));
    expect(lines.slice(to).some((line) => /^ *12 .*━|^ *12 .*[┏╭┓╮]/.test(line))).toBe(true);
  });
});
