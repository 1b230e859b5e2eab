/** Stages of every kind, from the text of an experiment file to the profile that is sent. */
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { profileOf, validateProfile } from '../../../src/load/profile.js';
import type { ProfileSpec } from '../../../src/load/profile-spec.js';

const FILES: Readonly<Record<string, string>> = {
  '/lab/rates.csv': 'time,rate\n0,10\n60,20\n',
  '/lab/silence.csv': '0,0\n60,0\n',
  '/lab/broken.csv': 'time,rate\n0,10\n0,-1\n',
  '/lab/access.log':
    '::1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 1\n::1 - - [10/Oct/2025:13:55:36 +0000] "GET / HTTP/1.1" 200 1\n',
  '/lab/prometheus.json':
    '{"status":"success","data":{"resultType":"matrix","result":[{"values":[[0,"3"],[15,"4"]]}]}}',
  '/lab/azure.csv':
    'HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f1,http,60,0\no,a,f2,http,6,6\n',
  '/lab/curve.json':
    '{"schemaVersion":1,"curve":{"sloText":"99 % within 300ms","points":[{"replicas":1,"maxRatePerSecond":20,"kind":"measured"},{"replicas":2,"maxRatePerSecond":40,"kind":"modelled"}]}}',
  '/lab/falling.json':
    '{"schemaVersion":1,"curve":{"sloText":"x","points":[\n{"replicas":1,"maxRatePerSecond":20,"kind":"measured"},\n{"replicas":1,"maxRatePerSecond":10,"kind":"measured"}]}}',
  '/lab/later.json': '{"schemaVersion":2,"curve":{"sloText":"x","points":[]}}',
};

function parsed(stages: readonly string[], more = '') {
  const text = [
    'name: small',
    'question: Does it parse?',
    'manifests: [m]',
    'underTest: { deployment: app }',
    'seed: 7',
    ...(more === '' ? [] : [more]),
    'load:',
    '  stages:',
    ...stages.map((stage) => `    - ${stage}`),
    '',
  ].join('\n');
  return parseExperiment(text, {
    fileName: 'x.yaml',
    resolvePath: (path) => `/lab/${path}`,
    measures: MEASURES,
    readText: (path) => {
      const content = FILES[path];
      return content === undefined
        ? { kind: 'unreadable', because: 'no such file' }
        : { kind: 'text', text: content };
    },
  });
}

function experimentOf(stages: readonly string[], more = '') {
  const result = parsed(stages, more);
  if (result.kind === 'faults') throw new Error(result.faults.map(formatFault).join('\n'));
  return result.experiment;
}

function profileSpec(stages: readonly string[]): ProfileSpec {
  const { load } = experimentOf(stages).load;
  if (load.model !== 'open') throw new Error('expected an open load');
  return load.profile;
}

function faultsOf(stages: readonly string[], more = ''): readonly string[] {
  const result = parsed(stages, more);
  return result.kind === 'faults' ? result.faults.map(formatFault) : [];
}

