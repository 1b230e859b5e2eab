import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { measureOf, measuresOf } from '../../../src/analysis/catalogue/prometheus-measures.js';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { podUse } from '../../../src/analysis/pod-use.js';
import { prometheusSteps } from '../../../src/analysis/prometheus-series.js';
import { csvReport } from '../../../src/report/csv-report.js';
import { jsonReport, reportJsonSchema } from '../../../src/report/json/json-report.js';
import { textReport } from '../../../src/report/text-report.js';
import type { PrometheusRecord, Timeline } from '../../../src/timeline/record.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { anExperiment, aTimeline, without } from '../../support/a-timeline.js';

const SETTINGS = {
  url: 'http://prom',
  headers: {},
  stepMs: 5_000,
  windowMs: 60_000,
  labels: 'kube-prometheus',
  queries: [{ name: 'queue', query: 'queue', unit: 'count' }],
} as const;

function record(
  name: string,
  series: PrometheusRecord['series'],
  unit: PrometheusRecord['unit'] = 'count',
): PrometheusRecord {
  return { kind: 'prometheus', t: 1_000_000, name, query: name, unit, stepMs: 5_000, series };
}

function told(...records: readonly Timeline['records'][number][]): Timeline {
  const base = aTimeline();
  return {
    header: { ...base.header, experiment: { ...anExperiment(), prometheus: SETTINGS } },
    records: [...base.records, ...records],
  };
}

const TWO = [
  {
    labels: { pod: 'a' },
    points: [
      [10_000, 1],
      [15_000, 3],
    ] as const,
  },
  { labels: { pod: 'b' }, points: [[15_000, 8]] as const },
];

describe('figures of Prometheus', () => {
  it.each([
    ['min', 1],
    ['max', 8],
    ['mean', 4],
    ['last', 11],
  ])('%s of all series', (statistic, value) => {
    const analysis = analyze(told(record('queue', TWO)));
    expect(measureOf(analysis, `prometheus.queue.${statistic}`)?.of(analysis)).toEqual({
      kind: 'measured',
      value,
    });
  });

  it('are those of a stage where one is named', () => {
    const base = told();
    const loadT =
      base.records.find((each) => each.kind === 'phase' && each.phase === 'load')?.t ?? 0;
    const points = [
      [loadT - 5_000, 100],
      [loadT + 5_000, 2],
    ] as const;
    const analysis = analyze(told(record('queue', [{ labels: {}, points }])));
    const [stage = ''] =
      analysis.stages.kind === 'measured' ? analysis.stages.value.map(({ name }) => name) : [];
    const measure = measureOf(analysis, 'prometheus.queue.max');
    expect(measure?.inStage?.(analysis, stage)).toEqual({ kind: 'measured', value: 2 });
    expect(measure?.of(analysis)).toEqual({ kind: 'measured', value: 100 });
  });

  it('leave out what came when the run was torn down', () => {
    const base = told();
    const endT =
      base.records.find((each) => each.kind === 'phase' && each.phase === 'tear-down')?.t ?? 0;
    const points = [
      [endT - 1_000, 4],
      [endT + 1_000, 0],
    ] as const;
    const analysis = analyze(told(record('queue', [{ labels: {}, points }])));
    expect(measureOf(analysis, 'prometheus.queue.min')?.of(analysis)).toEqual({
      kind: 'measured',
      value: 4,
    });
  });

  it.each([
    ['it has no value', [record('queue', [])], 'Prometheus has no value of it within the run'],
    [
      'it did not answer',
      [
        {
          kind: 'gap',
          t: 9,
          fromT: 0,
          source: 'prometheus queue',
          because: 'Prometheus did not answer: x',
        },
      ],
      'Prometheus did not answer: x',
    ],
    ['it was not asked', [], 'Prometheus was not asked: the run ended before'],
  ] as const)('are absent when %s', (...[, records, because]) => {
    const analysis = analyze(told(...records));
    expect(measureOf(analysis, 'prometheus.queue.max')?.of(analysis)).toEqual({
      kind: 'no-data',
      because,
    });
  });

  it('are no measures of a run without a Prometheus', () => {
    const analysis = analyze(aTimeline());
    expect(measuresOf(analysis)).toEqual(MEASURES);
    expect(measureOf(analysis, 'prometheus.cpu.max')).toBeUndefined();
  });

  it('stand in every report', () => {
    const timeline = told(record('queue', TWO));
    const analysis = analyze(timeline);
    const validate = new Ajv2020({ strict: false }).compile(reportJsonSchema());
    const report = JSON.parse(JSON.stringify(jsonReport(timeline, analysis)));
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.prometheus.queries.at(-1).answer.value.series[0]).toMatchObject({
      labels: { pod: 'a' },
      values: 2,
      max: 3,
    });
    expect(textReport(timeline, analysis, { columns: 100 })).toMatch(/^queue +1 +4 +8 +11$/m);
    expect(csvReport(timeline, analysis)).toContain('\nprometheus.queue.max,,count,8,\n');
  });
});

describe('a series', () => {
  it('has a gap where a value is missing', () => {
    const points = [
      [0, 1],
      [5_000, 2],
      [15_000, 3],
    ] as const;
    expect(prometheusSteps({ labels: {}, points }, 5_000)).toEqual([
      { t: 0, value: 1 },
      { t: 5_000, value: 2 },
      { t: 10_000, value: undefined },
      { t: 15_000, value: 3 },
      { t: 20_000, value: undefined },
    ]);
  });
});

describe('what pods use', () => {
  const cpu = record('podCpu', [{ labels: { pod: 'a' }, points: [[10_000, 250]] }], 'millicores');
  const memory = record('podMemory', [{ labels: { pod: 'a' }, points: [[10_000, 64]] }], 'bytes');

  it('is told by Prometheus where neither the kernel nor a metrics API does', () => {
    const use = podUse(without(told(cpu, memory), 'cpu', 'pod-metrics'));
    expect(use.source).toEqual({ kind: 'measured', value: 'prometheus' });
    expect(use.byPod.get('a')).toEqual([
      { fromT: 5_000, toT: 10_000, cpuMillicores: 250, memoryBytes: 64 },
    ]);
  });

  it('is taken from the kernel where it can be', () => {
    expect(podUse(told(cpu, memory)).source).toEqual({ kind: 'measured', value: 'kernel' });
  });
});
