import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

const CONTEXT = {
  fileName: 'x.yaml',
  resolvePath: (path: string) => `/lab/${path}`,
  measures: MEASURES,
};
const SMALLEST = `name: small
question: Does it parse?
manifests: [m]
underTest: { deployment: app }
load:
  stages:
    - { name: only, kind: constant, rate: 90/min, duration: 1m30s }
`;

function faultsOf(text: string): readonly string[] {
  const parsed = parseExperiment(text, CONTEXT);
  return parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
}

function experimentOf(text: string) {
  const parsed = parseExperiment(text, CONTEXT);
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(formatFault).join('\n'));
  return parsed.experiment;
}

describe('a valid experiment file', () => {
  it('gets every default filled in', () => {
    expect(experimentOf(SMALLEST)).toMatchObject({
      name: 'small',
      target: 'embedded',
      manifests: ['/lab/m'],
      patches: [],
      namespace: 'hpa-lab-small',
      deployment: 'app',
      service: 'app',
      hpa: 'app',
      load: {
        load: { model: 'open', spacing: 'even' },
        requests: [{ weight: 1, steps: [{ request: { method: 'GET', path: '/', headers: {} } }] }],
        connections: { kind: 'per-request' },
        maxConnections: 1_000,
        maxInFlight: 1_000,
        timeoutMs: 5_000,
        seed: 1,
      },
      readyTimeoutMs: 120_000,
      settleMs: 25_000,
      coolDownMs: 0,
      flapWindowMs: 60_000,
      embedded: {
        cpuScale: 'auto',
        addresses: 'auto',
        cpuLimits: 'auto',
        images: {},
        hpaController: {
          syncPeriodMs: 15_000,
          tolerance: 0.1,
          cpuInitializationPeriodMs: 300_000,
          initialReadinessDelayMs: 30_000,
          downscaleStabilizationMs: 300_000,
        },
        metricsResolutionMs: 15_000,
        apiPort: 0,
      },
      seed: 1,
    });
  });

  it('has rates a second and durations in milliseconds in each kind of stage', () => {
    const text = SMALLEST.replace(
      /stages:[^]*/,
      `stages:
    - { name: a, kind: constant, rate: 90/min, duration: 1m30s }
    - { name: b, kind: ramp, from: 0, to: 7200/h, duration: 500ms }
    - { name: c, kind: step, from: 1.5, to: 3/s, steps: 3, duration: 3s }
    - { name: d, kind: spike, base: 1, peak: 5, at: 0, length: 2s, duration: 4s }
`,
    );

    expect(experimentOf(text).load.load).toEqual({
      model: 'open',
      spacing: 'even',
      profile: {
        stages: [
          { name: 'a', kind: 'constant', ratePerSecond: 1.5, durationMs: 90_000 },
          { name: 'b', kind: 'ramp', fromPerSecond: 0, toPerSecond: 2, durationMs: 500 },
          {
            name: 'c',
            kind: 'step',
            fromPerSecond: 1.5,
            toPerSecond: 3,
            steps: 3,
            durationMs: 3e3,
          },
          {
            name: 'd',
            kind: 'spike',
            basePerSecond: 1,
            peakPerSecond: 5,
            atMs: 0,
            lengthMs: 2_000,
            durationMs: 4_000,
          },
        ],
      },
    });
  });

  it('may ask for a closed model, which allows as many requests at once as there are users', () => {
    const text = SMALLEST.replace(
      /load:[^]*/,
      'load: {model: closed, concurrency: 7, duration: 9s}\n',
    );

    expect(experimentOf(text).load).toMatchObject({
      load: { model: 'closed', concurrency: 7, durationMs: 9_000 },
      maxConnections: 7,
      maxInFlight: 7,
    });
  });

  it.each([
    ['keep-alive', { kind: 'keep-alive' }],
    [
      '{kind: keep-alive, maxRequests: 5, maxAge: 2s}',
      { kind: 'keep-alive', maxRequests: 5, maxAgeMs: 2_000 },
    ],
  ])('reads connections: %s', (written, policy) => {
    expect(experimentOf(`${SMALLEST}  connections: ${written}\n`).load.connections).toEqual(policy);
  });

  it('makes texts of numbers in an image environment', () => {
    const text = `${SMALLEST}embedded: {images: {app: {command: [node, a.js], env: {N: 5, B: true}}}}\n`;

    expect(experimentOf(text).embedded.images).toEqual({
      app: { command: ['node', 'a.js'], env: { N: '5', B: 'true' } },
    });
  });

  it('is what experiments/spike.yaml is', () => {
    const experiment = experimentOf(readFileSync('experiments/spike.yaml', 'utf8'));

    expect(experiment.name).toBe('spike');
    expect(experiment.load.requests[0]?.steps[0]?.request.path).toBe('/work?cpuMs=25');
  });
});