describe('a stage', () => {
  it.each([
    {
      name: 'sine swings from low to high',
      stage: '{ name: a, kind: sine, low: 10, high: 50/s, period: 1m, duration: 90s }',
      spec: { kind: 'sine', meanPerSecond: 30, amplitudePerSecond: 20, periodMs: 60_000 },
      durationMs: 90_000,
    },
    {
      name: 'diurnal is a sine of a day',
      stage: '{ name: a, kind: diurnal, low: 1, high: 9 }',
      spec: { kind: 'sine', meanPerSecond: 5, amplitudePerSecond: 4, periodMs: 86_400_000 },
      durationMs: 86_400_000,
    },
    {
      name: 'diurnal fits two days in six minutes',
      stage: '{ name: a, kind: diurnal, low: 1, high: 9, duration: 2d, timeScale: 0.00208333333 }',
      spec: { periodMs: expect.closeTo(180_000, 0) },
      durationMs: expect.closeTo(360_000, 0),
    },
    {
      name: 'square is high for the first part of each period',
      stage: '{ name: a, kind: square, low: 5, high: 40, period: 60s, highFor: 20s, duration: 3m }',
      spec: {
        kind: 'square',
        lowPerSecond: 5,
        highPerSecond: 40,
        periodMs: 60_000,
        highMs: 20_000,
      },
      durationMs: 180_000,
    },
    {
      name: 'sawtooth goes from one rate to the other again and again',
      stage: '{ name: a, kind: sawtooth, from: 0, to: 40, period: 10s, duration: 30s }',
      spec: { kind: 'sawtooth', fromPerSecond: 0, toPerSecond: 40, periodMs: 10_000 },
      durationMs: 30_000,
    },
    {
      name: 'random-walk takes the seed of the experiment',
      stage:
        '{ name: a, kind: random-walk, start: 20, min: 5, max: 40, step: 4, every: 1s, duration: 1m }',
      spec: { kind: 'random-walk', startPerSecond: 20, everyMs: 1_000, seed: 7 },
      durationMs: 60_000,
    },
    {
      name: 'random-walk may have a seed of its own',
      stage:
        '{ name: a, kind: random-walk, start: 20, min: 5, max: 40, step: 4, every: 1s, duration: 1m, seed: 3 }',
      spec: { seed: 3 },
      durationMs: 60_000,
    },
    {
      name: 'replay of a CSV holds its points, scaled',
      stage:
        '{ name: a, kind: replay, file: rates.csv, format: csv, timeScale: 0.1, rateScale: 2 }',
      spec: {
        kind: 'replay',
        points: [
          { atMs: 0, ratePerSecond: 20 },
          { atMs: 6_000, ratePerSecond: 40 },
        ],
      },
      durationMs: 12_000,
    },
    {
      name: 'replay of an access log counts by the second',
      stage: '{ name: a, kind: replay, file: access.log, format: access-log }',
      spec: { points: [{ atMs: 0, ratePerSecond: 2 }] },
      durationMs: 1_000,
    },
    {
      name: 'replay of a Prometheus query',
      stage: '{ name: a, kind: replay, file: prometheus.json, format: prometheus }',
      spec: {
        points: [
          { atMs: 0, ratePerSecond: 3 },
          { atMs: 15_000, ratePerSecond: 4 },
        ],
      },
      durationMs: 30_000,
    },
    {
      name: 'replay of one function of a trace',
      stage: '{ name: a, kind: replay, file: azure.csv, format: azure-functions, function: f2 }',
      spec: {
        points: [
          { atMs: 0, ratePerSecond: 0.1 },
          { atMs: 60_000, ratePerSecond: 0.1 },
        ],
      },
      durationMs: 120_000,
    },
    {
      name: 'replay of one row of a trace',
      stage: '{ name: a, kind: replay, file: azure.csv, format: azure-functions, row: 1 }',
      spec: { points: [{ ratePerSecond: 1 }, { ratePerSecond: 0 }] },
      durationMs: 120_000,
    },
  ])('$name', ({ stage, spec, durationMs }) => {
    const profile = profileSpec([stage]);

    expect(profile.stages).toMatchObject([{ ...spec, name: 'a', durationMs }]);
    expect(validateProfile(profile)).toEqual([]);
  });

  it('sequence stands for its stages, as often as it is repeated', () => {
    const profile = profileSpec([
      '{ name: warm, kind: constant, rate: 1, duration: 1s }',
      '{ name: pulse, kind: sequence, repeat: 2, stages: [{ name: up, kind: ramp, from: 1, to: 3, duration: 2s }, { name: down, kind: constant, rate: 1, duration: 1s }] }',
      '{ name: once, kind: sequence, stages: [{ name: up, kind: constant, rate: 5, duration: 1s }] }',
    ]);

    expect(profile.stages.map(({ name }) => name)).toEqual([
      'warm',
      'pulse-1-up',
      'pulse-1-down',
      'pulse-2-up',
      'pulse-2-down',
      'once-up',
    ]);
    expect(profileOf(profile).totalArrivals).toBe(1 + 2 * (4 + 1) + 5);
  });
});

