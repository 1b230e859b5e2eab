import { describe, expect, it } from 'vitest';
import { imbalance } from '../../../src/analysis/imbalance.js';
import { valueOf } from '../../../src/analysis/measure.js';
import type { EndpointsRecord, LoadRecord } from '../../../src/timeline/record.js';
import { aLoadSecond } from '../../support/a-timeline.js';

function endpointsAt(t: number, ...ready: readonly string[]): EndpointsRecord {
  return { kind: 'endpoints', t, ready, notReady: [] };
}

/** Seconds from `fromT` on, each with the same answers by pod. */
function secondsOf(fromT: number, count: number, byPod: Readonly<Record<string, number>>) {
  return Array.from({ length: count }, (_, second): LoadRecord => {
    return { kind: 'load', t: fromT + second * 1_000, load: aLoadSecond(second, { byPod }) };
  });
}

describe('imbalance', () => {
  it('is 0 where pods answer alike', () => {
    const found = imbalance([endpointsAt(0, 'a', 'b')], secondsOf(0, 20, { a: 5, b: 5 }), 20_000);

    expect(valueOf(found)).toMatchObject({ cv: 0, maxOverMean: 1 });
  });

  it('is the deviation over the mean, the first 2 s of a set left out', () => {
    const found = imbalance([endpointsAt(0, 'a', 'b')], secondsOf(0, 20, { a: 9, b: 3 }), 20_000);

    // Mean 6 a second, deviation 3.
    expect(valueOf(found)).toMatchObject({ cv: 0.5, maxOverMean: 1.5 });
    expect(valueOf(found)?.stretches).toMatchObject([
      { fromT: 2_000, toT: 20_000, pods: 2, answers: 216, byPod: { a: 162, b: 54 } },
    ]);
    expect(valueOf(found)?.cvByChance).toBeCloseTo(Math.sqrt(1 / 216), 12);
  });

  it('of a pod that answers nothing counts it', () => {
    const found = imbalance([endpointsAt(0, 'a', 'b')], secondsOf(0, 20, { a: 4 }), 20_000);

    expect(valueOf(found)).toMatchObject({ cv: 1, maxOverMean: 2 });
  });

  it('weighs stretches by their answers, and leaves out sets that changed soon', () => {
    const endpoints = [
      endpointsAt(0, 'a', 'b'),
      endpointsAt(12_000, 'a', 'b', 'c'),
      endpointsAt(15_000, 'a', 'b'),
    ];
    const seconds = [
      ...secondsOf(0, 12, { a: 1, b: 1 }),
      ...secondsOf(12_000, 3, { a: 100, b: 0, c: 0 }),
      ...secondsOf(15_000, 12, { a: 6, b: 0 }),
    ];

    // Ten seconds of 2 answers with cv 0, ten of 6 with cv 1.
    expect(valueOf(imbalance(endpoints, seconds, 27_000))?.cv).toBeCloseTo(60 / 80, 12);
  });

  it.each([
    ['endpoints were not observed', [], secondsOf(0, 20, { a: 1 })],
    ['no answer named the pod that gave it', [endpointsAt(0, 'a', 'b')], secondsOf(0, 20, {})],
    [
      'there never were the same two pods or more for 10s under load',
      [endpointsAt(0, 'a')],
      secondsOf(0, 20, { a: 1 }),
    ],
  ])('is absent when %s', (because, endpoints, seconds) => {
    expect(imbalance(endpoints, seconds, 20_000)).toEqual({ kind: 'no-data', because });
  });
});
