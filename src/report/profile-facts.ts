/** What a load plan comes to before anything is sent: its stages, their arrivals, and the rate over time. */
import { profileOf, stagePieces, type Profile } from '../load/profile.js';
import type { StageSpec } from '../load/profile-spec.js';
import { instantsOf, scheduleOf } from '../load/schedule.js';
import type { LoadPlan } from '../load/sender.js';

/** One stage of a profile. Rates are requests a second. */
export interface StageFacts {
  readonly name: string;
  /** As a file writes it. */
  readonly kind: StageSpec['kind'] | 'diurnal';
  readonly startMs: number;
  readonly durationMs: number;
  readonly lowestPerSecond: number;
  readonly highestPerSecond: number;
  /** Whether it holds one rate, goes one way, or goes up and down. */
  readonly course: 'level' | 'rising' | 'falling' | 'varying';
  /** The integral of its rate. */
  readonly arrivals: number;
}

/** A profile as a whole. */
export interface ProfileFacts {
  readonly profile: Profile;
  readonly stages: readonly StageFacts[];
  readonly meanPerSecond: number;
  /** What the plan's spacing and seed come to; absent for so many that counting takes long. */
  readonly scheduledArrivals: number | undefined;
}

/** Beyond this many, arrivals of random spacing are not counted one by one. */
const MAX_COUNTED = 2_000_000;

/** The facts of an open load. */
export function profileFacts(plan: LoadPlan): ProfileFacts | undefined {
  const { load, seed } = plan;
  if (load.model === 'closed') return undefined;
  const profile = profileOf(load.profile);
  return {
    profile,
    stages: profile.stages.map(({ stage, startMs, endMs }) => ({
      name: stage.name,
      kind: stage.kind === 'sine' ? (stage.writtenAs ?? stage.kind) : stage.kind,
      startMs,
      durationMs: endMs - startMs,
      ...courseOf(stage),
      arrivals: profile.arrivalsBefore(endMs) - profile.arrivalsBefore(startMs),
    })),
    meanPerSecond: (profile.totalArrivals * 1_000) / profile.durationMs,
    scheduledArrivals: scheduledArrivals(profile, { spacing: load.spacing, seed }),
  };
}

/** How many arrivals are due with this spacing and seed; absent for so many that counting takes long. */
export function scheduledArrivals(
  profile: Profile,
  spacing: Parameters<typeof scheduleOf>[1],
): number | undefined {
  return profile.totalArrivals > MAX_COUNTED
    ? undefined
    : countOf(instantsOf(scheduleOf(profile, spacing)));
}

function countOf(all: Iterable<unknown>): number {
  let count = 0;
  for (const _ of all) count++;
  return count;
}

function courseOf(
  stage: StageSpec,
): Pick<StageFacts, 'lowestPerSecond' | 'highestPerSecond' | 'course'> {
  const rates = stagePieces(stage).flatMap(({ fromPerSecond, toPerSecond }) => [
    fromPerSecond,
    toPerSecond,
  ]);
  const lowestPerSecond = rates.reduce((a, b) => Math.min(a, b), Infinity);
  const highestPerSecond = rates.reduce((a, b) => Math.max(a, b), 0);
  const isRising = rates.every((rate, index) => rate >= (rates[index - 1] ?? rate));
  const isFalling = rates.every((rate, index) => rate <= (rates[index - 1] ?? rate));
  const course =
    isRising && isFalling ? 'level' : isRising ? 'rising' : isFalling ? 'falling' : 'varying';
  return { lowestPerSecond, highestPerSecond, course };
}

/** The rate in equal steps of time: the mean of each, and the highest rate in it. */
export interface RateSteps {
  readonly stepMs: number;
  readonly means: readonly number[];
  readonly peaks: readonly number[];
}

const DIGITS = 9;

/** The rate of a profile in `count` equal steps. */
export function rateSteps(profile: Profile, count: number): RateSteps {
  const stepMs = profile.durationMs / count;
  const peaks = Array.from({ length: count }, () => 0);
  let startMs = 0;
  for (const piece of profile.pieces) {
    const endMs = startMs + piece.lengthMs;
    const last = Math.min(count - 1, Math.ceil(endMs / stepMs) - 1);
    for (let step = Math.floor(startMs / stepMs); step <= last; step++) {
      const fromMs = Math.max(startMs, step * stepMs);
      const toMs = Math.min(endMs, (step + 1) * stepMs);
      // a piece goes one way, so its highest rate within a step is at one end of what they share
      const atEnd = toMs < endMs ? profile.ratePerSecondAt(toMs) : piece.toPerSecond;
      const highest = Math.max(profile.ratePerSecondAt(fromMs), atEnd);
      peaks[step] = Math.max(peaks[step] ?? 0, highest);
    }
    startMs = endMs;
  }
  const means = Array.from({ length: count }, (_, step) => {
    const arrivals =
      profile.arrivalsBefore((step + 1) * stepMs) - profile.arrivalsBefore(step * stepMs);
    // differences of long sums are off in their last digits, and a level rate would not look level
    return Number(((arrivals * 1_000) / stepMs).toPrecision(DIGITS));
  });
  return { stepMs, means, peaks };
}
