/** `capacity.json`: what a capacity search found, and the demand curve that other experiments may name. */
import { z } from 'zod';
import type { CapacityTrial, ReplicaCapacity, TrialFigures } from '../analysis/capacity.js';
import type { SloSettings } from '../experiment/experiment.js';
import type { CapacityFound } from '../load/capacity-search.js';
import type { DemandCurve } from '../load/demand-curve.js';
import { count, figure, number } from './json/values.js';

/** Version of the shape; `demandCurve` of an experiment refuses another. */
const SCHEMA_VERSION = 1;

const rate = number.min(0).describe('Requests a second.');

const standing = z
  .strictObject({
    ratePerSecond: rate,
    held: count.describe('Tries in which the SLO was held.'),
    missed: count.describe('Tries in which it was not.'),
  })
  .meta({ id: 'standing' });

const trialFields = {
  due: count,
  good: count.describe('Answered 1xx-4xx within the response time of the SLO.'),
  goodShare: figure.describe('good / due.'),
  answeredPerSecond: figure,
  p50Ms: figure,
  p99Ms: figure,
};

const capacitySchema = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    experiment: z.strictObject({ name: z.string(), question: z.string() }),
    startedAt: z.string().describe('ISO 8601.'),
    isInterrupted: z.boolean().describe('Stopped by a signal: what was found until then.'),
    environment: z.looseObject({
      labVersion: z.string(),
      nodeVersion: z.string(),
      platform: z.string(),
      cores: count,
    }),
    slo: z.strictObject({
      responseTimeMs: number,
      objective: number.describe('Share of requests, 0 to 1.'),
    }),
    settings: z.strictObject({
      stepMs: number.describe('Length of a try, without its warm-up.'),
      warmUpMs: number,
      confirmations: count,
      resolution: number.describe(
        'Width of the bracket at which the search ends, of its upper end.',
      ),
      maxTrials: count,
    }),
    searches: z
      .array(
        z.strictObject({
          replicas: count,
          kind: z.enum(['found', 'at-least', 'nothing-held', 'unfinished']),
          held: standing.optional().describe('The highest rate that held.'),
          missed: standing.optional().describe('The lowest rate above it that did not.'),
          because: z.string().optional().describe('Why nothing more is known.'),
          estimates: z
            .array(z.strictObject({ concurrency: count, ...trialFields }))
            .describe('Closed model, for the first guess: so many users.'),
          trials: z
            .array(
              z.strictObject({
                ratePerSecond: rate,
                why: z.enum(['first', 'raise', 'lower', 'halve', 'confirm', 'again']),
                outcome: z.enum(['held', 'missed', 'saturated']),
                because: z.string().optional(),
                ...trialFields,
              }),
            )
            .describe('Open model, in their order.'),
        }),
      )
      .describe('What was measured: one search for each number of replicas.'),
    curve: z
      .strictObject({
        sloText: z.string(),
        points: z.array(
          z.strictObject({
            replicas: count,
            maxRatePerSecond: rate.describe('Up to it, so many replicas hold the SLO.'),
            kind: z.enum(['measured', 'modelled']).describe('modelled: in proportion to measured.'),
            isAtLeast: z
              .boolean()
              .describe('They may hold more: nothing higher was tried or settled.'),
          }),
        ),
      })
      .optional()
      .describe('The fewest replicas for each rate; absent when nothing held.'),
  })
  .describe('A capacity search of hpa-lab');

/** What `capacity.json` holds. */
export type CapacityReport = z.output<typeof capacitySchema>;

/** A search and what came of it. */
export interface CapacityResult {
  readonly experiment: { readonly name: string; readonly question: string };
  readonly startedAt: string;
  readonly isInterrupted: boolean;
  readonly environment: CapacityReport['environment'];
  readonly slo: SloSettings;
  readonly settings: CapacityReport['settings'];
  readonly capacities: readonly ReplicaCapacity[];
  /** Absent when nothing held. */
  readonly curve: DemandCurve | undefined;
}

/** The search as data; {@link capacityJsonSchema} describes it. */
export function capacityReport(result: CapacityResult): CapacityReport {
  const { name, question } = result.experiment;
  const { stepMs, warmUpMs, confirmations, resolution, maxTrials } = result.settings;
  return {
    schemaVersion: SCHEMA_VERSION,
    experiment: { name, question },
    startedAt: result.startedAt,
    isInterrupted: result.isInterrupted,
    environment: result.environment,
    slo: { responseTimeMs: result.slo.responseTimeMs, objective: result.slo.objective },
    settings: { stepMs, warmUpMs, confirmations, resolution, maxTrials },
    searches: result.capacities.map(searchJson),
    ...(result.curve === undefined ? {} : { curve: curveJson(result.curve) }),
  };
}

/** The JSON Schema (2020-12) of `capacity.json`. */
export function capacityJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(capacitySchema);
}

function searchJson({
  replicas,
  estimates,
  trials,
  found,
}: ReplicaCapacity): CapacityReport['searches'][number] {
  return {
    replicas,
    ...foundJson(found),
    estimates: estimates.map((estimate) => {
      return { concurrency: estimate.concurrency, ...figuresJson(estimate) };
    }),
    trials: trials.map(trialJson),
  };
}

function foundJson({ kind, held, missed, because }: CapacityFound) {
  return {
    kind,
    ...(held === undefined ? {} : { held }),
    ...(missed === undefined ? {} : { missed }),
    ...(because === undefined ? {} : { because }),
  };
}

function trialJson(trial: CapacityTrial): CapacityReport['searches'][number]['trials'][number] {
  const { ratePerSecond, why, outcome, because } = trial;
  const told = because === undefined ? {} : { because };
  return { ratePerSecond, why, outcome, ...told, ...figuresJson(trial) };
}

function figuresJson(of: TrialFigures) {
  const { due, good, goodShare, answeredPerSecond, p50Ms, p99Ms } = of;
  return { due, good, goodShare, answeredPerSecond, p50Ms, p99Ms };
}

function curveJson({ sloText, points }: DemandCurve): NonNullable<CapacityReport['curve']> {
  return {
    sloText,
    points: points.map(({ replicas, maxRatePerSecond, kind, isAtLeast }) => {
      return { replicas, maxRatePerSecond, kind, isAtLeast };
    }),
  };
}
