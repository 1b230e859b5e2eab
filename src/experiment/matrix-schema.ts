/** The `matrix` and `trials` parts of an experiment file. */
import { z } from 'zod';
import { fieldOf, isRecord, type UnknownRecord } from '../core/json.js';
import { PATH_FORM } from './matrix-path.js';
import { text, wholeNumber } from './values.js';

const LIST = 'a list of values, or a mapping from names to values';
const VALUES = `a mapping from paths to values (${PATH_FORM})`;
const MAX_NAME_LENGTH = 100;

const values = z.record(z.string(), z.unknown(), VALUES);

const axis = z
  .union([z.array(z.unknown()), z.record(z.string(), z.unknown())], LIST)
  .refine((list) => Object.keys(list).length > 0, 'at least one value');

const variant = z.strictObject({
  name: text('a name')
    .max(MAX_NAME_LENGTH, `a name of at most ${MAX_NAME_LENGTH} characters`)
    .describe('Unique name of the variant; reports use it.'),
  values: values.prefault({}).describe('What it sets, by path; without it: nothing.'),
});

/** What is compared: fields by path, each with the values it takes. */
export const matrixSchema = z
  .object({
    exclude: z
      .array(values, `a list; each ${VALUES}`)
      .prefault([])
      .describe('Combinations to leave out: all those that have every value of an entry.'),
    variants: z
      .array(variant, 'a list of variants')
      .prefault([])
      .describe('Variants of their own, beside the combinations of the lists.'),
    baseline: z
      .union([text('the name of a variant'), values], `the name of a variant, or ${VALUES}`)
      .optional()
      .describe(
        'What others are compared with: a variant by name or by its values. Without it: the one that changes nothing, else the first.',
      ),
  })
  .catchall(
    axis.describe(
      'A field by its path: of this file, or of an object under test (hpa., deployment., service.). Each combination of values is a variant; null takes a field away.',
    ),
  )
  .refine(
    (matrix) => matrix.variants.length > 0 || matrixParts(matrix).axes.length > 0,
    'at least one path with values, or one of variants',
  );

/** Fields of a matrix that are no paths. */
const RESERVED = new Set(['exclude', 'variants', 'baseline']);

/** The parts of a matrix that have the right shape, each with its place among all. */
export interface MatrixParts {
  /** Paths with their values: lists, or mappings from names to values. */
  readonly axes: readonly (readonly [string, UnknownRecord])[];
  readonly exclude: readonly { readonly index: number; readonly values: UnknownRecord }[];
  readonly variants: readonly {
    readonly index: number;
    readonly name: string;
    readonly values: UnknownRecord;
  }[];
  readonly baseline?: string | UnknownRecord;
}

/** What can be looked at of a matrix, although other parts of it may be wrong. */
export function matrixParts(matrix: unknown): MatrixParts {
  const fields: UnknownRecord = isMapping(matrix) ? matrix : {};
  const { exclude, variants, baseline } = fields;
  return {
    axes: Object.entries(fields).flatMap(([name, list]) =>
      RESERVED.has(name) || !isRecord(list) ? [] : [[name, list] as const],
    ),
    exclude: listOf(exclude).flatMap((entry, index) =>
      isMapping(entry) ? [{ index, values: entry }] : [],
    ),
    variants: listOf(variants).flatMap((entry, index) => {
      const name = fieldOf(entry, 'name');
      const given = fieldOf(entry, 'values');
      return typeof name === 'string' && name !== ''
        ? [{ index, name, values: isMapping(given) ? given : {} }]
        : [];
    }),
    ...(typeof baseline === 'string' || isMapping(baseline) ? { baseline } : {}),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isMapping(value: unknown): value is UnknownRecord {
  return isRecord(value) && !Array.isArray(value);
}

/** Most trials of each variant. */
export const MAX_TRIALS = 10_000;

/** How often each variant is run. */
export const trialCount = wholeNumber(1, MAX_TRIALS);
