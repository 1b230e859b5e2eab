/** Named measures of scale-ups and scale-downs: how long they took and where the time went. */
import type { Analysis } from '../analyze.js';
import type { Distribution } from '../distribution.js';
import { measured, noData, valueOf, type Measure } from '../measure.js';
import { SCALE_DOWN_STAGES, type ScaleDown, type ScaleDownStageName } from '../scale-down.js';
import { SCALE_UP_STAGES, type ScaleUp, type ScaleUpStageName } from '../scale-up.js';
import { scaleDownTimes, scaleUpTimes, type StepTimes } from '../scaling-analysis.js';
import type { MeasureDefinition } from './definition.js';

type AnyTimes = StepTimes<ScaleUpStageName> | StepTimes<ScaleDownStageName>;

/** One direction of scaling. */
interface Direction {
  readonly prefix: 'scaleUp' | 'scaleDown';
  /** In sentences. */
  readonly noun: 'scale-up' | 'scale-down';
  readonly steps: (analysis: Analysis) => readonly (ScaleUp | ScaleDown)[];
  readonly times: (analysis: Analysis) => AnyTimes;
  readonly timesInStage: (analysis: Analysis, stage: string) => AnyTimes;
}

const UP: Direction = {
  prefix: 'scaleUp',
  noun: 'scale-up',
  steps: ({ scaleUps }) => scaleUps,
  times: (analysis) => analysis.scaleUpTimes,
  timesInStage: ({ scaleUps }, stage) => scaleUpTimes(inStage(scaleUps, stage)),
};

const DOWN: Direction = {
  prefix: 'scaleDown',
  noun: 'scale-down',
  steps: ({ scaleDowns }) => scaleDowns,
  times: (analysis) => analysis.scaleDownTimes,
  timesInStage: ({ scaleDowns }, stage) => scaleDownTimes(inStage(scaleDowns, stage)),
};

function inStage<S extends ScaleUp | ScaleDown>(steps: readonly S[], stage: string): readonly S[] {
  return steps.filter(({ change }) => valueOf(change)?.stage === stage);
}

/** One duration that every step of a direction has, or may have. */
interface Duration {
  /** Part of the name, after the direction. */
  readonly name: string;
  readonly of: (times: AnyTimes) => Distribution | undefined;
  readonly summary: string;
  readonly formula: string;
  readonly source: string;
  readonly absentWhen: string;
  readonly needs?: 'slo' | undefined;
  readonly needsPunctualSender: boolean;
}

const FIGURES = [
  { name: 'p50', key: 'p50Ms', text: 'median' },
  { name: 'p95', key: 'p95Ms', text: '95th percentile (the largest with fewer than 20 steps)' },
  { name: 'max', key: 'maxMs', text: 'largest' },
] as const;

const RANK =
  'nearest rank over the steps, where one that was never reached is longer than every other';

function measuresOf(direction: Direction, duration: Duration): readonly MeasureDefinition[] {
  const { prefix, noun } = direction;
  const figureOf = (times: AnyTimes, key: (typeof FIGURES)[number]['key']): Measure =>
    duration.of(times)?.[key] ??
    noData(times.latency.n === 0 ? `there was no ${noun}` : `no ${noun} had that stage`);
  return FIGURES.map(
    ({ name, key, text }): MeasureDefinition => ({
      name: `${prefix}.${duration.name}.${name}`,
      unit: 'ms',
      better: 'lower',
      summary: `${duration.summary}: ${text}.`,
      formula: `${duration.formula}; ${RANK}`,
      source: duration.source,
      absentWhen: duration.absentWhen,
      needs: duration.needs,
      needsPunctualSender: duration.needsPunctualSender,
      of: (analysis) => figureOf(direction.times(analysis), key),
      inStage: (analysis, stage) => {
        const times = direction.timesInStage(analysis, stage);
        return times.latency.n === 0 && inStage(direction.steps(analysis), stage).length === 0
          ? noData(`no ${noun} answered a load change of the stage "${stage}"`)
          : figureOf(times, key);
      },
    }),
  );
}

function countMeasure({ prefix, noun, steps }: Direction): MeasureDefinition {
  return {
    name: `${prefix}.count`,
    unit: 'count',
    better: 'neither',
    summary: `${noun === 'scale-up' ? 'Scale-ups' : 'Scale-downs'} by the HPA.`,
    formula: `number of ${noun}s; those that someone else made (kubectl scale) do not count`,
    source: 'workload, hpa-decision and event records',
    absentWhen: 'never',
    needsPunctualSender: false,
    of: (analysis) => measured(steps(analysis).filter(({ author }) => author !== 'other').length),
    inStage: (analysis, stage) => measured(inStage(steps(analysis), stage).length),
  };
}

const NO_STEP = 'nothing scaled, or no load change is known for any step';

