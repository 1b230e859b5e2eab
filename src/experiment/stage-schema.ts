/** The stages of a traffic profile as an experiment file writes them. */
import { z } from 'zod';
import { fieldOf } from '../core/json.js';
import { MAX_PARTS } from '../load/stages/stage-kind.js';
import { decimal, duration, label, rate, text, wholeNumber, word } from './values.js';

const stageName = label(40).describe('Unique name of the stage; reports use it.');
const stageLength = duration({ above0: true }).describe('How long the stage lasts.');

const constantStage = z.strictObject({
  name: stageName,
  kind: z.literal('constant').describe('One rate all the time.'),
  rate: rate().describe('Requests arriving, such as 45/s.'),
  duration: stageLength,
});

const rampStage = z.strictObject({
  name: stageName,
  kind: z.literal('ramp').describe('Linear from one rate to another.'),
  from: rate().describe('Rate at the beginning.'),
  to: rate().describe('Rate at the end.'),
  duration: stageLength,
});

const stepStage = z.strictObject({
  name: stageName,
  kind: z.literal('step').describe('Equal rises or falls, each held equally long.'),
  from: rate().describe('Rate before the first step.'),
  to: rate().describe('Rate after the last step.'),
  steps: wholeNumber(1, 1_000).describe('Number of steps.'),
  duration: stageLength,
});

const spikeStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('spike').describe('A base rate, and for a while a peak instead.'),
    base: rate().describe('Rate before and after the peak.'),
    peak: rate().describe('Rate during the peak.'),
    at: duration().describe('When the peak begins, from the beginning of the stage.'),
    length: duration({ above0: true }).describe('How long the peak lasts.'),
    duration: stageLength,
  })
  .refine((stage) => stage.at + stage.length <= stage.duration, {
    path: ['length'],
    message: 'the peak to end within the stage (at + length at most duration)',
  });

const timeScale = decimal({ above: 0 })
  .prefault(1)
  .describe('All times of the stage are multiplied by it: 0.1 makes an hour six minutes.');

const swing = {
  low: rate().describe('Lowest rate, at the beginning.'),
  high: rate().describe('Highest rate, half a period later.'),
};
/** A stage of that many periods would take longer to plan than to send. */
const MAX_PERIODS = MAX_PARTS / 2;
const PERIODS = {
  path: ['period'],
  message: `a duration that makes at most ${MAX_PERIODS} periods in the stage`,
};
const hasFewPeriods = (stage: { readonly period: number; readonly duration: number }): boolean =>
  stage.duration / stage.period <= MAX_PERIODS;
const LOW_HIGH = { path: ['high'], message: 'a rate of at least low' };

const sineStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('sine').describe('Swings between two rates as a sine does.'),
    ...swing,
    period: duration({ above0: true }).describe('From one low to the next.'),
    duration: stageLength,
    timeScale,
  })
  .refine(hasFewPeriods, PERIODS)
  .refine(({ low, high }) => low <= high, LOW_HIGH);

const diurnalStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('diurnal').describe('Day and night: a sine that begins in the night.'),
    ...swing,
    period: duration({ above0: true })
      .prefault('24h')
      .describe('Length of a day; 24h unless said otherwise.'),
    duration: duration({ above0: true })
      .optional()
      .describe('How long the stage lasts, before timeScale; one day unless said otherwise.'),
    timeScale,
  })
  .refine(({ period, duration: length = period }) => length / period <= MAX_PERIODS, PERIODS)
  .refine(({ low, high }) => low <= high, LOW_HIGH);

const squareStage = z
  .strictObject({
    name: stageName,
    kind: z
      .literal('square')
      .describe('High and low in turn: the YoYo attack on an autoscaler. Begins high.'),
    low: rate().describe('Rate in the rest of each period.'),
    high: rate().describe('Rate in the first part of each period.'),
    period: duration({ above0: true }).describe('From one rise to the next.'),
    highFor: duration({ above0: true }).describe('How long of each period the rate is high.'),
    duration: stageLength,
  })
  .refine(hasFewPeriods, PERIODS)
  .refine(({ highFor, period }) => highFor < period, {
    path: ['highFor'],
    message: 'a duration below that of the period',
  });

