/** The file of a calibrated model: its numbers, where they are from, and how far off it was. */
import { z } from 'zod';
import type { Measure } from '../analysis/measure.js';
import type { Scatter } from '../core/scatter.js';
import type { ServiceModel } from '../core/service-model.js';
import type { DelaySettings } from '../experiment/experiment.js';
import type { Fault } from '../experiment/fault.js';
import { parseYamlDocument } from '../experiment/yaml-document.js';

/** Version of the shape below; a file of another one is refused. */
export const MODEL_SCHEMA_VERSION = 1;

/** A run that was fitted to or checked against. */
export interface CalibrationRun {
  /** Its result folder, as it was given. */
  readonly folder: string;
  readonly runId: string;
  readonly experiment: string;
  readonly target: 'embedded' | 'simulated' | 'kubernetes';
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Where one of a model's numbers is from. */
export interface ParameterSource {
  /** Its field: `request.cpu`. */
  readonly name: string;
  /** `textbook`: the runs did not show it. */
  readonly source: 'measured' | 'textbook';
  /** From what, or why not, in words. */
  readonly because: string;
}

/** How far a simulated run was from the measured one. Each is 0 for the same. */
export interface RunErrors {
  /** Mean over time of how many pods the desired sizes differed by. */
  readonly replicasMean: Measure;
  /** Share of the time in which the desired sizes differed, 0 to 1. */
  readonly replicasTime: Measure;
  /** Mean difference of the latencies of scale-ups, paired in their order, ms. */
  readonly scalingLatencyMs: Measure;
  /** Of response times, simulated against measured: 0.1 is 10 % longer. */
  readonly p50: Measure;
  readonly p99: Measure;
  /** Of pod time (which price makes cost), simulated against measured. */
  readonly cost: Measure;
}

/** Errors on one run. */
export interface CheckedRun {
  readonly run: CalibrationRun;
  /** Medians over the simulated seeds. */
  readonly errors: RunErrors;
}

/** What is known of a model's errors. */
export type ModelCheck =
  | { readonly kind: 'not-checked'; readonly because: string }
  | {
      readonly kind: 'checked';
      /** `leave-one-out`: each run by a model of the others; `other-runs`: runs that were not fitted to. */
      readonly how: 'leave-one-out' | 'other-runs';
      /** Simulated runs for each measured one. */
      readonly seeds: number;
      readonly runs: readonly CheckedRun[];
      /** Over runs: the mean of the errors' sizes. */
      readonly errors: RunErrors;
    };

/** A calibrated model as it stands in a file. */
export interface ModelFile {
  readonly schemaVersion: typeof MODEL_SCHEMA_VERSION;
  readonly kind: 'hpa-lab-service-model';
  readonly labVersion: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly model: ServiceModel;
  /** Of the cluster; absent: the runs were on clusters whose delays their experiments say. */
  readonly delays?: DelaySettings;
  readonly calibratedOn: readonly CalibrationRun[];
  readonly parameters: readonly ParameterSource[];
  readonly check: ModelCheck;
}

const atLeast0 = z.number('a number of at least 0').min(0, 'a number of at least 0');
const above0 = z.number('a number above 0').gt(0, 'a number above 0');
const words = z.string('a text');
const scatter: z.ZodType<Scatter> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('constant'), value: atLeast0 }),
    z.strictObject({ kind: z.literal('uniform'), low: atLeast0, high: atLeast0 }),
    z.strictObject({ kind: z.literal('exponential'), mean: atLeast0 }),
    z.strictObject({ kind: z.literal('lognormal'), median: atLeast0, sigma: atLeast0 }),
    z.strictObject({
      kind: z.literal('empirical'),
      values: z
        .array(atLeast0, 'a list of numbers')
        .min(1, 'at least one value')
        .refine(isAscending, 'values in ascending order'),
    }),
  ],
  'constant, uniform, exponential, lognormal or empirical',
);
const request = z
  .strictObject({
    cpu: z.discriminatedUnion(
      'kind',
      [
        z.strictObject({ kind: z.literal('asked'), beyondCpuMs: scatter }),
        z.strictObject({ kind: z.literal('drawn'), cpuMs: scatter }),
      ],
      'asked or drawn',
    ),
    waitMs: scatter,
    drift: z.strictObject({ everyMs: above0, factor: scatter }).optional(),
  })
  .transform(({ drift, ...rest }) => (drift === undefined ? rest : { ...rest, drift }));
