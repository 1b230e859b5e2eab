/** Named measures of requests, probes, saturation and cost. */
import { mapMeasure } from '../measure.js';
import type { MeasureDefinition } from './definition.js';

/** What users felt and what it took. */
export const serviceMeasures: readonly MeasureDefinition[] = [
  {
    name: 'errors.count',
    unit: 'count',
    better: 'lower',
    summary: 'Requests that failed, were dropped or got an error status.',
    formula: 'sum over all seconds of the load',
    source: 'load records',
    absentWhen: 'not one second of the load was told',
    needsPunctualSender: true,
    of: ({ wholeLoad }) => mapMeasure(wholeLoad, ({ errors }) => errors),
  },
];
