import { describe, expect, it } from 'vitest';
import { MetricsWindow } from '../../../../src/control-plane/metrics/metrics-window.js';
import type { UsagePoint } from '../../../../src/control-plane/metrics/metrics-window.js';

const point = (atMs: number, cpuMs: number, fields: Partial<UsagePoint> = {}): UsagePoint => ({
  container: 'web',
  startedAtMs: -100_000,
  atMs,
  cpuMs,
  memoryBytes: 1_000,
  ...fields,
});

function afterScrapes(...scrapes: readonly (readonly UsagePoint[])[]) {
  const window = new MetricsWindow(15_000);
  for (const points of scrapes) window.store(new Map([['pod', points]]));
  return window.ratesOf('pod');
}

describe('rates', () => {
  it.each([
    { name: 'nothing after one point', scrapes: [[point(0, 0)]], rate: undefined },
    {
      name: 'the rate between two points',
      scrapes: [[point(0, 0)], [point(15_000, 1_500)]],
      rate: { windowMs: 15_000, cpu: 100 },
    },
    {
      name: 'the last two of three points',
      scrapes: [[point(0, 0)], [point(15_000, 0)], [point(25_000, 5_000)]],
      rate: { windowMs: 10_000, cpu: 500 },
    },
    {
      name: 'the same window while a scrape finds no new sample',
      scrapes: [[point(0, 0)], [point(15_000, 1_500)], [point(15_000, 1_500)]],
      rate: { windowMs: 15_000, cpu: 100 },
    },
    {
      name: 'nothing for a restarted container with one point',
      scrapes: [
        [point(0, 0)],
        [point(15_000, 1_500)],
        [point(30_000, 10, { startedAtMs: 25_000 })],
      ],
      rate: undefined,
    },
    {
      name: 'a restarted container once it has two',
      scrapes: [
        [point(15_000, 1_500)],
        [point(30_000, 10, { startedAtMs: 25_000 })],
        [point(46_000, 1_610, { startedAtMs: 25_000 })],
      ],
      rate: { windowMs: 16_000, cpu: 100 },
    },
    {
      name: 'a fresh container of 10 to 15 s from its start',
      scrapes: [[point(12_000, 1_200, { startedAtMs: 0 })]],
      rate: { windowMs: 12_000, cpu: 100 },
    },
    {
      name: 'nothing for one that is younger',
      scrapes: [[point(9_000, 900, { startedAtMs: 0 })]],
      rate: undefined,
    },
    {
      name: 'nothing for a counter that went back',
      scrapes: [[point(0, 500)], [point(15_000, 100)]],
      rate: undefined,
    },
  ])('gives $name', ({ scrapes, rate }) => {
    const rates = afterScrapes(...scrapes);

    expect(
      rates === undefined
        ? undefined
        : { windowMs: rates.windowMs, cpu: rates.containers[0]?.cpuMillicores },
    ).toEqual(rate);
  });

  it('gives nothing for a pod while one of its containers has one point', () => {
    const late = { container: 'late' };

    expect(afterScrapes([point(0, 0)], [point(15_000, 9), point(15_000, 9, late)])).toBeUndefined();
  });

  it('stamps a pod with its oldest container sample', () => {
    const other = { container: 'other' };

    const rates = afterScrapes(
      [point(0, 0), point(2_000, 0, other)],
      [point(15_000, 9), point(14_000, 9, other)],
    );

    expect(rates).toMatchObject({ atMs: 14_000, windowMs: 12_000 });
  });

  it('forgets a pod that a scrape does not mention', () => {
    const window = new MetricsWindow(15_000);
    window.store(new Map([['pod', [point(0, 0)]]]));
    window.store(new Map());
    window.store(new Map([['pod', [point(30_000, 0)]]]));

    expect(window.ratesOf('pod')).toBeUndefined();
  });
});