const model: z.ZodType<ServiceModel> = z
  .strictObject({
    processStartMs: scatter,
    bootCpuMs: scatter,
    request,
    probeCpuMs: atLeast0,
    idleMillicores: atLeast0,
    memoryBytes: atLeast0,
    threadCpus: above0,
    containerStartCpuMs: scatter.optional(),
    networkMs: scatter,
  })
  .transform(({ containerStartCpuMs, ...rest }) =>
    containerStartCpuMs === undefined ? rest : { ...rest, containerStartCpuMs },
  );
const run = z.strictObject({
  folder: words,
  runId: words,
  experiment: words,
  target: z.enum(['embedded', 'simulated', 'kubernetes'], 'embedded, simulated or kubernetes'),
  startedAt: words,
});
const measure: z.ZodType<Measure> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('measured'), value: z.number('a number') }),
    z.strictObject({ kind: z.literal('not-reached'), because: words }),
    z.strictObject({ kind: z.literal('no-data'), because: words }),
  ],
  'measured, not-reached or no-data',
);
const errors = z.strictObject({
  replicasMean: measure,
  replicasTime: measure,
  scalingLatencyMs: measure,
  p50: measure,
  p99: measure,
  cost: measure,
});
const schemaVersion = z.literal(MODEL_SCHEMA_VERSION, `version ${MODEL_SCHEMA_VERSION}`);
const file = z.strictObject({
  schemaVersion,
  kind: z.literal('hpa-lab-service-model', 'hpa-lab-service-model'),
  labVersion: words,
  madeAt: words,
  model,
  delays: z
    .strictObject({
      podStartMs: atLeast0,
      podStartJitterMs: atLeast0,
      containerSeenMs: atLeast0,
      endpointsMs: atLeast0,
    })
    .optional(),
  calibratedOn: z.array(run, 'a list of runs'),
  parameters: z.array(
    z.strictObject({
      name: words,
      source: z.enum(['measured', 'textbook'], 'measured or textbook'),
      because: words,
    }),
    'a list of parameters',
  ),
  check: z.discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('not-checked'), because: words }),
      z.strictObject({
        kind: z.literal('checked'),
        how: z.enum(['leave-one-out', 'other-runs'], 'leave-one-out or other-runs'),
        seeds: above0,
        runs: z.array(z.strictObject({ run, errors }), 'a list of runs'),
        errors,
      }),
    ],
    'checked or not-checked',
  ),
});

/** What came of reading one. */
export type ParsedModelFile =
  | { readonly kind: 'model'; readonly file: ModelFile }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * The model of a text. Of a file of another version that alone is told: what the rest means is not known.
 *
 * @param fileName - for messages.
 */
export function parseModelFile(text: string, fileName: string): ParsedModelFile {
  const versioned = parseYamlDocument(text, {
    fileName,
    schema: z.looseObject({ schemaVersion }),
    otherFaults: () => [],
  });
  if (versioned.kind === 'faults') return versioned;
  const parsed = parseYamlDocument(text, { fileName, schema: file, otherFaults: () => [] });
  if (parsed.kind === 'faults') return parsed;
  const { delays, ...rest } = parsed.value;
  return { kind: 'model', file: { ...rest, ...(delays === undefined ? {} : { delays }) } };
}

/** The text of a file. */
export function modelFileText(of: ModelFile): string {
  return `${JSON.stringify(of, undefined, 2)}\n`;
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => value >= (values[index - 1] ?? 0));
}
