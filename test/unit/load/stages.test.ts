import { describe, expect, it } from 'vitest';
import { profileOf, stagePieces, validateProfile } from '../../../src/load/profile.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';

const sine: StageSpec = {
  kind: 'sine',
  name: 'day',
  durationMs: 20_000,
  meanPerSecond: 50,
  amplitudePerSecond: 40,
  periodMs: 10_000,
};
const square: StageSpec = {
  kind: 'square',
  name: 'yoyo',
  durationMs: 25_000,
  lowPerSecond: 5,
  highPerSecond: 50,
  periodMs: 10_000,
  highMs: 4_000,
};
const sawtooth: StageSpec = {
  kind: 'sawtooth',
  name: 'saw',
  durationMs: 25_000,
  fromPerSecond: 0,
  toPerSecond: 100,
  periodMs: 10_000,
};
const walk: Extract<StageSpec, { kind: 'random-walk' }> = {
  kind: 'random-walk',
  name: 'walk',
  durationMs: 100_000,
  startPerSecond: 50,
  minPerSecond: 10,
  maxPerSecond: 90,
  stepPerSecond: 30,
  everyMs: 1_000,
  seed: 3,
};
const replay: StageSpec = {
  kind: 'replay',
  name: 'past',
  durationMs: 3_000,
  points: [
    { atMs: 0, ratePerSecond: 10 },
    { atMs: 1_000, ratePerSecond: 0 },
    { atMs: 2_500, ratePerSecond: 40 },
  ],
};

describe('rates', () => {
  it.each([
    { name: 'a sine begins at its lowest', stage: sine, at: 0, rate: 10 },
    { name: 'a sine is at its mean after a quarter', stage: sine, at: 2_500, rate: 50 },
    { name: 'a sine is at its highest after half a period', stage: sine, at: 5_000, rate: 90 },
    { name: 'a square begins high', stage: square, at: 0, rate: 50 },
    { name: 'a square is low for the rest of its period', stage: square, at: 4_000, rate: 5 },
    { name: 'a square begins again', stage: square, at: 10_000, rate: 50 },
    { name: 'a square is cut at its end', stage: square, at: 24_999, rate: 5 },
    { name: 'a sawtooth rises', stage: sawtooth, at: 5_000, rate: 50 },
    { name: 'a sawtooth falls at once', stage: sawtooth, at: 10_000, rate: 0 },
    { name: 'a tooth that is cut goes as far as it gets', stage: sawtooth, at: 24_000, rate: 40 },
    { name: 'a walk begins at its start', stage: walk, at: 0, rate: 50 },
    { name: 'a replay holds each rate', stage: replay, at: 999, rate: 10 },
    { name: 'a replay can be silent', stage: replay, at: 2_499, rate: 0 },
    { name: 'a replay holds its last rate to the end', stage: replay, at: 2_999, rate: 40 },
  ])('$name', ({ stage, at, rate }) => {
    expect(profileOf({ stages: [stage] }).ratePerSecondAt(at)).toBeCloseTo(rate, 6);
  });
});

describe('totals', () => {
  it.each([
    { name: 'whole periods of a sine are its mean', stage: sine, total: 1_000 },
    { name: 'a square', stage: square, total: 3 * 200 + 2 * 30 + 5 },
    { name: 'a sawtooth', stage: sawtooth, total: 500 + 500 + 125 },
    { name: 'a replay', stage: replay, total: 10 + 20 },
  ])('$name', ({ stage, total }) => {
    expect(profileOf({ stages: [stage] }).totalArrivals).toBeCloseTo(total, 6);
  });
});

describe('a random walk', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(rates(3)).toEqual(rates(3));
    expect(rates(3)).not.toEqual(rates(4));
  });

  it('stays within its bounds and takes steps of at most its size', () => {
    const walked = rates(3);

    expect(walked).toHaveLength(100);
    expect(Math.min(...walked)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...walked)).toBeLessThanOrEqual(90);
    const steps = walked.slice(1).map((rate, index) => Math.abs(rate - (walked[index] ?? 0)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(30);
    expect(Math.max(...steps)).toBeGreaterThan(15);
  });
});

describe('pieces', () => {
  it.each([sine, square, sawtooth, walk, replay])('of $kind fill the stage', (stage) => {
    const total = stagePieces(stage).reduce((sum, { lengthMs }) => sum + lengthMs, 0);

    expect(total).toBeCloseTo(stage.durationMs, 6);
  });

  it('of a sine are its rises and falls', () => {
    expect(
      stagePieces(sine).map(({ fromPerSecond, toPerSecond }) => [
        Math.round(fromPerSecond),
        Math.round(toPerSecond),
      ]),
    ).toEqual([
      [10, 90],
      [90, 10],
      [10, 90],
      [90, 10],
    ]);
  });
});

describe('faults', () => {
  it('are none in good stages', () => {
    expect(validateProfile({ stages: [sine, square, sawtooth, walk, replay] })).toEqual([]);
  });

  it.each([
    {
      name: 'a sine below 0',
      stage: { ...sine, amplitudePerSecond: 60 },
      fault: 'amplitudePerSecond: expected a rate from 0 to the mean of 50 a second, got 60',
    },
    {
      name: 'a period of 0',
      stage: { ...sawtooth, periodMs: 0 },
      fault: 'periodMs: expected a number of milliseconds above 0, got 0',
    },
    {
      name: 'a period too short for memory',
      stage: { ...square, periodMs: 0.0001, highMs: 0.00005 },
      fault: 'periodMs: expected at most 50000 periods in a stage, got a length of 0.0001 ms',
    },
    {
      name: 'a square that is always high',
      stage: { ...square, highMs: 10_000 },
      fault:
        "highMs: expected a number of milliseconds above 0 and below the period's 10000, got 10000",
    },
    {
      name: 'a walk that begins out of bounds',
      stage: { ...walk, startPerSecond: 95 },
      fault: 'startPerSecond: expected a rate from 10 to 90 a second, got 95',
    },
    {
      name: 'an empty replay',
      stage: { ...replay, points: [] },
      fault: 'points: expected at least one point, got none',
    },
    {
      name: 'a replay out of order',
      stage: { ...replay, points: [...replay.points].reverse() },
      fault: 'points[0].atMs: expected 0, got 2500',
    },
    {
      name: 'a replay that is longer than its stage',
      stage: { ...replay, durationMs: 2_500 },
      fault: 'durationMs: expected more than the 2500 ms at which the last point lies, got 2500',
    },
  ])('$name', ({ stage, fault }) => {
    expect(validateProfile({ stages: [stage] })[0]).toBe(`stages[0].${fault}`);
  });
});

function rates(seed: number): readonly number[] {
  return stagePieces({ ...walk, seed }).map(({ fromPerSecond }) => fromPerSecond);
}
