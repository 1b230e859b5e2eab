/** Finds the highest rate that a service holds: a bracket, halved, then confirmed, because one try may be luck. */

/** How a try at a rate ended. */
export type TrialOutcome =
  /** The service kept what was promised. */
  | 'held'
  | 'missed'
  /** The load generator was the bottleneck: nothing can be said of the service. */
  | 'saturated';

/** One try. */
export interface Trial {
  readonly ratePerSecond: number;
  readonly outcome: TrialOutcome;
}

/** How the search goes. */
export interface SearchSettings {
  /** Where it begins, above 0. */
  readonly startPerSecond: number;
  /** Times that the rate found must hold. */
  readonly confirmations: number;
  /** The bracket is narrow enough when it is this part of its upper end. */
  readonly resolution: number;
  /** No more tries than these. */
  readonly maxTrials: number;
  /** Nothing above it is tried. */
  readonly maxPerSecond: number;
}

/** What the search found so far, or in the end. */
export interface CapacityFound {
  /**
   * - `found`: the capacity lies between the two rates.
   * - `at-least`: nothing higher could be tried.
   * - `nothing-held`: not even the lowest rate that was tried.
   * - `unfinished`: it was stopped, or ran out of tries; the rates are what is known until then.
   */
  readonly kind: 'found' | 'at-least' | 'nothing-held' | 'unfinished';
  /** The highest rate that held, and how often it did; absent when none did. */
  readonly held?: RateStanding;
  /** The lowest rate above it that did not hold; absent when none was found. */
  readonly missed?: RateStanding;
  /** Why nothing more is known; absent for `found`. */
  readonly because?: string;
}

/** How tries at one rate ended. */
export interface RateStanding {
  readonly ratePerSecond: number;
  readonly held: number;
  readonly missed: number;
}

/** What to do next. */
export type NextStep =
  | { readonly kind: 'try'; readonly ratePerSecond: number; readonly why: StepReason }
  | { readonly kind: 'done'; readonly found: CapacityFound };

/** Why a rate is tried. */
export type StepReason = 'first' | 'raise' | 'lower' | 'halve' | 'confirm' | 'again';

const RAISE = 1.2;
const LOWER = 0.75;
/** Below this part of the first rate, the search gives up. */
const FLOOR = 0.02;
/** Digits of a rate that is tried. */
const DIGITS = 3;
/** A rate that missed once may have had bad luck. */
const MISSES_WANTED = 2;
/** Tries that contradict each other are not repeated for ever. */
const MAX_TRIALS_A_RATE = 5;

interface Standing extends RateStanding {
  readonly saturated: number;
  readonly stands: 'held' | 'missed' | 'ceiling' | 'open';
}

/**
 * What to try next, after some tries. Pure: the same tries give the same answer.
 *
 * A rate stands as held or missed by the majority of its tries. The bracket is the lowest rate that
 * stands as missed and the highest held one below it; it is halved until it is narrow, then its lower
 * end must hold `confirmations` times and its upper end miss twice.
 */
export function nextStep(trials: readonly Trial[], settings: SearchSettings): NextStep {
  const { startPerSecond, maxTrials } = settings;
  const standings = standingsOf(trials);
  const { low, limit } = bracketOf(standings);
  if (trials.length >= maxTrials) {
    return done(standings, 'unfinished', `the search ended after ${maxTrials} tries`);
  }
  const doubtful = standings.find((each) => isDoubtful(each, standings));
  if (doubtful !== undefined) return attempt(doubtful.ratePerSecond, 'again');
  if (low === undefined) {
    if (limit === undefined)
      return attempt(Math.min(startPerSecond, settings.maxPerSecond), 'first');
    const lower = rounded(limit.ratePerSecond * LOWER);
    if (lower >= startPerSecond * FLOOR) return attempt(lower, 'lower');
    const because = `not even ${limit.ratePerSecond}/s held`;
    return done(standings, 'nothing-held', because);
  }
  if (limit === undefined) return higher(low, standings, settings);
  const middle = rounded((low.ratePerSecond + limit.ratePerSecond) / 2);
  const isWide =
    (limit.ratePerSecond - low.ratePerSecond) / limit.ratePerSecond > settings.resolution;
  const isBetween = middle > low.ratePerSecond && middle < limit.ratePerSecond;
  if (isWide && isBetween) return attempt(middle, 'halve');
  return confirmed({ low, limit }, standings, settings);
}

function higher(low: Standing, standings: readonly Standing[], settings: SearchSettings): NextStep {
  const { maxPerSecond, confirmations } = settings;
  if (low.ratePerSecond < maxPerSecond) {
    const raised = rounded(low.ratePerSecond * RAISE);
    return attempt(Math.min(raised, maxPerSecond), 'raise');
  }
  if (low.held < confirmations) return attempt(low.ratePerSecond, 'confirm');
  return done(standings, 'at-least', `nothing above ${maxPerSecond}/s is tried`);
}

