/** Named measures of what users felt: response times, errors, the SLO, balance. */
import type { Analysis } from '../analyze.js';
import { mapMeasure, measured, noData, type Measure } from '../measure.js';
import type { LoadStretch } from '../requests.js';
import type { ResponseTimes } from '../response-times.js';
import type { SloFigures } from '../slo-figures.js';
import type { StageFigures } from '../stage-figures.js';
import type { MeasureDefinition } from './definition.js';

const NO_LOAD = 'not one second of the load was told';

function inLoad(of: (load: LoadStretch) => Measure): Pick<MeasureDefinition, 'of' | 'inStage'> {
  return {
    of: ({ wholeLoad }) => flat(mapMeasure(wholeLoad, of)),
    inStage: (analysis, stage) => inStage(analysis, stage, ({ load }) => of(load)),
  };
}

function inSlo(of: (slo: SloFigures) => Measure): Pick<MeasureDefinition, 'of' | 'inStage'> {
  return {
    of: ({ slo }) => flat(mapMeasure(slo, of)),
    inStage: (analysis, stage) => inStage(analysis, stage, ({ slo }) => flat(mapMeasure(slo, of))),
  };
}

function inStage(
  { stages }: Analysis,
  name: string,
  of: (stage: StageFigures) => Measure,
): Measure {
  if (stages.kind !== 'measured') return stages;
  const stage = stages.value.find((each) => each.name === name);
  return stage === undefined ? noData(`the run did not come to the stage ${name}`) : of(stage);
}

function flat(measure: Measure<Measure>): Measure {
  return measure.kind === 'measured' ? measure.value : measure;
}

interface TimeOf {
  readonly name: 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max';
  readonly of: (times: ResponseTimes) => Measure;
  readonly words: string;
  readonly needed: number;
}

const TIMES: readonly TimeOf[] = [
  {
    name: 'p50',
    of: ({ p50Ms }) => p50Ms,
    words: 'not exceeded by 50 % of the answers',
    needed: 2,
  },
  {
    name: 'p90',
    of: ({ p90Ms }) => p90Ms,
    words: 'not exceeded by 90 % of the answers',
    needed: 10,
  },
  {
    name: 'p95',
    of: ({ p95Ms }) => p95Ms,
    words: 'not exceeded by 95 % of the answers',
    needed: 20,
  },
  {
    name: 'p99',
    of: ({ p99Ms }) => p99Ms,
    words: 'not exceeded by 99 % of the answers',
    needed: 100,
  },
  {
    name: 'p999',
    of: ({ p999Ms }) => p999Ms,
    words: 'not exceeded by 99.9 % of the answers',
    needed: 1_000,
  },
  { name: 'max', of: ({ maxMs }) => maxMs, words: 'of the slowest answer', needed: 1 },
];

function responseTimeMeasure({ name, of, words, needed }: TimeOf): MeasureDefinition {
  return {
    name: `responseTime.${name}`,
    unit: 'ms',
    better: 'lower',
    summary: `The response time ${words}, from when the request was due.`,
    formula:
      'nearest rank over the merged histograms of all seconds (three digits); answers of any status',
    source: 'load records',
    absentWhen: `${NO_LOAD}, or there were fewer than ${needed} answers`,
    needsPunctualSender: true,
    ...inLoad(({ responseTimes }) => of(responseTimes)),
  };
}

function serviceTimeMeasure({ name, of, words, needed }: TimeOf): MeasureDefinition {
  return {
    name: `serviceTime.${name}`,
    unit: 'ms',
    better: 'lower',
    summary: `The service time ${words}, from the actual send.`,
    formula:
      'nearest rank over the merged histograms of all seconds (three digits); answers of any status; hides the wait of requests that could not be sent (coordinated omission)',
    source: 'load records',
    absentWhen: `${NO_LOAD}, or there were fewer than ${needed} answers`,
    needsPunctualSender: false,
    ...inLoad(({ serviceTimes }) => of(serviceTimes)),
  };
}

