/** `report.json`: verdicts on the thresholds, and every measure that has a name. */
import { measuresOf } from '../../analysis/catalogue/prometheus-measures.js';
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { measured, noData } from '../../analysis/measure.js';
import type { MeasureDefinition } from '../../analysis/catalogue/definition.js';
import { thresholdVerdicts, type ThresholdVerdict } from '../../analysis/threshold-verdicts.js';
import { MEASURE_UNITS } from '../../core/measure-unit.js';
import type { Comparison } from '../../experiment/threshold.js';
import type { Timeline } from '../../timeline/record.js';
import { currencyOf } from '../verdict-text.js';
import { figure, number } from './values.js';

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const satisfies readonly Comparison[];
const unit = z.enum(MEASURE_UNITS);

const threshold = z.strictObject({
  text: z.string().describe('As the experiment file has it.'),
  measure: z.string(),
  comparison: z.enum(COMPARISONS),
  limit: number.describe('In `unit`.'),
  unit: unit,
  currency: z.string().optional().describe('Of a limit of money.'),
  stage: z.string().optional().describe('Of the load; absent: the whole run.'),
  verdict: z
    .enum(['pass', 'fail', 'absent', 'not-judged'])
    .describe('absent counts as failed; not-judged: the figure does not tell of the service.'),
  found: figure.describe('What was compared, or why nothing could be.'),
});

const namedMeasure = z.strictObject({
  unit: unit.describe('A share is 1 for all; currency is money in `currency`.'),
  currency: z.string().optional().describe('Of money, where a price is known.'),
  better: z.enum(['lower', 'higher', 'neither']),
  figure,
});

/** Fields of `report.json` about what was asked of the run. */
export const verdictFields = {
  thresholds: z.array(threshold).describe('In the order of the experiment file.'),
  measures: z
    .record(z.string(), namedMeasure)
    .describe('Every measure of the whole run by the name that thresholds use.'),
};

const verdictSection = z.strictObject(verdictFields);

/** Verdicts and measures as data. */
export function verdictJson(
  timeline: Timeline,
  analysis: Analysis,
): z.output<typeof verdictSection> {
  return {
    thresholds: thresholdVerdicts(timeline, analysis).map(thresholdJson),
    measures: Object.fromEntries(
      measuresOf(analysis).map((definition) => [
        definition.name,
        measureJson(definition, analysis),
      ]),
    ),
  };
}

function thresholdJson(verdict: ThresholdVerdict): z.output<typeof threshold> {
  return {
    ...verdict.threshold,
    verdict: verdict.kind,
    found: 'value' in verdict ? measured(verdict.value) : noData(verdict.because),
  };
}

function measureJson(
  { unit: countedIn, better, of }: MeasureDefinition,
  analysis: Analysis,
): z.output<typeof namedMeasure> {
  const currency = countedIn === 'currency' ? currencyOf(analysis) : undefined;
  return {
    unit: countedIn,
    ...(currency === undefined ? {} : { currency }),
    better,
    figure: of(analysis),
  };
}