const UP_DURATIONS: readonly Duration[] = [
  {
    name: 'latency',
    of: ({ latency }) => latency,
    summary: 'From the load change until as many pods were ready as the HPA asked for',
    formula: 't(ready) - t(load change)',
    source: 'load profile or load records, pod records',
    absentWhen: NO_STEP,
    needsPunctualSender: true,
  },
  {
    name: 'recovery',
    of: ({ recovery }) => recovery,
    summary: 'How long the SLO was broken for want of pods',
    formula:
      't(first of 5 seconds in a row that hold the SLO) - t(first second that broke it, between load change and ready); 0 when none broke it',
    source: 'load records',
    absentWhen: `the experiment names no slo; ${NO_STEP}`,
    needs: 'slo',
    needsPunctualSender: true,
  },
];

const DOWN_DURATIONS: readonly Duration[] = [
  {
    name: 'latency',
    of: ({ latency }) => latency,
    summary: 'From the load drop until the last of the removed pods was gone',
    formula: 't(gone) - t(load drop)',
    source: 'load profile or load records, pod records',
    absentWhen: NO_STEP,
    needsPunctualSender: true,
  },
];

interface StageText {
  readonly summary: string;
  readonly source: string;
  readonly needs?: 'slo';
  readonly needsPunctualSender?: true;
}

const UP_STAGES: Readonly<Record<ScaleUpStageName, StageText>> = {
  'earlier-step': {
    summary: 'From the load change to the decision of the step before it for the same change',
    source: 'workload records',
    needsPunctualSender: true,
  },
  'over-target': {
    summary: 'From the load change until true CPU usage was over target',
    source: 'cpu records',
    needsPunctualSender: true,
  },
  'metric-visible': {
    summary: 'From true usage over target until the metrics API showed it',
    source: 'pod-metrics records',
  },
  decision: {
    summary: 'From the metric over target until the HPA wrote the new size',
    source: 'workload records',
  },
  'pods-created': {
    summary: 'From the decision until the last of the new pods was seen',
    source: 'pod records',
  },
  scheduled: {
    summary: 'From the new pods seen until the last of them had a node',
    source: 'pod records',
  },
  started: {
    summary: 'From a node for each new pod until the containers of the last ran',
    source: 'pod records',
  },
  ready: {
    summary: 'From running containers until as many pods were ready as asked for',
    source: 'pod records',
  },
  endpoint: {
    summary: 'From that many pods ready until the Service had as many endpoints',
    source: 'endpoints records',
  },
  'first-request': {
    summary: 'From that many endpoints until each new pod had answered a request, to the second',
    source: 'load records (byPod)',
    needsPunctualSender: true,
  },
  recovered: {
    summary: 'From requests answered by each new pod until the SLO held again for 5 seconds',
    source: 'load records',
    needs: 'slo',
    needsPunctualSender: true,
  },
};

const DOWN_STAGES: Readonly<Record<ScaleDownStageName, StageText>> = {
  'under-target': {
    summary: 'From the load drop until true CPU usage was low enough for the new size',
    source: 'cpu records',
    needsPunctualSender: true,
  },
  'metric-visible': {
    summary: 'From true usage that low until the metrics API showed it',
    source: 'pod-metrics records',
  },
  decision: {
    summary: 'From the low metric until the HPA wrote the new size, stabilization included',
    source: 'workload records',
  },
  terminating: {
    summary: 'From the decision until the last of the removed pods was told to end',
    source: 'pod records',
  },
  'out-of-endpoints': {
    summary: 'From the last told to end until the Service had none of them among its endpoints',
    source: 'endpoints records',
  },
  'last-request': {
    summary:
      'From out of the endpoints until the last request that a removed pod answered, to the second',
    source: 'load records (byPod)',
    needsPunctualSender: true,
  },
  gone: {
    summary: 'From the last request until the last of the removed pods was gone',
    source: 'pod records',
  },
};

function stageDurations<Name extends string>(
  names: readonly Name[],
  texts: Readonly<Record<Name, StageText>>,
): readonly Duration[] {
  return names.map((name): Duration => {
    const { summary, source, needs, needsPunctualSender = false } = texts[name];
    return {
      name: camelCase(name),
      of: ({ stages }) => Object.entries(stages).find(([key]) => key === name)?.[1],
      summary,
      formula: `length of the stage ${name}: since the stage before it that was seen, else since the load change`,
      source,
      absentWhen: `${NO_STEP}; or the stage was not seen in any, or was the first that is known of a step without a load change`,
      needs,
      needsPunctualSender,
    };
  });
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Latency, recovery and every stage of the steps in both directions. */
export const stepMeasures: readonly MeasureDefinition[] = [
  countMeasure(UP),
  ...[...UP_DURATIONS, ...stageDurations(SCALE_UP_STAGES, UP_STAGES)].flatMap((duration) =>
    measuresOf(UP, duration),
  ),
  countMeasure(DOWN),
  ...[...DOWN_DURATIONS, ...stageDurations(SCALE_DOWN_STAGES, DOWN_STAGES)].flatMap((duration) =>
    measuresOf(DOWN, duration),
  ),
];
