/** `matrix.json`: what a matrix result folder holds, trial by trial, and what has become of each. */
import { z } from 'zod';
import { LabError } from '../core/errors.js';

/** File name of the index within a matrix result folder. */
export const MATRIX_INDEX_FILE = 'matrix.json';

/** Folder of the trials' result folders within a matrix result folder. */
export const MATRIX_RUNS_FOLDER = 'runs';

/** Version of the shape; it rises when a field changes its meaning or goes. */
export const MATRIX_SCHEMA_VERSION = 1;

const variantSchema = z.strictObject({
  name: z.string().min(1),
  values: z.record(z.string(), z.unknown()).describe('What it sets, by path; {}: nothing.'),
});

const trialSchema = z.strictObject({
  variant: z.string().min(1).describe('Name of one of the variants.'),
  trial: z.int().min(1).describe('From 1, within its variant.'),
  seed: z.int().min(0).optional().describe('Seed of everything random of it.'),
  folder: z.string().optional().describe('Its result folder, from this file; without it: none.'),
  outcome: z.enum(['completed', 'failed', 'interrupted', 'pending']),
  because: z.string().optional().describe('Why it failed.'),
});

const matrixIndexSchema = z
  .strictObject({
    schemaVersion: z.literal(MATRIX_SCHEMA_VERSION),
    experiment: z.string().min(1),
    target: z.enum(['embedded', 'simulated', 'kubernetes']),
    seed: z.int().min(0).describe('Of the experiment: those of the trials and their order.'),
    baseline: z.string().min(1).describe('Name of the variant to compare with.'),
    digest: z
      .string()
      .optional()
      .describe('SHA-256 of what was run: a matrix goes on only with the very same.'),
    variants: z.array(variantSchema),
    trials: z.array(trialSchema).describe('In the order in which they are run.'),
  })
  .describe('Index of an hpa-lab matrix result');

/** What `matrix.json` holds. */
export type MatrixIndex = z.output<typeof matrixIndexSchema>;

/** One trial of it. */
export type MatrixTrial = MatrixIndex['trials'][number];

/**
 * Reads the text of a `matrix.json`.
 *
 * @throws {LabError} `RESULT_INVALID` when it is no such index, or one of another version.
 */
export function parseMatrixIndex(text: string, fileName: string): MatrixIndex {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid(fileName, error instanceof Error ? error.message : String(error));
  }
  const parsed = matrixIndexSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(fileName, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not one'}`);
}

/** `matrix.json` as it is written, with a line end. */
export function matrixIndexText(index: MatrixIndex): string {
  return `${JSON.stringify(index, null, 1)}\n`;
}

/** The JSON Schema (2020-12) of `matrix.json`. */
export function matrixIndexJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(matrixIndexSchema);
}

function invalid(fileName: string, found: string): LabError {
  return new LabError('RESULT_INVALID', `${fileName}: expected the index of a matrix, ${found}`, {
    hint: 'name a matrix result folder: results/<experiment>/<matrix>',
  });
}
