/** The stages of a traffic profile as an experiment file writes them. */
import { z } from 'zod';
import { duration, label, rate, wholeNumber } from './values.js';

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

/** One stage, by its `kind`. */
export const stage = z.discriminatedUnion('kind', [
  constantStage,
  rampStage,
  stepStage,
  spikeStage,
]);

/** One stage as it was read: rates a second, durations in milliseconds. */
export type StageInput = z.output<typeof stage>;

/** Whether a stage sends nothing at all. Only true zeros count: it is also asked of stages with faults, told elsewhere. */
export function isSilent(of: StageInput): boolean {
  if (of.kind === 'constant') return of.rate === 0;
  return of.kind === 'spike' ? of.base === 0 && of.peak === 0 : of.from === 0 && of.to === 0;
}
