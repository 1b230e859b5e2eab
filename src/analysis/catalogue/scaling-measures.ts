/** Named measures of replicas, scaling latency, stability and elasticity. */
import type { MeasureDefinition } from './definition.js';
import { elasticityMeasures } from './elasticity-measures.js';
import { replicaMeasures } from './replica-measures.js';
import { stabilityMeasures } from './stability-measures.js';
import { stepMeasures } from './step-measures.js';

/** What the HPA and the cluster did. */
export const scalingMeasures: readonly MeasureDefinition[] = [
  ...replicaMeasures,
  ...stepMeasures,
  ...stabilityMeasures,
  ...elasticityMeasures,
];
