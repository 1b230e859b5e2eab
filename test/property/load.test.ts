import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileOf, validateProfile } from '../../src/load/profile.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import { instantsOf, scheduleOf } from '../../src/load/schedule.js';

const rate = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true }));
const durationMs = fc.integer({ min: 1, max: 20_000 });
const name = fc.uuid();

const stage: fc.Arbitrary<StageSpec> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), name, durationMs, ratePerSecond: rate }),
  fc.record({
    kind: fc.constant('ramp' as const),
    name,
    durationMs,
    fromPerSecond: rate,
    toPerSecond: rate,
  }),
  fc.record({
    kind: fc.constant('step' as const),
    name,
    durationMs,
    fromPerSecond: rate,
    toPerSecond: rate,
    steps: fc.integer({ min: 1, max: 20 }),
  }),
  fc
    .record({
      kind: fc.constant('spike' as const),
      name,
      basePerSecond: rate,
      peakPerSecond: rate,
      atMs: fc.integer({ min: 0, max: 10_000 }),
      lengthMs: fc.integer({ min: 1, max: 10_000 }),
      restMs: fc.integer({ min: 0, max: 5_000 }),
    })
    .map(({ restMs, ...peak }) =>
      Object.assign(peak, { durationMs: peak.atMs + peak.lengthMs + restMs }),
    ),
);
const periodMs = fc.integer({ min: 100, max: 20_000 });
const anyStage: fc.Arbitrary<StageSpec> = fc.oneof(
  stage,
  fc.record({
    kind: fc.constant('sawtooth' as const),
    name,
    durationMs,
    fromPerSecond: rate,
    toPerSecond: rate,
    periodMs,
  }),
  fc
    .record({
      name,
      durationMs,
      meanPerSecond: rate,
      periodMs,
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(
      ({ part, ...swing }): StageSpec =>
        Object.assign(swing, {
          kind: 'sine' as const,
          amplitudePerSecond: swing.meanPerSecond * part,
        }),
    ),
  fc
    .record({
      name,
      durationMs,
      lowPerSecond: rate,
      highPerSecond: rate,
      periodMs,
      part: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    })
    .map(
      ({ part, ...wave }): StageSpec =>
        Object.assign(wave, { kind: 'square' as const, highMs: wave.periodMs * part }),
    ),
  fc.record({
    kind: fc.constant('random-walk' as const),
    name,
    durationMs,
    startPerSecond: fc.constant(50),
    minPerSecond: fc.constant(10),
    maxPerSecond: fc.constant(80),
    stepPerSecond: rate,
    everyMs: fc.integer({ min: 100, max: 5_000 }),
    seed: fc.integer(),
  }),
);
const stages = fc.array(anyStage, { minLength: 1, maxLength: 6 });

describe('laws of profiles', () => {
  it('every profile made of good stages is without faults', () => {
    fc.assert(
      fc.property(stages, (each) => {
        expect(validateProfile({ stages: each })).toEqual([]);
      }),
    );
  });

  it('the closed form of the integral is what summing the rate in small steps gives', () => {
    fc.assert(
      fc.property(stage, fc.double({ min: 0, max: 1, noNaN: true }), (each, part) => {
        const profile = profileOf({ stages: [each] });
        const endMs = part * profile.durationMs;
        const steps = 20_000;
        const stepMs = endMs / steps;
        let sum = 0;
        for (let index = 0; index < steps; index++) {
          sum += (profile.ratePerSecondAt((index + 0.5) * stepMs) / 1_000) * stepMs;
        }
        // within a step with a jump the sum is wrong by at most half a step times the jump, and the
        // jumps of one stage are at most up to a peak of 300 a second and down again
        expect(Math.abs(profile.arrivalsBefore(endMs) - sum)).toBeLessThanOrEqual(
          1e-6 + (600 / 1_000) * (stepMs / 2),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('the instant an arrival is due is the inverse of the integral', () => {
    fc.assert(
      fc.property(stages, fc.double({ min: 0, max: 1, noNaN: true }), (each, part) => {
        const profile = profileOf({ stages: each });
        const arrivals = part * profile.totalArrivals;
        const dueMs = profile.dueMs(arrivals);
        expect(dueMs).toBeGreaterThanOrEqual(0);
        expect(dueMs).toBeLessThanOrEqual(profile.durationMs);
        // instants are told to a nanosecond, in which so many arrive at the highest rate there is here
        const inANanosecond = (1_200 / 1_000) * 1e-6;
        expect(Math.abs(profile.arrivalsBefore(dueMs) - arrivals)).toBeLessThan(
          inANanosecond + 1e-9 * (1 + profile.totalArrivals),
        );
      }),
    );
  });
});

describe('laws of schedules', () => {
  it('even: arrivals before any instant are the integral within one, and instants strictly rise', () => {
    fc.assert(
      fc.property(stages, (each) => {
        const profile = profileOf({ stages: each });
        let count = 0;
        let lastMs = -1;
        for (const dueMs of instantsOf(scheduleOf(profile, { spacing: 'even', seed: 0 }))) {
          expect(dueMs).toBeGreaterThan(lastMs);
          expect(Math.abs(profile.arrivalsBefore(dueMs) - count)).toBeLessThanOrEqual(1);
          lastMs = dueMs;
          count++;
        }
        expect(Math.abs(profile.totalArrivals - count)).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: 60 },
    );
  });

  it('poisson: instants rise within the profile, and the same seed gives the same bytes', () => {
    fc.assert(
      fc.property(stages, fc.integer(), (each, seed) => {
        const profile = profileOf({ stages: each });
        const bytes = (): Buffer => {
          const schedule = scheduleOf(profile, { spacing: 'poisson', seed });
          return Buffer.from(Float64Array.from(instantsOf(schedule)).buffer);
        };
        const instants = [...instantsOf(scheduleOf(profile, { spacing: 'poisson', seed }))];
        expect(instants.every((instant, index) => instant >= (instants[index - 1] ?? 0))).toBe(
          true,
        );
        expect(instants.every((instant) => instant <= profile.durationMs)).toBe(true);
        expect(bytes().equals(bytes())).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
