/** Named measures of requests, probes, saturation and cost. */
import { costMeasures } from './cost-measures.js';
import type { MeasureDefinition } from './definition.js';
import { podMeasures } from './pod-measures.js';
import { requestMeasures } from './request-measures.js';
import { senderMeasures } from './sender-measures.js';

/** What users felt and what it took. */
export const serviceMeasures: readonly MeasureDefinition[] = [
  ...requestMeasures,
  ...podMeasures,
  ...costMeasures,
  ...senderMeasures,
];