describe('faults of stages', () => {
  it.each([
    {
      name: 'a sine whose low is above its high',
      stage: '{ name: a, kind: sine, low: 50, high: 10, period: 1m, duration: 1m }',
      fault: 'x.yaml:8:45: load.stages[0].high: expected a rate of at least low, found 10',
    },
    {
      name: 'a rate that is not a number',
      stage: '{ name: a, kind: square, low: .nan, high: 1, period: 2s, highFor: 1s, duration: 4s }',
      fault: 'load.stages[0].low: expected a rate from 0',
    },
    {
      name: 'a rate below 0',
      stage: '{ name: a, kind: sawtooth, from: -1, to: 1, period: 2s, duration: 4s }',
      fault: 'load.stages[0].from: expected a rate from 0',
    },
    {
      name: 'a square that is always high',
      stage: '{ name: a, kind: square, low: 1, high: 2, period: 2s, highFor: 2s, duration: 4s }',
      fault: 'load.stages[0].highFor: expected a duration below that of the period, found "2s"',
    },
    {
      name: 'a walk that starts outside of its bounds',
      stage:
        '{ name: a, kind: random-walk, start: 1, min: 2, max: 3, step: 1, every: 1s, duration: 4s }',
      fault: 'load.stages[0].start: expected a rate from min to max, found 1',
    },
    {
      name: 'a walk of too many steps',
      stage:
        '{ name: a, kind: random-walk, start: 1, min: 1, max: 3, step: 1, every: 1ms, duration: 1h }',
      fault:
        'load.stages[0].every: expected a duration that makes at most 100000 changes in the stage, found "1ms"',
    },
    {
      name: 'a time scale of 0',
      stage: '{ name: a, kind: diurnal, low: 1, high: 2, timeScale: 0 }',
      fault: 'load.stages[0].timeScale: expected a number above 0, found 0',
    },
    {
      name: 'a sequence of nothing',
      stage: '{ name: a, kind: sequence, stages: [] }',
      fault: 'load.stages[0].stages: expected at least one stage, found a list of 0',
    },
    {
      name: 'a name twice within a sequence',
      stage:
        '{ name: a, kind: sequence, stages: [{ name: b, kind: constant, rate: 1, duration: 1s }, { name: b, kind: constant, rate: 1, duration: 1s }] }',
      fault:
        'load.stages[0].stages[1].name: expected a name of its own for each stage, found "b", which is also load.stages[0].stages[0].name',
    },
    {
      name: 'a sequence that sends nothing',
      stage:
        '{ name: a, kind: sequence, stages: [{ name: b, kind: constant, rate: 0, duration: 1s }] }',
      fault: 'load.stages: expected a rate above 0 in at least one stage',
    },
    {
      name: 'a square of too many periods',
      stage: '{ name: a, kind: square, low: 1, high: 2, period: 2ms, highFor: 1ms, duration: 1h }',
      fault: 'load.stages[0].period: expected a duration that makes at most 50000 periods',
    },
    {
      name: 'a recording of silence, alone',
      stage: '{ name: a, kind: replay, file: silence.csv, format: csv }',
      fault:
        'x.yaml:8:5: load.stages: expected a rate above 0 in at least one stage, found recordings without',
    },
    {
      name: 'a recording that is not there',
      stage: '{ name: a, kind: replay, file: gone.csv, format: csv }',
      fault:
        'x.yaml:8:38: load.stages[0].file: expected a file that can be read, found "gone.csv": no such file',
    },
    {
      name: 'a format nobody knows',
      stage: '{ name: a, kind: replay, file: rates.csv, format: cvs }',
      fault:
        'load.stages[0].format: expected one of csv, access-log, prometheus, azure-functions, found "cvs" (did you mean csv?)',
    },
    {
      name: 'a function of what is no trace',
      stage: '{ name: a, kind: replay, file: rates.csv, format: csv, function: f }',
      fault: 'load.stages[0].function: expected this field with format azure-functions only',
    },
    {
      name: 'an unknown field of a stage',
      stage: '{ name: a, kind: square, low: 1, high: 2, period: 4s, hihgFor: 1s, duration: 4s }',
      fault: 'found an unknown field (did you mean highFor?)',
    },
  ])('$name', ({ stage, fault }) => {
    expect(faultsOf([stage])).toContainEqual(expect.stringContaining(fault));
  });

  it('of a recording stand at their own place, after those of the experiment', () => {
    expect(
      faultsOf([
        '{ name: a, kind: replay, file: broken.csv, format: csv }',
        '{ name: b, kind: constant, rate: -1, duration: 1s }',
        '{ name: c, kind: sequence, stages: [{ name: d, kind: replay, file: gone, format: csv }] }',
      ]),
    ).toEqual([
      expect.stringMatching(/^x\.yaml:9:40: load\.stages\[1\]\.rate: expected a rate/),
      expect.stringMatching(
        /^x\.yaml:10:74: load\.stages\[2\]\.stages\[0\]\.file: expected a file/,
      ),
      '/lab/broken.csv:3:1: expected a time after that of line 2, found the same time',
      '/lab/broken.csv:3:3: expected a rate of at least 0, found -1',
    ]);
  });
});