const sawtoothStage = z
  .strictObject({
    name: stageName,
    kind: z
      .literal('sawtooth')
      .describe('Goes from one rate to the other in a straight line, then begins again.'),
    from: rate().describe('Rate at the beginning of each period.'),
    to: rate().describe('Rate at the end of each period.'),
    period: duration({ above0: true }).describe('Length of one tooth.'),
    duration: stageLength,
  })
  .refine(hasFewPeriods, PERIODS);

const randomWalkStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('random-walk').describe('Wanders up and down, the same way for the same seed.'),
    start: rate().describe('Rate at the beginning.'),
    min: rate().describe('The rate turns back here.'),
    max: rate().describe('The rate turns back here.'),
    step: rate().describe('Largest change at once; all smaller ones are as likely.'),
    every: duration({ above0: true }).describe('Time between two changes.'),
    duration: stageLength,
    seed: wholeNumber(0, 4_294_967_295)
      .optional()
      .describe("Seed of the walk; the experiment's unless said otherwise."),
  })
  .refine((stage) => stage.duration / stage.every <= MAX_PARTS, {
    path: ['every'],
    message: `a duration that makes at most ${MAX_PARTS} changes in the stage`,
  })
  .refine(({ start, min, max }) => min <= start && start <= max, {
    path: ['start'],
    message: 'a rate from min to max',
  });

/** The formats that a recorded rate can be read from. */
export const RECORDING_FORMATS = ['csv', 'access-log', 'prometheus', 'azure-functions'] as const;

const FORMAT_TEXT =
  'csv: lines of time,rate; access-log: common or combined log format; prometheus: JSON of a range query; azure-functions: invocations per minute.';

const replayStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('replay').describe('A rate that was recorded.'),
    file: text('a path').describe('The recording, relative to this file.'),
    format: word(RECORDING_FORMATS).describe(FORMAT_TEXT),
    function: text('a hash')
      .optional()
      .describe('azure-functions: the HashFunction to replay; all together without it.'),
    row: wholeNumber(1, 10_000_000)
      .optional()
      .describe('azure-functions: the row below the heading to replay, 1 first.'),
    timeScale,
    rateScale: decimal({ above: 0 })
      .prefault(1)
      .describe('All rates are multiplied by it: 2 is twice the traffic.'),
  })
  .superRefine((stage, context) => {
    if (stage.format === 'azure-functions') return;
    for (const field of ['function', 'row'] as const) {
      if (stage[field] !== undefined) {
        const message = 'this field with format azure-functions only';
        context.addIssue({ code: 'custom', path: [field], message });
      }
    }
  });

const SIMPLE_STAGES = [
  constantStage,
  rampStage,
  stepStage,
  spikeStage,
  sineStage,
  diurnalStage,
  squareStage,
  sawtoothStage,
  randomWalkStage,
  replayStage,
] as const;

const simpleStage = z.discriminatedUnion('kind', SIMPLE_STAGES);

/** Most times that a sequence is repeated. */
const MAX_REPEATS = 1_000;

const sequenceStage = z.strictObject({
  name: stageName,
  kind: z.literal('sequence').describe('Stages one after the other, as often as repeat says.'),
  stages: z
    .array(simpleStage, 'a list of stages')
    .min(1, 'at least one stage')
    .describe('Any stages but sequences; reports call them <sequence>-<number>-<stage>.'),
  repeat: wholeNumber(1, MAX_REPEATS).prefault(1).describe('How often.'),
});

/** One stage, by its `kind`. */
export const stage = z.discriminatedUnion('kind', [...SIMPLE_STAGES, sequenceStage]);

/** One stage as it was read: rates a second, durations in milliseconds. */
export type StageInput = z.output<typeof stage>;

/** A stage that holds no others. */
export type SimpleStageInput = Exclude<StageInput, { kind: 'sequence' }>;

/** Fields that hold rates; a stage whose fields of these are all 0 sends nothing. */
const RATE_FIELDS = ['rate', 'base', 'peak', 'from', 'to', 'low', 'high', 'max'] as const;

/**
 * Whether a stage sends nothing at all. Only true zeros count: it is also asked of stages with faults,
 * told elsewhere. A replay's rates are not known before its file was read.
 */
export function isSilent(of: StageInput): boolean {
  if (of.kind === 'sequence') return Array.isArray(of.stages) && of.stages.every(isSilent);
  const rates = RATE_FIELDS.map((field) => fieldOf(of, field)).filter((each) => each !== undefined);
  return rates.length > 0 && rates.every((each) => each === 0);
}
