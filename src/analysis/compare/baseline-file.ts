/** The baseline file of a project: what its trials measured, kept to compare later runs with. */
import { z } from 'zod';
import { MEASURE_UNITS } from '../../core/measure-unit.js';
import { measured, noData } from '../measure.js';
import {
  absentCount,
  measureFacts,
  sampleOf,
  type MeasureFacts,
  type Trial,
  type TrialGroup,
} from './trial-group.js';

/** Version of the shape; a file of another is refused. */
export const BASELINE_SCHEMA_VERSION = 1;

const count = z.int().min(0);

const sampleSchema = z.strictObject({
  values: z.array(z.number()).describe('Of each trial that has one, in the unit of the measure.'),
  absent: z
    .array(z.strictObject({ because: z.string(), trials: count }))
    .optional()
    .describe('Trials without a value, by reason; absent: each has one.'),
});

const baselineSchema = z
  .strictObject({
    kind: z.literal('hpa-lab-baseline'),
    schemaVersion: z.literal(BASELINE_SCHEMA_VERSION),
    experiment: z.string(),
    baseline: z.string().describe('Name of the variant that others were compared with.'),
    madeFrom: z.strictObject({
      source: z.string().describe('Name of the result.'),
      targets: z.array(z.string()).describe('Kinds of cluster.'),
      seed: count.optional().describe('Of the matrix.'),
      runs: z.array(z.string()).describe('Names of the runs.'),
      labVersions: z.array(z.string()),
      gitRevisions: z.array(z.string()),
      platforms: z.array(z.string()),
      begun: z.string().optional().describe('When the first run began, ISO 8601.'),
    }),
    measures: z.record(
      z.string(),
      z.strictObject({
        unit: z.enum(MEASURE_UNITS),
        better: z.enum(['lower', 'higher', 'neither']),
        currency: z.string().optional(),
      }),
    ),
    variants: z.array(
      z.strictObject({
        name: z.string(),
        values: z.record(z.string(), z.unknown()).describe('What it sets, by path.'),
        trials: count,
        samples: z.record(z.string(), sampleSchema).describe('By measure.'),
      }),
    ),
  })
  .describe('Baseline of hpa-lab comparisons');

/** What a baseline file holds. */
export type BaselineFile = z.output<typeof baselineSchema>;

/** Where the trials of a baseline are from. */
export type MadeFrom = BaselineFile['madeFrom'];

/** A variant with what it sets. */
export interface NamedVariant extends TrialGroup {
  /** By path; empty where that is not known. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a baseline file is made of. */
export interface BaselineSource {
  readonly experiment: string;
  readonly baseline: string;
  readonly madeFrom: MadeFrom;
  readonly measures: readonly MeasureFacts[];
  readonly variants: readonly NamedVariant[];
}

/** The baseline of trials. */
export function baselineFile(source: BaselineSource): BaselineFile {
  const { experiment, baseline, madeFrom, measures, variants } = source;
  return {
    kind: 'hpa-lab-baseline',
    schemaVersion: BASELINE_SCHEMA_VERSION,
    experiment,
    baseline,
    madeFrom,
    measures: Object.fromEntries(measures.map(({ name, ...facts }) => [name, facts])),
    variants: variants.map((variant) => ({
      name: variant.name,
      values: { ...variant.values },
      trials: variant.trials.length,
      samples: samplesOf(variant, measures),
    })),
  };
}

function samplesOf(
  variant: TrialGroup,
  measures: readonly MeasureFacts[],
): BaselineFile['variants'][number]['samples'] {
  return Object.fromEntries(
    measures.map(({ name }) => {
      const sample = sampleOf(variant, name);
      const absent = absentCount(sample) === 0 ? {} : { absent: [...sample.absent] };
      return [name, { values: [...sample.values], ...absent }];
    }),
  );
}

/** A baseline file that was read, or every fault of it. */
export type ReadBaseline =
  | { readonly kind: 'baseline'; readonly file: BaselineFile }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * Reads the text of a baseline file.
 *
 * @param fileName - begins each fault.
 */
export function parseBaseline(text: string, fileName: string): ReadBaseline {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return faulty(`${fileName}: expected a baseline file, which is JSON: ${reason}`);
  }
  const version = z.looseObject({
    kind: z.literal('hpa-lab-baseline'),
    schemaVersion: z.unknown(),
  });
  const head = version.safeParse(content);
  if (!head.success) {
    return faulty(`${fileName}: expected a baseline file, as \`npm run baseline\` writes it`);
  }
  const { schemaVersion } = head.data;
  if (schemaVersion !== BASELINE_SCHEMA_VERSION) {
    return faulty(
      `${fileName}: expected schemaVersion ${BASELINE_SCHEMA_VERSION}, found ${JSON.stringify(schemaVersion)}: it was written by another version`,
    );
  }
  const parsed = baselineSchema.safeParse(content);
  if (parsed.success) return { kind: 'baseline', file: parsed.data };
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${fileName}: ${path.join('.')}: ${message}`,
  );
  return { kind: 'faults', faults };
}

function faulty(fault: string): ReadBaseline {
  return { kind: 'faults', faults: [fault] };
}

/** The variants of a baseline file, with trials as they are compared. */
export function baselineVariants({ variants }: BaselineFile): readonly NamedVariant[] {
  return variants.map(({ name, values, trials, samples }) => ({
    name,
    values,
    trials: Array.from({ length: trials }, (_, index) => trialOf(index, samples)),
  }));
}

/** Which value was of which trial is not kept, and no comparison asks it. */
function trialOf(index: number, samples: BaselineFile['variants'][number]['samples']): Trial {
  const figures = Object.entries(samples).map(([name, { values, absent = [] }]) => {
    const value = values[index];
    if (value !== undefined) return [name, measured(value)] as const;
    return [name, noData(reasonOf(index - values.length, absent))] as const;
  });
  return { name: `trial ${index + 1}`, figures: Object.fromEntries(figures) };
}

function reasonOf(
  rank: number,
  absent: readonly { readonly because: string; readonly trials: number }[],
): string {
  let left = rank;
  for (const { because, trials } of absent) {
    if (left < trials) return because;
    left -= trials;
  }
  return 'the baseline file has no value of it';
}

/** What is known of the measures of a baseline file. */
export function baselineMeasures({ measures }: BaselineFile): readonly MeasureFacts[] {
  return Object.entries(measures).map(([name, facts]) => measureFacts(name, facts));
}

/** The JSON Schema (2020-12) of a baseline file. */
export function baselineJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(baselineSchema);
}
