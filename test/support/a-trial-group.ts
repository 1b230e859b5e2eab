/** Trials for comparisons, made of numbers. */
import type { MeasureFacts, TrialGroup } from '../../src/analysis/compare/trial-group.js';
import { measured, noData, type Measure } from '../../src/analysis/measure.js';

/** A group whose trials have these values by measure; a text is why a trial has none. */
export function aTrialGroup(
  name: string,
  samples: Readonly<Record<string, readonly (number | string)[]>>,
): TrialGroup {
  const count = Math.max(...Object.values(samples).map((values) => values.length));
  const trials = Array.from({ length: count }, (_, index) => ({
    name: `${name}-${index + 1}`,
    figures: Object.fromEntries(
      Object.entries(samples).map(([measure, values]) => [measure, figureOf(values[index])]),
    ),
  }));
  return { name, trials };
}

function figureOf(value: number | string | undefined): Measure {
  return typeof value === 'number' ? measured(value) : noData(value ?? 'not asked');
}

/** A measure of which less is better, unless said otherwise. */
export function aMeasure(name: string, facts: Partial<MeasureFacts> = {}): MeasureFacts {
  return { name, unit: 'ratio', better: 'lower', ...facts };
}
