/** What must hold of the service's figures for any run. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../src/analysis/analyze.js';
import { serviceMeasures } from '../../src/analysis/catalogue/service-measures.js';
import { valueOf } from '../../src/analysis/measure.js';
import {
  bundledPriceBook,
  choosePrices,
  PRICE_BOOK_NAMES,
} from '../../src/experiment/price-books.js';
import type { Timeline } from '../../src/timeline/record.js';
import { aTimeline, anExperiment, shifted } from '../support/a-timeline.js';

const STAGES = [
  { name: 'low', kind: 'constant', ratePerSecond: 5, durationMs: 15_000 },
  { name: 'high', kind: 'constant', ratePerSecond: 40, durationMs: 25_000 },
  { name: 'end', kind: 'constant', ratePerSecond: 5, durationMs: 10_000 },
] as const;

/** Runs of a minute with rescales and a flap at any time, an SLO, and any price book. */
const timelines: fc.Arbitrary<Timeline> = fc
  .record({
    rescales: fc.array(
      fc.record({
        t: fc.integer({ min: 12_000, max: 55_000 }),
        to: fc.integer({ min: 1, max: 8 }),
      }),
      { maxLength: 4 },
    ),
    flap: fc.record({
      unreadyT: fc.integer({ min: 12_000, max: 50_000 }),
      forMs: fc.integer({ min: 1, max: 20_000 }),
    }),
    book: fc.constantFrom(...PRICE_BOOK_NAMES),
    stoppedT: fc.option(fc.integer({ min: 1_000, max: 60_000 }), { nil: undefined }),
    objective: fc.constantFrom(0.5, 0.9, 0.99, 0.999),
  })
  .map(({ rescales, flap, book, stoppedT, objective }) => {
    const { header, records } = aTimeline({
      loadStartT: 10_000,
      stages: STAGES,
      rescales: [...rescales].sort((a, b) => a.t - b.t),
      podDelays: { readyMs: 2_000 },
      flaps: [{ pod: 0, unreadyT: flap.unreadyT, readyT: flap.unreadyT + flap.forMs }],
      ...(stoppedT === undefined ? {} : { stoppedT, outcome: 'interrupted' }),
    });
    const slo = { responseTimeMs: 100, objective };
    const experiment = { ...anExperiment(STAGES), slo, price: pricesOf(book) };
    return { header: { ...header, experiment }, records };
  });

function pricesOf(name: string) {
  const book = bundledPriceBook(name);
  const chosen = book === undefined ? undefined : choosePrices(book, {}, name);
  if (chosen?.kind !== 'prices') throw new Error(`expected a price book, found ${name}`);
  return chosen.prices;
}

const RUNS = { numRuns: 25, seed: 11 };

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function texts(analysis: Analysis): unknown {
  return {
    waits: valueOf(analysis.slo)?.violations.map(({ waits }) =>
      waits.map(({ cause, violationSeconds, bad, evidence }) => [
        cause,
        violationSeconds,
        bad,
        evidence,
      ]),
    ),
    failures: analysis.failures,
    effects: valueOf(analysis.loadEffects)?.map(({ until }) => until),
  };
}

describe('for any run', { timeout: 60_000 }, () => {
  it('a later beginning of everything changes no figure of the service, and no cause', () => {
    fc.assert(
      fc.property(timelines, fc.integer({ min: 1, max: 1e6 }), (timeline, byMs) => {
        const [now, later] = [analyze(timeline), analyze(shifted(timeline, byMs))];

        expect(texts(later)).toEqual(texts(now));
        for (const { name, of } of serviceMeasures) {
          const [before, after] = [of(now), of(later)];
          if (before.kind !== 'measured') expect([name, after]).toEqual([name, before]);
          else expect([name, valueOf(after)]).toEqual([name, expect.closeTo(before.value, 6)]);
        }
      }),
      RUNS,
    );
  });

  it('violated seconds, bad requests and failures add up, whatever they are put down to', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { slo, failures, wholeLoad } = analyze(timeline);
        const report = valueOf(slo);
        const violations = report?.violations ?? [];

        expect(sum(violations.map(({ violationSeconds }) => violationSeconds))).toBe(
          report?.violationSeconds ?? 0,
        );
        expect(sum((report?.byCause ?? []).map(({ violationSeconds }) => violationSeconds))).toBe(
          report?.violationSeconds ?? 0,
        );
        for (const { violationSeconds, waits, fromT, toT } of violations) {
          expect(sum(waits.map((wait) => wait.violationSeconds))).toBe(violationSeconds);
          expect([waits[0]?.fromT, waits.at(-1)?.toT]).toEqual([fromT, toT]);
        }
        expect(sum(failures.byCause.map(({ count }) => count))).toBe(failures.total);
        expect(failures.total).toBe(
          valueOf(wholeLoad) === undefined
            ? 0
            : (valueOf(wholeLoad)?.failedTotal ?? 0) + (valueOf(wholeLoad)?.answered['5xx'] ?? 0),
        );
      }),
      RUNS,
    );
  });

  it('the cost of the run is the integral of its rate, and idle is a share', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { cost, observed } = analyze(timeline);
        const rate = valueOf(cost.ratePerHour) ?? [];
        const integral = rate.map(({ t, value }, index) => {
          const toT = Math.min(rate[index + 1]?.t ?? observed.toT, observed.toT);
          return ((value ?? Number.NaN) * (toT - t)) / 3_600_000;
        });

        expect(sum(integral)).toBeCloseTo(valueOf(cost.estimatedCost) ?? 0, 9);
        const idle = valueOf(cost.idleShare) ?? 0;
        expect(idle).toBeGreaterThanOrEqual(0);
        expect(idle).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });
});
