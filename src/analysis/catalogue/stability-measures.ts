/** Named measures of how steadily the HPA steered. */
import { distribution } from '../distribution.js';
import { mapMeasure, measured, noData, type Measure } from '../measure.js';
import type { LimitedTimes } from '../stability.js';
import type { MeasureDefinition } from './definition.js';

const SIZES = 'workload, hpa-decision and event records';
const LIMITS = 'hpa-decision records (the steps of each sync), else the conditions of hpa records';
const LIMIT_FORMULA =
  'sum over the syncs that it held back of the time to the next sync; from conditions, the time in which they say so';

function limitMeasure(
  name: string,
  texts: { readonly summary: string; readonly absentWhen?: string },
  of: (limited: LimitedTimes) => Measure,
): MeasureDefinition {
  return {
    name: `stability.${name}`,
    unit: 'ms',
    better: 'lower',
    summary: texts.summary,
    formula: LIMIT_FORMULA,
    source: LIMITS,
    absentWhen: texts.absentWhen ?? 'neither decisions nor conditions of the HPA were recorded',
    needsPunctualSender: false,
    of: ({ stability }) => of(stability.limited),
  };
}

/** Rescales, thrash, overshoot, settling and what limited the HPA. */
export const stabilityMeasures: readonly MeasureDefinition[] = [
  {
    name: 'stability.rescales',
    unit: 'count',
    better: 'lower',
    summary: 'How often the HPA changed the size.',
    formula: 'number of changes of spec.replicas that the HPA made',
    source: SIZES,
    absentWhen: 'never',
    needsPunctualSender: false,
    of: ({ stability }) => measured(stability.rescales),
  },
  {
    name: 'stability.rescalesByOthers',
    unit: 'count',
    better: 'neither',
    summary: 'How often someone else changed the size.',
    formula:
      'number of changes of spec.replicas to a size of which no decision and no event of the HPA within 10 s tells, where some were recorded',
    source: SIZES,
    absentWhen: 'never',
    needsPunctualSender: false,
    of: ({ stability }) => measured(stability.byOthers),
  },
  {
    name: 'stability.directionChanges',
    unit: 'count',
    better: 'lower',
    summary: 'How often the HPA turned round.',
    formula: 'number of rescales against the direction of the one before; up and down again is 1',
    source: SIZES,
    absentWhen: 'never',
    needsPunctualSender: false,
    of: ({ stability }) => measured(stability.directionChanges),
  },
  {
    name: 'stability.thrashPerHour',
    unit: 'perHour',
    better: 'lower',
    summary: 'Direction changes an hour; in a short run an extrapolation.',
    formula:
      'stability.directionChanges / hours from the begin of the load to the end of the observation',
    source: SIZES,
    absentWhen: 'nothing was observed after the load began',
    needsPunctualSender: false,
    of: ({ stability }) => stability.thrashPerHour,
  },
  {
    name: 'stability.overshoot',
    unit: 'count',
    better: 'lower',
    summary: 'By how many replicas the HPA went beyond what was needed after a rise of the load.',
    formula:
      'for each rise of the load, until the next load change: highest size asked for - highest demand by the demand curve (without one: - the size at which it settled), at least 0; the largest of them. Rises after which it did not settle are left out',
    source: `${SIZES}; the experiment's demandCurve`,
    absentWhen: 'the load never rose, or no rise was followed by a settled size',
    needsPunctualSender: true,
    of: ({ stability }) => mapMeasure(stability.overshoot, ({ replicas }) => replicas),
    inStage: ({ stability }, stage) => {
      const own = stability.overshoots.filter(({ change }) => change.stage === stage);
      return own.length === 0
        ? noData(`no settled size is known after a rise of the load in the stage "${stage}"`)
        : measured(Math.max(...own.map(({ replicas }) => replicas)));
    },
  },
  {
    name: 'stability.settlingTime',
    unit: 'ms',
    better: 'lower',
    summary: 'How long the HPA went on rescaling after a load change, at most.',
    formula:
      'for each load change that a rescale answered: t(last rescale before the next load change) - t(load change); the largest. Not reached where that rescale came less than a sync period before the next change, or the answer came only after it',
    source: SIZES,
    absentWhen: 'no load change is known, or none was answered by a rescale',
    needsPunctualSender: false,
    of: ({ stability }) => stability.settlingTime.maxMs,
    inStage: ({ stability }, stage) =>
      distribution(
        stability.settlings
          .filter(({ change }) => change.stage === stage)
          .map(({ settlingMs }) => settlingMs),
        `no load change of the stage "${stage}" was answered by a rescale`,
      ).maxMs,
  },
  limitMeasure(
    'timeAtMaxWantingMore',
    { summary: 'Time at maxReplicas while the metrics asked for more.' },
    ({ maxMs }) => maxMs,
  ),
  limitMeasure(
    'timeLimitedBy.policy',
    { summary: 'Time in which a scaling policy kept the size from what the metrics asked for.' },
    ({ policyMs }) => policyMs,
  ),
  limitMeasure(
    'timeLimitedBy.stabilization',
    { summary: 'Time in which a stabilization window kept the size.' },
    ({ stabilizationMs }) => stabilizationMs,
  ),
  limitMeasure(
    'timeLimitedBy.tolerance',
    {
      summary: 'Time in which tolerance kept a size that the metrics alone would have changed.',
      absentWhen: 'decisions of the HPA were not recorded: its conditions do not tell of tolerance',
    },
    ({ toleranceMs }) => toleranceMs,
  ),
];
