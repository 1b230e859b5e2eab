/** `comparison.json`: a comparison for other programs, and its published shape. */
import { z } from 'zod';
import type {
  Comparison,
  MeasureComparison,
  SampleSummary,
} from '../../analysis/compare/compare.js';
import type { Front } from '../../analysis/compare/front.js';
import { SIGNIFICANCE } from '../../analysis/compare/judge.js';
import { MEASURE_UNITS } from '../../core/measure-unit.js';
import { dataNumber } from '../format.js';
import { count, number } from '../json/values.js';
import type { ComparisonView } from './view.js';

/** Version of the shape; it rises when a field changes its meaning or goes. */
const COMPARISON_SCHEMA_VERSION = 1;

const interval = z
  .strictObject({ low: number, high: number })
  .describe('95 % bootstrap interval; absent with fewer than three values.')
  .meta({ id: 'interval' });

const summary = z
  .strictObject({
    trials: count,
    measured: count.describe('Trials that have a value.'),
    absent: z
      .array(z.strictObject({ because: z.string(), trials: count }))
      .describe('Trials without a value, by reason; never counted as 0.'),
    median: number.optional().describe('Of the trials with a value.'),
    interval: interval.optional(),
  })
  .meta({ id: 'summary' });

const verdict = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('better') }),
  z.strictObject({ kind: z.literal('worse') }),
  z.strictObject({
    kind: z.literal('differs').describe('Shown, but neither direction is better.'),
  }),
  z.strictObject({
    kind: z.literal('not-shown').describe('Which is not that there is no difference.'),
    detectable: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('difference'), value: number }),
        z.strictObject({ kind: z.literal('none'), trialsNeeded: count }),
      ])
      .describe(
        'The smallest difference of medians that these trials could have shown; or how many of each it takes to show any.',
      ),
    isSame: z.boolean().describe('Every value of both is the same.'),
  }),
  z.strictObject({ kind: z.literal('absent'), because: z.array(z.string()) }),
]);

const result = z.strictObject({
  variant: z.string(),
  baseline: z.string(),
  measure: z.string(),
  variantSummary: summary,
  baselineSummary: summary,
  difference: z
    .strictObject({
      value: number.describe('Median of the variant less that of the baseline.'),
      relative: number.optional().describe('Of the baseline; absent where that is 0.'),
      interval: interval.optional(),
    })
    .optional(),
  test: z
    .strictObject({
      u: number.describe('Pairs in which the variant is the larger; ties count half.'),
      p: number.describe('Mann-Whitney, two-sided; trials without a value count against it.'),
      method: z.enum(['exact', 'normal']),
      cliffsDelta: number,
      adjustedP: number.optional().describe('By Holm; absent where nothing could be shown.'),
    })
    .optional(),
  verdict,
});

const madeFrom = z.strictObject({
  source: z.string(),
  targets: z.array(z.string()),
  seed: count.optional(),
  runs: z.array(z.string()),
  labVersions: z.array(z.string()),
  gitRevisions: z.array(z.string()),
  platforms: z.array(z.string()),
  begun: z.string().optional(),
});

const comparisonSchema = z
  .strictObject({
    schemaVersion: z.literal(COMPARISON_SCHEMA_VERSION),
    kind: z
      .enum(['variants', 'self', 'against'])
      .describe('Variants of one result, a variant with itself (A/A), or with a baseline file.'),
    experiment: z.string(),
    madeFrom,
    against: z.strictObject({ file: z.string(), madeFrom }).optional(),
    seed: count.describe('Of the bootstrap.'),
    significance: number.describe('Chance of even one false alarm among all that is judged.'),
    judged: count.describe('Differences that Holm corrected for.'),
    variants: z.array(z.strictObject({ name: z.string(), baseline: z.string() })),
    measures: z.record(
      z.string(),
      z.strictObject({
        unit: z.enum(MEASURE_UNITS),
        better: z.enum(['lower', 'higher', 'neither']),
        currency: z.string().optional(),
      }),
    ),
    results: z.array(result).describe('By measure, then by variant.'),
    front: z
      .strictObject({
        cost: z.string().describe('Measure.'),
        slo: z.string().describe('Measure.'),
        points: z.array(
          z.strictObject({
            variant: z.string(),
            cost: number,
            slo: number,
            dominatedBy: z.array(z.string()).describe('Empty: it is on the front.'),
          }),
        ),
        without: z.array(z.string()).describe('Variants that lack one of the two.'),
      })
      .optional()
      .describe('Pareto front by medians; absent unless two variants have both figures.'),
    notes: z.array(z.string()),
  })
  .describe('Comparison of hpa-lab trials');

/** What `--format json` writes. */
export type ComparisonJson = z.output<typeof comparisonSchema>;

/** The comparison as data; {@link comparisonJsonSchema} describes it. */
export function comparisonJson(view: ComparisonView): ComparisonJson {
  const { kind, experiment, comparison, front, against, notes } = view;
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    kind,
    experiment,
    madeFrom: view.madeFrom,
    ...(against === undefined ? {} : { against }),
    seed: comparison.seed,
    significance: SIGNIFICANCE,
    judged: comparison.judged,
    variants: comparison.pairs.map(({ variant, baseline }) => ({
      name: variant.name,
      baseline: baseline.name,
    })),
    measures: Object.fromEntries(comparison.measures.map(({ name, ...facts }) => [name, facts])),
    results: comparison.results.map((each) => resultJson(each, comparison)),
    ...(front === undefined ? {} : { front: frontJson(front) }),
    notes: [...notes],
  };
}

function resultJson(of: MeasureComparison, { pairs }: Comparison): z.output<typeof result> {
  const pair = pairs[of.pair];
  return {
    variant: pair?.variant.name ?? '',
    baseline: pair?.baseline.name ?? '',
    measure: of.measure.name,
    variantSummary: summaryJson(of.variant),
    baselineSummary: summaryJson(of.baseline),
    ...(of.difference === undefined ? {} : { difference: of.difference }),
    ...(of.test === undefined ? {} : { test: testJson(of.test) }),
    verdict:
      of.verdict.kind === 'absent'
        ? { kind: 'absent', because: [...of.verdict.because] }
        : of.verdict,
  };
}

function testJson({
  u,
  p,
  method,
  delta,
  adjustedP,
}: NonNullable<MeasureComparison['test']>): NonNullable<z.output<typeof result>['test']> {
  return { u, p, method, cliffsDelta: delta, ...(adjustedP === undefined ? {} : { adjustedP }) };
}

function summaryJson({ absent, ...figures }: SampleSummary): z.output<typeof summary> {
  return { ...figures, absent: [...absent] };
}

function frontJson({ x, y, points, without }: Front): NonNullable<ComparisonJson['front']> {
  return {
    cost: x.name,
    slo: y.name,
    points: points.map((point) => ({
      variant: point.name,
      cost: point.x,
      slo: point.y,
      dominatedBy: [...point.dominatedBy],
    })),
    without: [...without],
  };
}

/** The comparison as JSON text with a line end; fractions have twelve digits. */
export function comparisonJsonText(view: ComparisonView): string {
  const text = JSON.stringify(
    comparisonJson(view),
    (_, value: unknown) => (typeof value === 'number' ? dataNumber(value) : value),
    2,
  );
  return `${text}\n`;
}

/** The JSON Schema (2020-12) of `--format json`. */
export function comparisonJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(comparisonSchema);
}
