/** How unevenly answers were spread over the pods. */
import { spanMs } from '../load/load-span.js';
import type { EndpointsRecord, LoadRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import type { Span } from './run-facts.js';

/** A stretch in which the same pods were ready all the time. */
export interface StablePods extends Span {
  readonly pods: number;
  /** Answers that named a pod of the set. */
  readonly answers: number;
  readonly byPod: Readonly<Record<string, number>>;
  /** Standard deviation over mean of the answers by pod. */
  readonly cv: number;
  readonly maxOverMean: number;
  /** The cv that picking a pod at random each time would give: sqrt((pods - 1) / answers). */
  readonly cvByChance: number;
}

/** Imbalance over the times in which the set of ready pods was stable. */
export interface Imbalance {
  readonly stretches: readonly StablePods[];
  /** Of the stretches, weighted by their answers. */
  readonly cv: number;
  readonly maxOverMean: number;
  readonly cvByChance: number;
}

/** A set must hold this long: shorter ones have too few answers to tell chance from imbalance. */
const STABLE_MS = 10_000;
/** Connections and proxies learn of a new set after it was seen. */
const SETTLING_MS = 2_000;

/**
 * Imbalance over the stretches of at least 10 s in which the ready endpoints were the same, their first
 * 2 s left out.
 *
 * Absent when endpoints were not observed, answers do not name their pods (header `x-pod-name`), or
 * there never were two pods for long enough.
 */
export function imbalance(
  endpoints: readonly EndpointsRecord[],
  seconds: readonly LoadRecord[],
  endT: number,
): Measure<Imbalance> {
  if (endpoints.length === 0) return noData('endpoints were not observed');
  if (seconds.every(({ load }) => Object.keys(load.byPod).length === 0)) {
    return noData('no answer named the pod that gave it');
  }
  const stretches = stableSets(endpoints, endT).flatMap((set) => stretchOf(set, seconds));
  const answers = stretches.reduce((sum, each) => sum + each.answers, 0);
  if (answers === 0) return noData('there never were the same two pods or more for 10s under load');
  const weighted = (of: (each: StablePods) => number): number =>
    stretches.reduce((sum, each) => sum + of(each) * each.answers, 0) / answers;
  return measured({
    stretches,
    cv: weighted(({ cv }) => cv),
    maxOverMean: weighted(({ maxOverMean }) => maxOverMean),
    cvByChance: weighted(({ cvByChance }) => cvByChance),
  });
}

interface StableSet extends Span {
  readonly names: readonly string[];
}

function stableSets(endpoints: readonly EndpointsRecord[], endT: number): readonly StableSet[] {
  const changes = endpoints.filter(
    ({ ready }, index) => ready.join() !== endpoints[index - 1]?.ready.join(),
  );
  return changes.flatMap(({ t, ready }, index) => {
    const toT = Math.min(changes[index + 1]?.t ?? endT, endT);
    return ready.length < 2 || toT - t < STABLE_MS ? [] : [{ fromT: t, toT, names: ready }];
  });
}

function stretchOf(
  { names, fromT, toT }: StableSet,
  seconds: readonly LoadRecord[],
): readonly StablePods[] {
  const within = seconds.filter(
    ({ t, load }) => t >= fromT + SETTLING_MS && t + spanMs(load) <= toT,
  );
  const counts = names.map((name) =>
    within.reduce((sum, { load }) => sum + (load.byPod[name] ?? 0), 0),
  );
  const first = within[0];
  const last = within.at(-1);
  const answers = counts.reduce((sum, count) => sum + count, 0);
  if (answers === 0 || first === undefined || last === undefined) return [];
  const mean = answers / names.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / names.length;
  return [
    {
      fromT: first.t,
      toT: last.t + spanMs(last.load),
      pods: names.length,
      answers,
      byPod: Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])),
      cv: Math.sqrt(variance) / mean,
      maxOverMean: counts.reduce((a, b) => Math.max(a, b)) / mean,
      cvByChance: Math.sqrt((names.length - 1) / answers),
    },
  ];
}
