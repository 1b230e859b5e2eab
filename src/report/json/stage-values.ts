/** The values of `report.json` about scale-ups and scale-downs: stages and distributions. */
import { z } from 'zod';
import type { Distribution } from '../../analysis/distribution.js';
import { mapMeasure } from '../../analysis/measure.js';
import type { Stage } from '../../analysis/stages.js';
import { atMs, count, figure, measure, number } from './values.js';

const seenStage = measure(
  z.strictObject({
    startAtMs: atMs,
    atMs: atMs.describe('When it was over.'),
    sinceChangeMs: number.describe(
      'Since the load change; where that is not known, since the first stage that was seen.',
    ),
    lengthMs: number
      .optional()
      .describe(
        'Since the stage before it that was seen, else since the load change; absent where neither is known.',
      ),
    evidence: z.string().describe('How that is known.'),
    cause: z.string().describe('What this time was spent on, whose delay first.'),
  }),
).meta({ id: 'seenStage' });

/** One stage, by its name. */
export function stageValue<T extends z.ZodType<string>>(name: T) {
  return z.strictObject({ name, seen: seenStage });
}

/** A stage as data. */
export function stageJson<Name extends string>({ name, seen }: Stage<Name>) {
  return {
    name,
    seen: mapMeasure(seen, ({ t, startT, sinceChangeMs, lengthMs, evidence, cause }) => {
      const length = lengthMs === undefined ? {} : { lengthMs };
      return { startAtMs: startT, atMs: t, sinceChangeMs, ...length, evidence, cause };
    }),
  };
}

/** A few durations. */
export const distributionValue = z
  .strictObject({
    n: count.describe('Steps that count: those that ended and those that were looked for in vain.'),
    seen: count.describe('Of them, those that ended.'),
    p50Ms: figure,
    p95Ms: figure,
    maxMs: figure,
  })
  .meta({
    id: 'distribution',
    description: 'By nearest rank; what did not end is longer than every other.',
  });

/** The times of all steps in one direction. */
export const stepTimesValue = z.strictObject({
  latency: distributionValue,
  recovery: distributionValue,
  stages: z.record(z.string(), distributionValue),
});

/** Times of steps as data. */
export function stepTimesJson(times: {
  readonly latency: Distribution;
  readonly recovery: Distribution;
  readonly stages: Readonly<Record<string, Distribution | undefined>>;
}): z.output<typeof stepTimesValue> {
  const stages: Record<string, Distribution> = {};
  for (const [name, each] of Object.entries(times.stages)) {
    if (each !== undefined) stages[name] = each;
  }
  return { latency: times.latency, recovery: times.recovery, stages };
}
