import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MEASURES as CATALOGUE } from '../../../src/analysis/catalogue/catalogue.js';
import { valueAt } from '../../../src/core/json.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { parseThreshold, type KnownMeasure } from '../../../src/experiment/threshold.js';

const MEASURES: readonly KnownMeasure[] = [
  { name: 'responseTime.p99', unit: 'ms', inStage: true },
  { name: 'responseTime.p90', unit: 'ms', inStage: true },
  { name: 'scaleUp.latency.p95', unit: 'ms' },
  { name: 'errors.rate', unit: 'share', inStage: true },
  { name: 'probe.flaps', unit: 'count' },
  { name: 'load.rate', unit: 'perSecond' },
  { name: 'hpa.directionChanges', unit: 'perHour' },
  { name: 'cost.perMillionRequests', unit: 'currency' },
  { name: 'cpu.peak', unit: 'millicores' },
  { name: 'memory.peak', unit: 'bytes' },
  { name: 'cost.podTime', unit: 'podSeconds' },
  { name: 'cost.nodeTime', unit: 'nodeSeconds' },
  { name: 'elasticity.speedup', unit: 'ratio', needs: 'demandCurve' },
];
const CONTEXT = { measures: MEASURES, stages: ['baseline', 'spike'], currency: 'USD' };

function thresholdOf(text: string) {
  const parsed = parseThreshold(text, CONTEXT);
  if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
  return parsed.threshold;
}

describe('a threshold', () => {
  it.each([
    { text: 'responseTime.p99 < 300ms', comparison: '<', limit: 300 },
    { text: 'responseTime.p99 <= 1m30s', comparison: '<=', limit: 90_000 },
    { text: 'scaleUp.latency.p95 < 60 s', comparison: '<', limit: 60_000 },
    { text: 'errors.rate<0.1%', comparison: '<', limit: 0.001 },
    { text: 'errors.rate >= 99.9 %', comparison: '>=', limit: 0.999 },
    { text: 'probe.flaps == 0', comparison: '==', limit: 0 },
    { text: 'probe.flaps != 2', comparison: '!=', limit: 2 },
    { text: 'load.rate > 300/min', comparison: '>', limit: 5 },
    { text: 'hpa.directionChanges <= 4/h', comparison: '<=', limit: 4 },
    { text: 'hpa.directionChanges < 1/min', comparison: '<', limit: 60 },
    { text: 'cpu.peak < 250m', comparison: '<', limit: 250 },
    { text: 'cpu.peak < 1.5', comparison: '<', limit: 1_500 },
    { text: 'memory.peak < 1Gi', comparison: '<', limit: 1024 ** 3 },
    { text: 'cost.podTime < 1200 pod-seconds', comparison: '<', limit: 1_200 },
    { text: 'cost.nodeTime < 2 node-hours', comparison: '<', limit: 7_200 },
    { text: 'elasticity.speedup > 1.2', comparison: '>', limit: 1.2 },
    { text: 'responseTime.p99 > 0', comparison: '>', limit: 0 },
  ])('$text is $comparison $limit', ({ text, comparison, limit }) => {
    const threshold = thresholdOf(text);

    expect(threshold).toMatchObject({ text, comparison, limit });
    expect(threshold).not.toHaveProperty('stage');
    expect(threshold).not.toHaveProperty('currency');
  });

  it('of money keeps its currency, and of one stage the stage', () => {
    expect(thresholdOf('cost.perMillionRequests < 0.40 USD')).toEqual({
      text: 'cost.perMillionRequests < 0.40 USD',
      measure: 'cost.perMillionRequests',
      comparison: '<',
      limit: 0.4,
      unit: 'currency',
      currency: 'USD',
    });
    expect(thresholdOf('  responseTime.p99 < 300ms in spike ')).toEqual({
      text: 'responseTime.p99 < 300ms in spike',
      measure: 'responseTime.p99',
      comparison: '<',
      limit: 300,
      unit: 'ms',
      stage: 'spike',
    });
  });
});

