/** Which variants are the best to be had for their cost: the Pareto front of two measures. */
import { median } from '../statistics/median.js';
import { sampleOf, type ComparedPair, type MeasureFacts, type TrialGroup } from './trial-group.js';

/** A variant by its medians. */
export interface FrontPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Variants that are at least as good in both and better in one; empty: it is on the front. */
  readonly dominatedBy: readonly string[];
}

/** The Pareto front; both measures are better where they are lower. */
export interface Front {
  readonly x: MeasureFacts;
  readonly y: MeasureFacts;
  /** By cost, the cheapest first. */
  readonly points: readonly FrontPoint[];
  /** Variants without a value of one of the two. */
  readonly without: readonly string[];
}

/** What it costs, the first that is known. */
const COST_MEASURES = ['cost.run', 'podSeconds'] as const;
/** What users suffer, the first that is known. */
const SLO_MEASURES = ['slo.violationSeconds', 'responseTime.p99'] as const;

/**
 * The front of cost against SLO: a variant is dominated when another costs no more and breaks the SLO no
 * longer, and one of the two is less. By medians; whether two medians differ by chance is not asked.
 *
 * @param measures - all that the trials have, whether they were compared or not.
 * @returns undefined when no two variants have both figures.
 */
export function costFront(
  pairs: readonly ComparedPair[],
  measures: readonly MeasureFacts[],
): Front | undefined {
  const groups = groupsOf(pairs);
  const x = firstKnown(groups, measures, COST_MEASURES);
  const y = firstKnown(groups, measures, SLO_MEASURES);
  if (x === undefined || y === undefined) return undefined;
  const known = groups.flatMap((group) => {
    const cost = sampleOf(group, x.name).values;
    const suffered = sampleOf(group, y.name).values;
    if (cost.length === 0 || suffered.length === 0) return [];
    return [{ name: group.name, x: median(cost), y: median(suffered) }];
  });
  if (known.length < 2) return undefined;
  const points = known
    .map((point) => ({
      ...point,
      dominatedBy: known.filter((other) => dominates(other, point)).map(({ name }) => name),
    }))
    .toSorted((a, b) => a.x - b.x || a.y - b.y);
  const named = new Set(known.map(({ name }) => name));
  const without = groups.map(({ name }) => name).filter((name) => !named.has(name));
  return { x, y, points, without };
}

type At = Pick<FrontPoint, 'x' | 'y'>;

function dominates(other: At, point: At): boolean {
  return other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y);
}

/** Each once, a baseline before the variants compared with it. */
function groupsOf(pairs: readonly ComparedPair[]): readonly TrialGroup[] {
  const groups = new Map<string, TrialGroup>();
  for (const { baseline, variant } of pairs) {
    groups.set(baseline.name, baseline);
    groups.set(variant.name, variant);
  }
  return [...groups.values()];
}

function firstKnown(
  groups: readonly TrialGroup[],
  measures: readonly MeasureFacts[],
  names: readonly string[],
): MeasureFacts | undefined {
  const found = names.find((name) =>
    groups.some((group) => sampleOf(group, name).values.length > 0),
  );
  return measures.find(({ name }) => name === found);
}
