/** A traffic profile before anything is sent: its figures and its drawing. */
import { describe, expect, it } from 'vitest';
import { parseLoad } from '../../../src/experiment/parse-load.js';
import { profileOf } from '../../../src/load/profile.js';
import type { StageSpec } from '../../../src/load/profile-spec.js';
import { oneRequest } from '../../../src/load/request-spec.js';
import type { LoadPlan } from '../../../src/load/sender.js';
import { profileFacts, rateSteps } from '../../../src/report/profile-facts.js';
import { profileJson } from '../../../src/report/profile-json.js';
import { profileText } from '../../../src/report/profile-text.js';

const RAMP: StageSpec = {
  name: 'rise',
  kind: 'ramp',
  fromPerSecond: 0,
  toPerSecond: 40,
  durationMs: 10_000,
};
const YOYO: StageSpec = {
  name: 'yoyo',
  kind: 'square',
  lowPerSecond: 5,
  highPerSecond: 45,
  periodMs: 10_000,
  highMs: 2_500,
  durationMs: 30_000,
};

function plan(stages: readonly StageSpec[], spacing: 'even' | 'poisson' = 'even'): LoadPlan {
  return {
    load: { model: 'open', profile: { stages }, spacing },
    requests: oneRequest({ method: 'GET', path: '/', headers: {} }),
    connections: { kind: 'per-request' },
    maxConnections: 10,
    maxInFlight: 10,
    timeoutMs: 1_000,
    seed: 3,
  };
}

const CLOSED: LoadPlan = {
  ...plan([]),
  load: { model: 'closed', concurrency: 4, durationMs: 60_000 },
};

describe('the figures of a profile', () => {
  it('are those of its stages and of all together', () => {
    const facts = profileFacts(plan([RAMP, YOYO]));

    expect(facts?.stages).toEqual([
      {
        name: 'rise',
        kind: 'ramp',
        startMs: 0,
        durationMs: 10_000,
        lowestPerSecond: 0,
        highestPerSecond: 40,
        course: 'rising',
        arrivals: 200,
      },
      {
        name: 'yoyo',
        kind: 'square',
        startMs: 10_000,
        durationMs: 30_000,
        lowestPerSecond: 5,
        highestPerSecond: 45,
        course: 'varying',
        arrivals: 450,
      },
    ]);
    expect(facts).toMatchObject({ meanPerSecond: 16.25, scheduledArrivals: 650 });
  });

  it('count the arrivals that a seed makes of random gaps', () => {
    const facts = profileFacts(plan([RAMP, YOYO], 'poisson'));

    expect(facts?.scheduledArrivals).not.toBe(650);
    expect(facts?.scheduledArrivals).toBe(
      profileFacts(plan([RAMP, YOYO], 'poisson'))?.scheduledArrivals,
    );
  });

  it('do not count millions of arrivals one by one', () => {
    const day: StageSpec = { name: 'day', kind: 'constant', ratePerSecond: 100, durationMs: 864e5 };

    expect(profileFacts(plan([day]))).toMatchObject({ scheduledArrivals: undefined });
  });

  it('are none for a load without a profile', () => {
    expect(profileFacts(CLOSED)).toBeUndefined();
  });
});

describe('the rate in steps', () => {
  it.each([
    { name: 'a ramp', stage: RAMP, count: 2, means: [10, 30], peaks: [20, 40] },
    {
      name: 'a square, in steps of its high part',
      stage: { ...YOYO, durationMs: 10_000 },
      count: 4,
      means: [45, 5, 5, 5],
      peaks: [45, 5, 5, 5],
    },
    {
      name: 'a square, in steps that blur it',
      stage: YOYO,
      count: 3,
      means: [15, 15, 15],
      peaks: [45, 45, 45],
    },
  ])('of $name has the mean and the highest of each', ({ stage, count, means, peaks }) => {
    const steps = rateSteps(profileOf({ stages: [stage] }), count);

    expect(steps.means.map((mean) => Number(mean.toFixed(6)))).toEqual(means);
    expect(steps.peaks.map((peak) => Number(peak.toFixed(6)))).toEqual(peaks);
  });
});

describe('the drawing of a profile', () => {
  it('tells stages, arrivals, rates, spacing and seed', () => {
    const text = profileText(plan([RAMP, YOYO]), { title: 'two.yaml', columns: 80 });

    expect(text).toContain('|rise');
    expect(text).toMatch(/^rise +ramp +0:00 +10s +0\/s up to 40\/s +200$/m);
    expect(text).toMatch(/^yoyo +square +0:10 +30s +between 5\/s and 45\/s +450$/m);
    expect(text).toContain('arrivals  650 in 40s');
    expect(text).toContain('rate      mean 16.3/s, peak 45/s');
    expect(text).toContain('seed      3 (nothing here is random)');
  });

  it('names a stage as its file does', () => {
    const parsed = parseLoad('stages: [{ name: day, kind: diurnal, low: 1, high: 9 }]\n', {
      fileName: 'x.yaml',
      resolvePath: (path) => path,
      readText: () => ({ kind: 'unreadable', because: 'none is named' }),
    });
    if (parsed.kind === 'faults') throw new Error('expected a load');

    expect(profileText(parsed.plan, { title: 'x', columns: 80 })).toMatch(/^day +diurnal /m);
  });

  it('tells what the seed decides', () => {
    const text = profileText(plan([RAMP], 'poisson'), { title: 'x', columns: 80 });

    expect(text).toContain('seed      3 (decides the gaps between arrivals)');
  });

  it.each([60, 80, 137, 200, 500])('fits %i columns, or 80 to 200', (columns) => {
    const text = profileText(plan([RAMP, YOYO]), { title: 'a title '.repeat(40), columns });

    const widest = Math.max(...text.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(Math.min(Math.max(columns, 80), 200));
    expect(widest).toBeGreaterThan(Math.min(Math.max(columns, 80), 200) - 20);
  });

  it('shows peaks that the mean of a column would hide', () => {
    const short: StageSpec = { ...YOYO, periodMs: 100, highMs: 25 };

    const text = profileText(plan([short]), { title: 'x', columns: 80 });

    expect(text).toContain('┄┄ highest');
    expect(profileText(plan([YOYO]), { title: 'x', columns: 80 })).not.toContain('┄┄ highest');
  });

  it('cuts a long list of stages in its middle', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ ...RAMP, name: `s${index}` }));

    const text = profileText(plan(many), { title: 'x', columns: 80 });

    expect(text).toContain('... 60 stages more ...');
    expect(text).toMatch(/^s19 /m);
    expect(text).not.toMatch(/^s20 /m);
    expect(text).toMatch(/^s80 /m);
  });

  it('says that a closed model has no planned rate', () => {
    expect(profileText(CLOSED, { title: 'x', columns: 80 })).toContain('4 users for 1m 00s');
  });
});

describe('a profile as JSON', () => {
  it('has the mean and the highest rate of each second', () => {
    expect(profileJson(plan([RAMP]))).toMatchObject({
      schemaVersion: 1,
      model: 'open',
      durationMs: 10_000,
      expectedArrivals: 200,
      scheduledArrivals: 200,
      series: { stepMs: 1_000, meanPerSecond: [2, 6, 10, 14, 18, 22, 26, 30, 34, 38] },
    });
  });

  it('has at most a thousand steps', () => {
    const day: StageSpec = { name: 'day', kind: 'constant', ratePerSecond: 1, durationMs: 864e5 };

    expect(profileJson(plan([day]))).toMatchObject({ series: { stepMs: 86_400 } });
  });
});