describe('a faulty threshold', () => {
  it.each([
    {
      name: 'without a comparison',
      text: 'responseTime.p99 300ms',
      faults: [[0, 'a measure, a comparison and a limit', '"responseTime.p99 300ms"', undefined]],
    },
    {
      name: 'without a measure',
      text: ' < 300ms',
      faults: [[0, 'a measure, a comparison and a limit', '" < 300ms"', undefined]],
    },
    {
      name: 'with a misspelled measure',
      text: 'responsetime.p9 < 300ms',
      faults: [
        [0, 'the name of a measure', '"responsetime.p9"', 'responseTime.p99 or responseTime.p90'],
      ],
    },
    {
      name: 'with letters swapped in the measure',
      text: 'porbe.flaps == 0',
      faults: [[0, 'the name of a measure', '"porbe.flaps"', 'probe.flaps']],
    },
    {
      name: 'with a part of a name for the measure',
      text: 'latency < 60s',
      faults: [[0, 'the name of a measure', '"latency"', 'scaleUp.latency.p95']],
    },
    {
      name: 'with a name like no other',
      text: 'happiness > 1',
      faults: [[0, 'the name of a measure', '"happiness"', undefined]],
    },
    {
      name: 'with a comparison that is none',
      text: 'probe.flaps = 0',
      faults: [[12, 'one of < <= > >= == !=', '"="', '==']],
    },
    {
      name: 'with a duration without a unit',
      text: 'responseTime.p99 < 300',
      faults: [[19, 'a duration with its unit', '"300"', undefined]],
    },
    {
      name: 'with the unit of something else',
      text: 'errors.rate < 300ms',
      faults: [[14, 'a percentage, such as 0.1%, for errors.rate', '"300ms"', undefined]],
    },
    {
      name: 'with a share as a bare number',
      text: 'errors.rate < 0.01',
      faults: [[14, 'a percentage', '"0.01"', undefined]],
    },
    {
      name: 'with money without a currency',
      text: 'cost.perMillionRequests < 0.40',
      faults: [[26, 'an amount of money with its currency', '"0.40"', undefined]],
    },
    {
      name: 'with another currency than that of the prices',
      text: 'cost.perMillionRequests < 0.40 EUR',
      faults: [[26, "USD, the currency of this experiment's prices", 'EUR', undefined]],
    },
    {
      name: 'with node time for pod time',
      text: 'cost.podTime < 2 node-hours',
      faults: [[15, 'pod time', '"2 node-hours"', undefined]],
    },
    {
      name: 'with a number in two pieces',
      text: 'responseTime.p99 < 3 00ms',
      faults: [[19, 'a duration', '"3 00ms"', undefined]],
    },
    {
      name: 'without a limit',
      text: 'probe.flaps ==',
      faults: [[14, 'a number', 'nothing', undefined]],
    },
    {
      name: 'with an unknown stage',
      text: 'responseTime.p99 < 300ms in spkie',
      faults: [[28, 'a stage of the load (baseline, spike)', '"spkie"', 'spike']],
    },
    {
      name: 'with "in" and no stage',
      text: 'responseTime.p99 < 300ms in',
      faults: [[27, 'a stage of the load', 'nothing', undefined]],
    },
    {
      name: 'with a stage for a figure of the whole run',
      text: 'probe.flaps == 0 in spike',
      faults: [
        [20, 'no stage: probe.flaps is a figure of the whole run only', '"spike"', undefined],
      ],
    },
    {
      name: 'with three faults tells all of them',
      text: 'responseTime.p99 =< 300 in peak',
      faults: [
        [17, 'one of', '"=<"', '<='],
        [20, 'a duration', '"300"', undefined],
        [27, 'a stage', '"peak"', undefined],
      ],
    },
  ])('$name', ({ text, faults }) => {
    const parsed = parseThreshold(text, CONTEXT);

    expect(parsed.kind === 'faults' ? parsed.faults : []).toEqual(
      faults.map(([offset, expected, found, nearest]) => ({
        offset,
        expected: expect.stringContaining(String(expected)),
        found,
        ...(nearest === undefined ? {} : { nearest }),
      })),
    );
  });
});

function file(thresholds: string, rate = '1/s'): string {
  return `name: x
question: Does it hold?
manifests: [m]
underTest: { deployment: app }
load: { stages: [{ name: only, kind: constant, rate: ${rate}, duration: 1m }] }
thresholds:
${thresholds}`;
}

