/** What is compared with what: variants with a baseline, or a variant with itself. */
import type { Random } from '../../core/random.js';
import type { ComparedPair, MeasureFacts, TrialGroup } from './trial-group.js';

/** Every other group against the one named. */
export function pairsWith(
  baseline: TrialGroup,
  groups: readonly TrialGroup[],
): readonly ComparedPair[] {
  return groups
    .filter(({ name }) => name !== baseline.name)
    .map((variant) => ({ variant, baseline }));
}

/**
 * The check of the comparison itself (A/A): the trials of one group dealt at random to two, which differ by
 * nothing but chance. With an odd number the first has one more.
 */
export function splitInTwo({ name, trials }: TrialGroup, random: Random): ComparedPair {
  const dealt = [...trials];
  for (let index = dealt.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    const [a, b] = [dealt[index], dealt[other]];
    if (a !== undefined && b !== undefined) [dealt[index], dealt[other]] = [b, a];
  }
  const half = Math.ceil(dealt.length / 2);
  return {
    baseline: { name: `${name} (A)`, trials: dealt.slice(0, half) },
    variant: { name: `${name} (A')`, trials: dealt.slice(half) },
  };
}

/**
 * What is compared unless measures are named: few, because each one more takes a larger difference to be
 * shown.
 */
const MAIN_MEASURES = [
  'slo.violationSeconds',
  'responseTime.p50',
  'responseTime.p99',
  'errors.rate',
  'scaleUp.latency.p95',
  'stability.directionChanges',
  'replicas.peakReady',
] as const;

/** The main measures of these, in their order, and what it cost: money where it is known, else pod-seconds. */
export function mainMeasures(
  measures: readonly MeasureFacts[],
  groups: readonly TrialGroup[],
): readonly MeasureFacts[] {
  const isMeasured = (name: string): boolean =>
    groups.some(({ trials }) => trials.some(({ figures }) => figures[name]?.kind === 'measured'));
  const names = [...MAIN_MEASURES, isMeasured('cost.run') ? 'cost.run' : 'podSeconds'];
  return names.flatMap((name) => measures.find((measure) => measure.name === name) ?? []);
}