function confirmed(
  { low, limit }: { readonly low: Standing; readonly limit: Standing },
  standings: readonly Standing[],
  { confirmations }: SearchSettings,
): NextStep {
  if (low.held < confirmations) return attempt(low.ratePerSecond, 'confirm');
  if (limit.stands === 'ceiling') {
    const because = `the load generator was the bottleneck at ${limit.ratePerSecond}/s`;
    return done(standings, 'at-least', because);
  }
  if (limit.missed < MISSES_WANTED) return attempt(limit.ratePerSecond, 'confirm');
  return done(standings, 'found');
}

/**
 * Searches with `attemptAt` until the settings are met or the signal aborts.
 *
 * @param attemptAt - tries a rate; what it throws ends the search and is thrown on, unless the signal
 *   aborted: then what is known until then is the result.
 */
export async function searchCapacity(
  attemptAt: (ratePerSecond: number, why: StepReason) => Promise<TrialOutcome>,
  settings: SearchSettings,
  signal: AbortSignal,
): Promise<CapacityFound> {
  const trials: Trial[] = [];
  for (;;) {
    if (signal.aborted) return stopped(trials, signal);
    const step = nextStep(trials, settings);
    if (step.kind === 'done') return step.found;
    try {
      const outcome = await attemptAt(step.ratePerSecond, step.why);
      if (signal.aborted) return stopped(trials, signal);
      trials.push({ ratePerSecond: step.ratePerSecond, outcome });
    } catch (error) {
      if (signal.aborted) return stopped(trials, signal);
      throw error;
    }
  }
}

function stopped(trials: readonly Trial[], signal: AbortSignal): CapacityFound {
  return foundOf(standingsOf(trials), 'unfinished', `it was stopped (${String(signal.reason)})`);
}

function attempt(ratePerSecond: number, why: StepReason): NextStep {
  return { kind: 'try', ratePerSecond, why };
}

function done(
  standings: readonly Standing[],
  kind: CapacityFound['kind'],
  because?: string,
): NextStep {
  return { kind: 'done', found: foundOf(standings, kind, because) };
}

function foundOf(
  standings: readonly Standing[],
  kind: CapacityFound['kind'],
  because?: string,
): CapacityFound {
  const { low, limit } = bracketOf(standings);
  return {
    kind,
    ...(low === undefined ? {} : { held: standing(low) }),
    ...(limit?.stands === 'missed' ? { missed: standing(limit) } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

function standing({ ratePerSecond, held, missed }: Standing): RateStanding {
  return { ratePerSecond, held, missed };
}

/** One for each rate that was tried, rising. */
function standingsOf(trials: readonly Trial[]): readonly Standing[] {
  const rates = [...new Set(trials.map(({ ratePerSecond }) => ratePerSecond))].sort(
    (a, b) => a - b,
  );
  return rates.map((ratePerSecond) => {
    const count = (wanted: TrialOutcome): number =>
      trials.filter((each) => each.ratePerSecond === ratePerSecond && each.outcome === wanted)
        .length;
    const held = count('held');
    const missed = count('missed');
    const saturated = count('saturated');
    const stands = standsAs({ held, missed, saturated });
    return { ratePerSecond, held, missed, saturated, stands };
  });
}

function standsAs(of: {
  readonly held: number;
  readonly missed: number;
  readonly saturated: number;
}): Standing['stands'] {
  if (of.held > of.missed) return 'held';
  if (of.missed > of.held) return 'missed';
  return of.saturated > 1 && of.held === 0 ? 'ceiling' : 'open';
}

/** The lowest rate that did not hold (or could not be tried), and the highest held one below it. */
function bracketOf(standings: readonly Standing[]): {
  readonly low: Standing | undefined;
  readonly limit: Standing | undefined;
} {
  const limit = standings.find(({ stands }) => stands === 'missed' || stands === 'ceiling');
  const below = standings.filter(
    ({ stands, ratePerSecond }) =>
      stands === 'held' && ratePerSecond < (limit?.ratePerSecond ?? Infinity),
  );
  return { low: below.at(-1), limit };
}

/** Whether a rate's tries contradict each other, or a higher rate that held. */
function isDoubtful(of: Standing, all: readonly Standing[]): boolean {
  const trials = of.held + of.missed + of.saturated;
  if (trials >= MAX_TRIALS_A_RATE) return false;
  if (of.stands === 'open') return true;
  const isContradicted = all.some(
    (other) => other.ratePerSecond > of.ratePerSecond && other.stands === 'held',
  );
  return of.stands === 'missed' && of.missed < MISSES_WANTED && isContradicted;
}

function rounded(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(DIGITS));
}