describe('thresholds in an experiment file', () => {
  const context = { fileName: 'x.yaml', resolvePath: (path: string) => path, measures: MEASURES };

  it('are part of the experiment', () => {
    const parsed = parseExperiment(
      file('  - responseTime.p99 < 300ms in only\n  - "probe.flaps == 0"\n'),
      context,
    );

    expect(parsed.kind === 'experiment' ? parsed.experiment.thresholds : parsed.faults).toEqual([
      expect.objectContaining({ measure: 'responseTime.p99', stage: 'only' }),
      expect.objectContaining({ measure: 'probe.flaps' }),
    ]);
  });

  it('suggest no measure where none is near', () => {
    const parsed = parseExperiment(file('  - nope < 3\n'), { ...context, measures: CATALOGUE });

    expect(parsed.kind === 'faults' ? parsed.faults.map(formatFault) : []).toEqual([
      'x.yaml:7:5: thresholds[0]: expected the name of a measure, found "nope"',
    ]);
  });

  it('are told with line and column beside all other faults', () => {
    const parsed = parseExperiment(
      file('  - responseTime.p99 < 300\n  - "porbe.flaps == 0"\n  - 7\n', '-1/s'),
      context,
    );

    const faults = parsed.kind === 'faults' ? parsed.faults : [];
    expect(faults.map(({ line, column, path }) => [line, column, path])).toEqual([
      [5, 54, 'load.stages[0].rate'],
      [7, 24, 'thresholds[0]'],
      [8, 6, 'thresholds[1]'],
      [9, 5, 'thresholds[2]'],
    ]);
    expect(faults.map(formatFault)[2]).toBe(
      'x.yaml:8:6: thresholds[1]: expected the name of a measure, found "porbe.flaps" (did you mean probe.flaps?)',
    );
  });

  it.each([
    ['elasticity.speedup > 1', 'demandCurve'],
    ['slo.goodShare > 99%', 'slo'],
    ['slo.longestViolation < 5s', 'slo'],
    ['scaleUp.recovery.p95 < 5s in only', 'slo'],
    ['scaleUp.recovered.max < 5s', 'slo'],
  ])('that could never be judged are faults: %s without %s', (threshold, part) => {
    const [name] = threshold.split(' ');
    const parsed = parseExperiment(file(`  - ${threshold}\n`), { ...context, measures: CATALOGUE });

    expect(parsed.kind === 'faults' ? parsed.faults.map(formatFault) : []).toEqual([
      `x.yaml:7:5: thresholds[0]: expected an experiment with ${part}, without which ${name} is never known, found no ${part}`,
    ]);
  });

  it('on the SLO are part of an experiment that has one', () => {
    const parsed = parseExperiment(
      `${file('  - slo.goodShare > 99%\n')}slo: { responseTime: 300ms, objective: 99% }\n`,
      { ...context, measures: CATALOGUE },
    );

    expect(parsed.kind === 'faults' ? parsed.faults.map(formatFault) : parsed.kind).toBe(
      'experiment',
    );
  });

  it.each([
    ['price: { vcpuHour: 1, gibHour: 1, currency: EUR, asOf: 2026-01-01, source: me }', 0],
    ['', 1],
    ['price: eks', 1],
    ['price: { book: fargate }', 1],
    ['price: { vcpuHour: 1 }', 4], // its missing fields only: the currency is not known
  ])('of money are checked against the prices: %s', (price, count) => {
    const parsed = parseExperiment(
      `${file('  - cost.perMillionRequests < 0.40 EUR\n')}${price}\n`,
      context,
    );

    expect(parsed.kind === 'faults' ? parsed.faults : []).toHaveLength(count);
  });
});

describe('the thresholds that docs/reports.md shows', () => {
  const shown = [...readFileSync('docs/reports.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, yaml = '']): unknown => parse(yaml))
    .flatMap((content) => valueAt(content, ['thresholds']) ?? [])
    .filter((text) => typeof text === 'string');

  it.each(shown)('%s can be read', (text) => {
    const context = { measures: CATALOGUE, stages: ['spike'], currency: 'USD' };

    expect(parseThreshold(text, context).kind).toBe('threshold');
  });

  it('are five', () => {
    expect(shown).toHaveLength(5);
  });
});
