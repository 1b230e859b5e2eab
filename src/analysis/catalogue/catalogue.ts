/** Every named measure. */
import type { MeasureDefinition } from './definition.js';
import { scalingMeasures } from './scaling-measures.js';
import { serviceMeasures } from './service-measures.js';

/** All measures that have a name, in the order in which they are listed. */
export const MEASURES: readonly MeasureDefinition[] = [...scalingMeasures, ...serviceMeasures];

/** The measure of a name; absent when there is none. */
export function measureNamed(name: string): MeasureDefinition | undefined {
  return MEASURES.find((measure) => measure.name === name);
}
