/** The plots of a run say what its records say. */
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.js';
import { runPlots, type RunPlot } from '../../../../src/report/html/run-plots.js';
import type { Timeline } from '../../../../src/timeline/record.js';
import { seriesValueAt } from '../../../../src/timeline/series.js';
import { aTimeline, without } from '../../../support/a-timeline.js';

const plotsOf = (timeline: Timeline): ReadonlyMap<string, RunPlot> =>
  new Map(runPlots(timeline, analyze(timeline)).map((plot) => [plot.id, plot]));

const valueAt = (plot: RunPlot | undefined, name: string, t: number): number | undefined =>
  seriesValueAt(plot?.lines.find((line) => line.name === name)?.series ?? [], t);

describe('the plots of a spike', () => {
  const plots = plotsOf(aTimeline());

  it.each([
    { plot: 'rate', line: 'planned', t: 28_500, value: 9, when: 'at the first second' },
    { plot: 'rate', line: 'planned', t: 60_000, value: 45, when: 'in the spike' },
    { plot: 'rate', line: 'answered', t: 60_000, value: 45, when: 'in the spike' },
    { plot: 'rate', line: 'errors', t: 60_000, value: 0, when: 'in the spike' },
    { plot: 'rate', line: 'sent', t: 20_000, value: undefined, when: 'before the load' },
    { plot: 'replicas', line: 'wanted', t: 90_000, value: 7, when: 'after the first decision' },
    { plot: 'replicas', line: 'existing', t: 85_000, value: 7, when: 'when pods are created' },
    { plot: 'replicas', line: 'ready', t: 85_000, value: 3, when: 'before they are ready' },
    { plot: 'cpu', line: 'target', t: 0, value: 60, when: 'from the beginning' },
    { plot: 'replicas', line: 'ready', t: 199_500, value: undefined, when: 'in the tear-down' },
  ])('$plot: $line is $value $when', ({ plot, line, t, value }) => {
    expect(valueAt(plots.get(plot), line, t)).toBe(value);
  });

  it('failed requests are errors in the second in which they were due', () => {
    const errors = plots.get('rate')?.lines.find(({ name }) => name === 'errors')?.series ?? [];
    const sum = errors.reduce((total, { value = 0 }) => total + value, 0);

    expect(sum).toBe(7);
  });

  it('the same thing has the same color in every plot', () => {
    const colors = [...plots.values()].flatMap(({ lines }) =>
      lines.map(({ name, color }) => `${name}: ${color}`),
    );

    expect(colors).toEqual([
      'sent: seen',
      'answered: had',
      'errors: bad',
      'planned: wanted',
      'p99: slow',
      'p50: had',
      'existing: seen',
      'ready: had',
      'wanted: wanted',
      'metrics API: seen',
      'truly used: had',
      'target: wanted',
      'cost an hour: cost',
    ]);
  });
});

describe('what was not observed', () => {
  it.each([
    { plot: 'rate', kinds: ['load'], because: 'nothing of it was observed' },
    { plot: 'response-time', kinds: ['load'], because: 'nothing of it was observed' },
    { plot: 'replicas', kinds: ['pod', 'workload'], because: 'nothing of it was observed' },
    { plot: 'cpu', kinds: ['pod'], because: 'no pod that requests CPU was seen' },
    { plot: 'cost', kinds: ['pod'], because: 'no pod was observed' },
  ] as const)('$plot says why it is not there: $because', ({ plot, kinds, because }) => {
    const timeline = without(aTimeline(), ...kinds);
    const header = { ...timeline.header, experiment: {} };
    const of = plot === 'rate' ? { ...timeline, header } : timeline;

    expect(plotsOf(of).get(plot)?.absentBecause).toBe(because);
  });

  it('a second that was not told is a gap, not a zero', () => {
    const timeline = aTimeline();
    const records = timeline.records.filter(
      (record) => record.kind !== 'load' || record.load.second !== 40,
    );
    const rate = plotsOf({ ...timeline, records }).get('rate');

    expect(valueAt(rate, 'answered', 28_500 + 39_500)).toBe(45);
    expect(valueAt(rate, 'answered', 28_500 + 40_500)).toBeUndefined();
    expect(valueAt(rate, 'answered', 28_500 + 41_500)).toBe(45);
  });
});
