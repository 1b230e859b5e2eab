/** The values `report.json` is made of. Names carry units; what is absent is an object with the reason. */
import { z } from 'zod';

/** A figure, or an object that says why there is none. */
export function measure<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('measured'), value }),
    z.strictObject({
      kind: z.literal('not-reached').describe('Looked for; it did not happen within the run.'),
      because: z.string(),
    }),
    z.strictObject({
      kind: z.literal('no-data').describe('The run does not hold what is needed to tell.'),
      because: z.string(),
    }),
  ]);
}

/** Any number. */
export const number = z.number();

/** How many; a whole number. */
export const count = z.int().min(0);

/** A number, or why there is none. */
export const figure = measure(number).meta({ id: 'figure' });

/** How many, or why that is not known. */
export const countFigure = measure(count).meta({ id: 'countFigure' });

/** How many of each, by name. */
export const counts = z.record(z.string(), count);

/** An instant. */
export const atMs = number.describe('Milliseconds since the run began, on the harness clock.');

/** An instant, or why it is not known. */
export const instant = figure.describe(
  'Milliseconds since the run began, on the harness clock; or why that is not known.',
);