const countMeasures: readonly MeasureDefinition[] = [
  {
    name: 'requests.due',
    unit: 'count',
    better: 'neither',
    summary: 'Requests that were due.',
    formula: 'sum over all seconds of the load',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: false,
    ...inLoad(({ due }) => measured(due)),
  },
  {
    name: 'requests.rate',
    unit: 'perSecond',
    better: 'neither',
    summary: 'Requests due a second.',
    formula: 'requests.due / seconds of the load that were told',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: false,
    ...inLoad(({ due, seconds }) =>
      seconds === 0 ? noData('no second was told') : measured(due / seconds),
    ),
  },
  {
    name: 'requests.dropped',
    unit: 'count',
    better: 'lower',
    summary: 'Requests due while as many as allowed were under way; never sent.',
    formula: 'sum over all seconds of the load',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: true,
    ...inLoad(({ dropped }) => measured(dropped)),
  },
  {
    name: 'requests.unsent',
    unit: 'count',
    better: 'lower',
    summary: 'Requests still waiting for a connection when the run ended.',
    formula: 'sum over all seconds of the load',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: true,
    ...inLoad(({ unsent }) => measured(unsent)),
  },
  {
    name: 'requests.late',
    unit: 'count',
    better: 'lower',
    summary: 'Requests sent more than 10 ms late by the fault of the load generator.',
    formula: 'sum over all seconds of the load',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: false,
    ...inLoad(({ late }) => measured(late)),
  },
  {
    name: 'errors.count',
    unit: 'count',
    better: 'lower',
    summary: 'Requests that failed, got a 5xx, were dropped or never sent.',
    formula: 'failed + answered 5xx + dropped + unsent; 4xx is an answer',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: true,
    ...inLoad(({ errors }) => measured(errors)),
  },
  {
    name: 'errors.rate',
    unit: 'share',
    better: 'lower',
    summary: 'Share of due requests that were errors.',
    formula: 'errors.count / requests.due',
    source: 'load records',
    absentWhen: `${NO_LOAD}, or no request was due`,
    needsPunctualSender: true,
    ...inLoad(({ errorShare }) => errorShare),
  },
  {
    name: 'errors.failed',
    unit: 'count',
    better: 'lower',
    summary: 'Requests that were sent and got no answer, or a 5xx.',
    formula: 'failed + answered 5xx',
    source: 'load records',
    absentWhen: NO_LOAD,
    needsPunctualSender: false,
    ...inLoad(({ failedTotal, answered }) => measured(failedTotal + (answered['5xx'] ?? 0))),
  },
  {
    name: 'errors.unexplained',
    unit: 'count',
    better: 'lower',
    summary: 'Failed requests at whose time nothing was seen that explains them.',
    formula:
      'errors.failed without those put down to a crash, no ready pod, a rollout, a scale-down, a deleted pod, a flap or a CPU at its limit by overlap in time',
    source: 'load, pod, workload and cpu records',
    absentWhen: NO_LOAD,
    needsPunctualSender: false,
    of: ({ wholeLoad, failures }) =>
      mapMeasure(
        wholeLoad,
        () => failures.byCause.find(({ cause }) => cause === 'unknown')?.count ?? 0,
      ),
  },
];

const NO_SLO = 'the experiment names no slo, or not one second of the load was told';

const sloMeasures: readonly MeasureDefinition[] = [
  {
    name: 'slo.violationSeconds',
    unit: 'count',
    better: 'lower',
    summary: 'Seconds of the load in which fewer requests were good than the objective asks.',
    formula:
      'seconds with good / (due - unanswered) < objective; a second without requests is none',
    source: 'load records; slo of the experiment',
    needs: 'slo',
    absentWhen: NO_SLO,
    needsPunctualSender: true,
    ...inSlo(({ violationSeconds }) => measured(violationSeconds)),
  },
  {
    name: 'slo.goodShare',
    unit: 'share',
    better: 'higher',
    summary: 'Share of requests that were good: answered 1xx-4xx within slo.responseTime.',
    formula:
      'good / (due - unanswered); a 5xx is taken to have been in time, so the true share is no lower',
    source: 'load records; slo of the experiment',
    needs: 'slo',
    absentWhen: `${NO_SLO}, or no request was due`,
    needsPunctualSender: true,
    ...inSlo(({ goodShare }) => goodShare),
  },
  {
    name: 'slo.budgetBurn',
    unit: 'ratio',
    better: 'lower',
    summary: 'How fast the error budget was used; 1 uses it up exactly in the time it is for.',
    formula: '(1 - slo.goodShare) / (1 - objective)',
    source: 'load records; burn rate as in the Google SRE Workbook, chapter 5',
    needs: 'slo',
    absentWhen: `${NO_SLO}, or no request was due`,
    needsPunctualSender: true,
    ...inSlo(({ budgetBurn }) => budgetBurn),
  },
  {
    name: 'slo.longestViolation',
    unit: 'ms',
    better: 'lower',
    summary: 'Length of the longest stretch of violated seconds.',
    formula: 'from its first to its last violated second, at most two held ones in a row within it',
    source: 'load records; slo of the experiment',
    needs: 'slo',
    absentWhen: NO_SLO,
    needsPunctualSender: true,
    of: ({ slo }) =>
      mapMeasure(slo, ({ violations }) =>
        violations.reduce((longest, { fromT, toT }) => Math.max(longest, toT - fromT), 0),
      ),
  },
];

const IMBALANCE_ABSENT =
  'endpoints were not observed, answers do not name their pods, or no two pods were ready for 10 s under load';

const balanceMeasures: readonly MeasureDefinition[] = [
  {
    name: 'imbalance.cv',
    unit: 'ratio',
    better: 'lower',
    summary: 'How unevenly answers were spread over the pods; 0 is evenly.',
    formula:
      'standard deviation / mean of the answers by pod, over stretches with the same ready pods for 10 s (their first 2 s left out), weighted by answers; chance alone gives sqrt((pods - 1) / answers)',
    source: 'load and endpoints records',
    absentWhen: IMBALANCE_ABSENT,
    needsPunctualSender: false,
    of: ({ imbalance }) => mapMeasure(imbalance, ({ cv }) => cv),
  },
  {
    name: 'imbalance.maxOverMean',
    unit: 'ratio',
    better: 'lower',
    summary: 'What the busiest pod answered against the mean pod; 1 is evenly.',
    formula: 'most answers by pod / mean, over the same stretches as imbalance.cv',
    source: 'load and endpoints records',
    absentWhen: IMBALANCE_ABSENT,
    needsPunctualSender: false,
    of: ({ imbalance }) => mapMeasure(imbalance, ({ maxOverMean }) => maxOverMean),
  },
];

/** What users felt. */
export const requestMeasures: readonly MeasureDefinition[] = [
  ...TIMES.map(responseTimeMeasure),
  ...TIMES.map(serviceTimeMeasure),
  ...countMeasures,
  ...sloMeasures,
  ...balanceMeasures,
];