describe('a fault of an experiment file', () => {
  it.each([
    [
      'a misspelled field names the nearest known one',
      SMALLEST.replace('manifests', 'manifest'),
      /^x\.yaml:3:1: manifest: expected one of the fields .*, found an unknown field \(did you mean manifests\?\)$/,
    ],
    [
      'a field of another spelling style is recognized',
      SMALLEST.replace('underTest', 'under-test'),
      /^x\.yaml:4:1: under-test: .* \(did you mean underTest\?\)$/,
    ],
    [
      'a missing field points at its mapping',
      SMALLEST.replace('rate: 90/min, ', ''),
      /^x\.yaml:7:7: load\.stages\[0\]\.rate: expected a rate .*, found nothing$/,
    ],
    [
      'a field without a value points at its name',
      SMALLEST.replace('question: Does it parse?', 'question:'),
      /^x\.yaml:2:1: question: expected a sentence.*, found nothing$/,
    ],
    [
      'a duration needs its unit',
      SMALLEST.replace('1m30s', '90'),
      /^x\.yaml:7:61: load\.stages\[0\]\.duration: expected a duration above 0 with its unit, such as 45s.*, found 90$/,
    ],
    [
      'a rate is no free text',
      SMALLEST.replace('90/min', '90 per minute'),
      /^x\.yaml:7:43: load\.stages\[0\]\.rate: expected a rate .* such as 45\/s.*, found "90 per minute"$/,
    ],
    [
      'a misspelled kind names the nearest',
      SMALLEST.replace('constant', 'constnt'),
      /^x\.yaml:7:27: load\.stages\[0\]\.kind: expected one of constant, ramp, step, spike, sine, .*, sequence, found "constnt" \(did you mean constant\?\)$/,
    ],
    [
      'the fields of an unknown field’s own kind of stage are offered',
      SMALLEST.replace('duration:', 'peak: 5, duration:'),
      /load\.stages\[0\]\.peak: expected one of the fields name, kind, rate, duration, found/,
    ],
    [
      'a profile without any arrival is refused',
      SMALLEST.replace('90/min', '0'),
      /^x\.yaml:7:5: load\.stages: expected a rate above 0 in at least one stage, found a list of 1$/,
    ],
    [
      'a spike must end within its stage',
      SMALLEST.replace(
        /- \{.*/,
        '- {name: s, kind: spike, base: 1, peak: 2, at: 5s, length: 6s, duration: 10s}',
      ),
      /load\.stages\[0\]\.length: expected the peak to end within the stage/,
    ],
    [
      'a field that stands twice',
      `${SMALLEST}name: again\n`,
      /^x\.yaml:8:1: expected valid YAML, found Map keys must be unique$/,
    ],
    ['a text that is no YAML', 'a: [1,\nb: }', /^x\.yaml:2:1: expected valid YAML, found /],
    [
      'an alias to nothing',
      'name: *x',
      /expected YAML that can be resolved, found Unresolved alias/,
    ],
    ['a list instead of a mapping', '- 1', /^x\.yaml:1:1: expected a mapping .*found a list of 1$/],
    ['an empty file', '', /^x\.yaml:1:1: expected a mapping .*, found nothing$/],
    [
      'a header that is the sender’s own',
      `${SMALLEST}  request: {headers: {Host: a}}\n`,
      /^x\.yaml:8:23: load\.request\.headers\.Host: expected a header other than connection/,
    ],
    [
      'a body with GET',
      `${SMALLEST}  request: {body: a}\n`,
      /^x\.yaml:8:19: load\.request\.body: expected no body with GET or HEAD, found "a"$/,
    ],
    [
      'a fault within one of several forms is told for the form that was meant',
      `${SMALLEST}  connections: {kind: keep-alive, maxAge: 5}\n`,
      /^x\.yaml:8:43: load\.connections\.maxAge: expected a duration above 0/,
    ],
    [
      'a value that fits no form is told all forms',
      `${SMALLEST}  connections: sometimes\n`,
      /^x\.yaml:8:16: load\.connections: expected per-request, keep-alive, or \{.*, found "sometimes"$/,
    ],
    [
      'a day that does not exist',
      `${SMALLEST}price: {vcpuHour: 1, gibHour: 1, currency: USD, asOf: 2025-02-30, source: s}\n`,
      /price\.asOf: expected a date such as 2026-11-01, found "2025-02-30"$/,
    ],
    [
      'a patch must not make another object of it',
      `${SMALLEST}patches: [{kind: Deployment, name: app, patch: {kind: Service}}]\n`,
      /^x\.yaml:8:55: patches\[0\]\.patch\.kind: expected no change of what the object is, found "Service"$/,
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(text)).toContainEqual(expect.stringMatching(fault));
  });

  it('comes with all others, in the order of the file', () => {
    const text = SMALLEST.replace('name: small', 'name: Small')
      .replace('manifests: [m]', 'manifests: []')
      .replace('90/min', 'fast')
      .concat('    - { name: only, kind: ramp, from: 1, to: 2, duration: 1s, steps: 2 }\n')
      .concat('seed: -1\n');

    const places = faultsOf(text).map((fault) => /^x\.yaml:(\S+): (\S+):/.exec(fault)?.slice(1));

    expect(places).toEqual([
      ['1:7', 'name'],
      ['3:12', 'manifests'],
      ['7:43', 'load.stages[0].rate'],
      ['8:15', 'load.stages[1].name'],
      ['8:63', 'load.stages[1].steps'],
      ['9:7', 'seed'],
    ]);
  });
});
