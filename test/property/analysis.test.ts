import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, type Analysis } from '../../src/analysis/analyze.js';
import { amountWithin, billedTime } from '../../src/analysis/billed-time.js';
import { mapMeasure, valueOf } from '../../src/analysis/measure.js';
import { podHistories } from '../../src/analysis/pod-history.js';
import type { Prices } from '../../src/pricing/prices.js';
import type { Timeline } from '../../src/timeline/record.js';
import { decodeTimeline, encodeRecord } from '../../src/timeline/codec.js';
import {
  bundledPriceBook,
  choosePrices,
  PRICE_BOOK_NAMES,
} from '../../src/experiment/price-books.js';
import { aTimeline, shifted } from '../support/a-timeline.js';

/** Runs of a minute or so, with rescales at any time to any size, whole or stopped anywhere. */
const timelines: fc.Arbitrary<Timeline> = fc
  .record({
    rescales: fc.array(
      fc.record({
        t: fc.integer({ min: 12_000, max: 80_000 }),
        to: fc.integer({ min: 1, max: 8 }),
      }),
      { maxLength: 5 },
    ),
    readyMs: fc.integer({ min: 1_300, max: 30_000 }),
    stoppedT: fc.option(fc.integer({ min: 1_000, max: 90_000 }), { nil: undefined }),
    peak: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ rescales, readyMs, stoppedT, peak }) =>
    aTimeline({
      loadStartT: 10_000,
      stages: [
        { name: 'low', kind: 'constant', ratePerSecond: 5, durationMs: 20_000 },
        { name: 'high', kind: 'constant', ratePerSecond: peak, durationMs: 40_000 },
        { name: 'end', kind: 'constant', ratePerSecond: 5, durationMs: 20_000 },
      ],
      rescales: [...rescales].sort((a, b) => a.t - b.t),
      podDelays: { readyMs },
      ...(stoppedT === undefined ? {} : { stoppedT, outcome: 'interrupted' }),
    }),
  );

/** All of stability but the instants of its load changes. */
function steadiness({
  stability: { overshoot, overshoots, settlings, ...figures },
}: Analysis): unknown {
  return {
    ...figures,
    overshoot: mapMeasure(overshoot, ({ replicas, peak }) => [replicas, peak]),
    overshoots: overshoots.map(({ replicas, peak }) => [replicas, peak]),
    settlings: settlings.map(({ settlingMs }) => settlingMs),
  };
}

function pricesOf(name: string): Prices {
  const book = bundledPriceBook(name);
  const chosen = book === undefined ? undefined : choosePrices(book, {}, name);
  if (chosen?.kind !== 'prices') throw new Error(`expected a price book, found ${name}`);
  return chosen.prices;
}

const RUNS = { numRuns: 25, seed: 5 };

describe('for any run', { timeout: 30_000 }, () => {
  it('stages of a scale-up never overlap and add up to the whole', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        for (const { stages, change } of analyze(timeline).scaleUps) {
          const seen = stages.flatMap((stage) => valueOf(stage.seen) ?? []);
          const startT = valueOf(change)?.t ?? seen[0]?.t ?? 0;
          let endT = startT;
          for (const stage of seen) {
            const isFirstKnown = change.kind !== 'measured' && stage === seen[0];
            expect(stage.lengthMs === undefined).toBe(isFirstKnown);
            expect(stage.t - (stage.lengthMs ?? 0)).toBeCloseTo(endT, 6);
            expect(stage.lengthMs ?? 0).toBeGreaterThanOrEqual(0);
            expect(stage.sinceChangeMs).toBeCloseTo(stage.t - startT, 6);
            endT = stage.t;
          }
        }
      }),
      RUNS,
    );
  });

  it('a later beginning of everything changes no duration', () => {
    fc.assert(
      fc.property(timelines, fc.integer({ min: 1, max: 1e6 }), (timeline, byMs) => {
        const [now, later] = [analyze(timeline), analyze(shifted(timeline, byMs))];

        expect(later.scaleUps.map(({ latencyMs }) => latencyMs)).toEqual(
          now.scaleUps.map(({ latencyMs }) => latencyMs),
        );
        expect(later.scaleUpTimes).toEqual(now.scaleUpTimes);
        expect(later.scaleDownTimes).toEqual(now.scaleDownTimes);
        expect(later.replicasByStage).toEqual(now.replicasByStage);
        expect(steadiness(later)).toEqual(steadiness(now));
        expect(later.readiness.losses).toBe(now.readiness.losses);
        expect(later.cost.podSeconds).toBeCloseTo(now.cost.podSeconds, 3);
      }),
      RUNS,
    );
  });

  it('cost is additive over time, by every book', () => {
    fc.assert(
      fc.property(timelines, fc.integer({ min: 0, max: 90_000 }), (timeline, cutT) => {
        const pods = podHistories(timeline);
        for (const name of PRICE_BOOK_NAMES) {
          const billed = valueOf(billedTime(pods, pricesOf(name), 90_000));
          const cost = (fromT: number, toT: number): number =>
            amountWithin(billed?.intervals ?? [], { fromT, toT });

          expect(cost(0, cutT) + cost(cutT, 90_000)).toBeCloseTo(cost(0, 90_000), 12);
        }
      }),
      RUNS,
    );
  });

  it('requests of the stretches add up to those of the whole load', () => {
    fc.assert(
      fc.property(timelines, (timeline) => {
        const { stretches, wholeLoad } = analyze(timeline);
        const parts = valueOf(stretches) ?? [];

        expect(parts.reduce((sum, { due }) => sum + due, 0)).toBe(valueOf(wholeLoad)?.due ?? 0);
      }),
      RUNS,
    );
  });

  it('the timeline file gives back the same analysis', () => {
    fc.assert(
      fc.property(timelines, ({ header, records }) => {
        const text = [header, ...records].map(encodeRecord).join('');

        expect(analyze(decodeTimeline(text, 'f').timeline)).toEqual(analyze({ header, records }));
      }),
      { ...RUNS, numRuns: 10 },
    );
  });
});
