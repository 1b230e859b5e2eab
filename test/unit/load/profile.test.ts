import { describe, expect, it } from 'vitest';
import { profileOf, validateProfile } from '../../../src/load/profile.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';

const constant: StageSpec = {
  kind: 'constant',
  name: 'base',
  durationMs: 10_000,
  ratePerSecond: 50,
};
const ramp: StageSpec = {
  kind: 'ramp',
  name: 'up',
  durationMs: 10_000,
  fromPerSecond: 0,
  toPerSecond: 100,
};
const step: StageSpec = {
  kind: 'step',
  name: 'stairs',
  durationMs: 40_000,
  fromPerSecond: 10,
  toPerSecond: 50,
  steps: 4,
};
const spike: StageSpec = {
  kind: 'spike',
  name: 'spike',
  durationMs: 60_000,
  basePerSecond: 10,
  peakPerSecond: 100,
  atMs: 20_000,
  lengthMs: 5_000,
};
const silence: StageSpec = {
  kind: 'constant',
  name: 'silence',
  durationMs: 5_000,
  ratePerSecond: 0,
};

describe('rate at an instant', () => {
  it.each([
    { name: 'a constant is its rate from its first instant', stage: constant, at: 0, rate: 50 },
    { name: 'a constant is its rate just before its end', stage: constant, at: 9_999, rate: 50 },
    { name: 'at the end of a profile the rate is 0', stage: constant, at: 10_000, rate: 0 },
    { name: 'before a profile the rate is 0', stage: constant, at: -1, rate: 0 },
    { name: 'a ramp is half way at half time', stage: ramp, at: 5_000, rate: 50 },
    { name: 'a step takes its first rise at its beginning', stage: step, at: 0, rate: 20 },
    { name: 'a step holds each rise equally long', stage: step, at: 9_999, rate: 20 },
    { name: 'at a jump the rate is the one after it', stage: step, at: 10_000, rate: 30 },
    { name: 'the last step leads to the last rate', stage: step, at: 39_999, rate: 50 },
    { name: 'a spike begins with its base', stage: spike, at: 19_999, rate: 10 },
    { name: 'a spike is at its peak from its instant on', stage: spike, at: 20_000, rate: 100 },
    { name: 'a spike ends with its base', stage: spike, at: 25_000, rate: 10 },
  ])('$name', ({ stage, at, rate }) => {
    expect(profileOf({ stages: [stage] }).ratePerSecondAt(at)).toBeCloseTo(rate, 9);
  });
});

describe('arrivals before an instant', () => {
  it.each([
    { name: 'a constant is rate times time', stages: [constant], at: 2_500, count: 125 },
    { name: 'a ramp from 0 is the triangle under it', stages: [ramp], at: 5_000, count: 125 },
    { name: 'a step is the sum of its rectangles', stages: [step], at: 25_000, count: 700 },
    { name: 'a spike is its base and its peak', stages: [spike], at: 60_000, count: 1_050 },
    {
      name: 'stages follow each other',
      stages: [constant, silence, ramp],
      at: 20_000,
      count: 500 + 125,
    },
    { name: 'silence adds nothing', stages: [constant, silence], at: 14_000, count: 500 },
    { name: 'none come before the beginning', stages: [constant], at: -5, count: 0 },
    { name: 'none come after the end', stages: [constant], at: 1e9, count: 500 },
  ])('$name', ({ stages, at, count }) => {
    expect(profileOf({ stages }).arrivalsBefore(at)).toBeCloseTo(count, 9);
  });
});

describe('when an arrival is due', () => {
  it('jumps over a stage without arrivals', () => {
    const profile = profileOf({ stages: [constant, silence, ramp] });

    expect(profile.dueMs(500)).toBeCloseTo(10_000, 9);
    expect(profile.dueMs(500.5)).toBeCloseTo(15_316.227766, 5); // 100 ms of t²/2 a second² gives 0.5
  });

  it('is the end of the profile for more arrivals than it has', () => {
    expect(profileOf({ stages: [constant] }).dueMs(1e9)).toBe(10_000);
  });
});

describe('stages of a profile', () => {
  it('knows where each lies, the last one counting from its end on', () => {
    const profile = profileOf({ stages: [constant, silence, ramp] });

    expect(profile.stages.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 10_000],
      [10_000, 15_000],
      [15_000, 25_000],
    ]);
    expect(profile.stageAt(9_999).stage.name).toBe('base');
    expect(profile.stageAt(10_000).stage.name).toBe('silence');
    expect(profile.stageAt(99_000).stage.name).toBe('up');
  });
});

describe('faults of a specification', () => {
  it('are none in a good one', () => {
    expect(validateProfile({ stages: [constant, ramp, step, spike, silence] })).toEqual([]);
  });

  it('are all told at once, each with its place', () => {
    const faults = validateProfile({
      stages: [
        { ...constant, ratePerSecond: Number.NaN, durationMs: 0 },
        { ...ramp, fromPerSecond: -1, toPerSecond: Number.POSITIVE_INFINITY },
        { ...step, steps: 1.5, name: 'base' },
        { ...spike, atMs: 58_000 },
      ],
    });

    expect(faults).toEqual([
      'stages[0].durationMs: expected a number of milliseconds above 0, got 0',
      'stages[0].ratePerSecond: expected a rate from 0 to 1000000 a second, got NaN',
      'stages[1].fromPerSecond: expected a rate from 0 to 1000000 a second, got -1',
      'stages[1].toPerSecond: expected a rate from 0 to 1000000 a second, got Infinity',
      'stages[2].steps: expected a whole number from 1 to 100000, got 1.5',
      'stages[2].name: expected a name of its own, got "base" again',
      "stages[3].lengthMs: expected the peak to end within the stage's 60000 ms, got 63000",
    ]);
  });

  it('name an empty profile', () => {
    expect(validateProfile({ stages: [] })).toEqual([
      'stages: expected at least one stage, got none',
    ]);
  });
});