describe('names of stages in sequences', () => {
  const sequence =
    '{ name: a, kind: sequence, repeat: 2, stages: [{ name: b, kind: constant, rate: 1, duration: 1s }] }';

  it('are no names of other stages', () => {
    expect(faultsOf([sequence, '{ name: a-2-b, kind: constant, rate: 1, duration: 1s }'])).toEqual([
      'x.yaml:9:15: load.stages[1].name: expected a name by which no two stages are called the same, found "a-2-b" twice',
    ]);
    expect(faultsOf([sequence, '{ name: a-b, kind: constant, rate: 1, duration: 1s }'])).toEqual(
      [],
    );
  });

  it.each([
    { name: 'the second round', stage: 'a-2-b', known: true },
    { name: 'the sequence itself', stage: 'a', known: false },
  ])('may stand in thresholds: $name', ({ stage, known }) => {
    const faults = faultsOf([sequence], `thresholds: ["responseTime.p99 < 1s in ${stage}"]`);

    const fault = expect.stringContaining('expected a stage of the load (a-1-b, a-2-b), found');
    expect(faults).toEqual(known ? [] : [fault]);
  });
});

describe('a demand curve', () => {
  const stages = ['{ name: a, kind: constant, rate: 1, duration: 1s }'];

  it('stands in the experiment, so that its folder alone is enough', () => {
    expect(experimentOf(stages, 'demandCurve: curve.json').demandCurve).toEqual({
      sloText: '99 % within 300ms',
      source: 'curve.json',
      points: [
        { replicas: 1, maxRatePerSecond: 20, kind: 'measured', isAtLeast: false },
        { replicas: 2, maxRatePerSecond: 40, kind: 'modelled', isAtLeast: false },
      ],
    });
  });

  it('is absent unless the experiment names one', () => {
    expect(experimentOf(stages)).not.toHaveProperty('demandCurve');
  });

  it.each([
    {
      name: 'that is not there',
      file: 'gone.json',
      faults: [
        'x.yaml:6:14: demandCurve: expected a file that can be read, found "gone.json": no such file',
      ],
    },
    {
      name: 'whose points do not rise',
      file: 'falling.json',
      faults: [
        '/lab/falling.json:3:13: curve.points[1].replicas: expected more than the 1 before it, found 1',
        '/lab/falling.json:3:34: curve.points[1].maxRatePerSecond: expected at least the 20 of fewer replicas, found 10',
      ],
    },
    {
      name: 'of another version, and empty',
      file: 'later.json',
      faults: [
        '/lab/later.json:1:18: schemaVersion: expected version 1, found 2',
        '/lab/later.json:1:52: curve.points: expected at least one point, found a list of 0',
      ],
    },
  ])('$name is refused', ({ file, faults }) => {
    expect(faultsOf(stages, `demandCurve: ${file}`)).toEqual(faults);
  });
});
