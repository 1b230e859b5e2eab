/** Named measures of replicas, scaling latency, stability and elasticity. */
import { mapMeasure } from '../measure.js';
import type { MeasureDefinition } from './definition.js';

/** What the HPA and the cluster did. */
export const scalingMeasures: readonly MeasureDefinition[] = [
  {
    name: 'replicas.peakReady',
    unit: 'count',
    better: 'neither',
    summary: 'Most pods that were ready at once.',
    formula: 'maximum of the number of ready pods over the observed time',
    source: 'pod records',
    absentWhen: 'no pod was seen',
    needsPunctualSender: false,
    of: ({ replicas }) => mapMeasure(replicas.peakReady, (value) => value),
  },
];
