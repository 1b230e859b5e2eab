/** A load shared out among several sender processes: how many, and what each may send and hold. */
import { profileOf } from './profile.js';
import type { LoadPlan } from './sender.js';

/** One of several senders of the same load: arrival n is its own when n mod `count` is `index`. */
export interface LoadShare {
  /** In [0, count). */
  readonly index: number;
  readonly count: number;
}

/** How many processes send a load; `auto`: see {@link processesFor}. */
export type ProcessCount = number | 'auto';

/**
 * Requests a second that `auto` trusts one process with: well below what one was seen to keep time at
 * (5,000/s takes a third to a half of a core), so that a burst of answers finds it idle.
 */
export const REQUESTS_PER_PROCESS = 3_000;

/** More than this are refused: each takes some 60 MB. */
export const MAX_PROCESSES = 64;

/**
 * How many processes a load gets unless somebody says: one for every {@link REQUESTS_PER_PROCESS} of its
 * highest rate, but one core stays for everything else, and each has something to do. A closed model gets
 * one: how fast it sends is the service's doing, and nothing of it is late.
 *
 * @param cores - that this machine has for us.
 */
export function processesFor(plan: LoadPlan, cores: number): number {
  if (plan.load.model === 'closed') return 1;
  const wanted = Math.ceil(peakRequestsPerSecond(plan) / REQUESTS_PER_PROCESS);
  return Math.max(1, Math.min(wanted, cores - 1, mostShares(plan).count, MAX_PROCESSES));
}

/** More than this are refused: the harness holds two connections for each. */
export const MAX_WORKERS = 1_000;

/** How many pods of the cluster send a load unless somebody says; as {@link processesFor}, whatever cores there are. */
export function workersFor(plan: LoadPlan): number {
  const wanted = Math.ceil(peakRequestsPerSecond(plan) / REQUESTS_PER_PROCESS);
  return Math.max(1, Math.min(wanted, mostShares(plan).count, MAX_WORKERS));
}

/** What is wrong with a wanted number of workers; empty when the plan can be shared out so. */
export function workerFaults(plan: LoadPlan, workers: number | 'auto'): readonly string[] {
  if (workers === 'auto') return [];
  if (!Number.isSafeInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    return [`workers: expected a whole number from 1 to ${MAX_WORKERS}, got ${workers}`];
  }
  const most = mostShares(plan);
  return workers > most.count
    ? [`workers: expected at most ${most.count} (${most.because}), got ${workers}`]
    : [];
}

/** What is wrong with a wanted number of processes; empty when the plan can be shared out so. */
export function processFaults(plan: LoadPlan, processes: ProcessCount): readonly string[] {
  if (processes === 'auto') return [];
  if (!Number.isSafeInteger(processes) || processes < 1 || processes > MAX_PROCESSES) {
    return [`processes: expected a whole number from 1 to ${MAX_PROCESSES}, got ${processes}`];
  }
  const most = mostShares(plan);
  return processes > most.count
    ? [`processes: expected at most ${most.count} (${most.because}), got ${processes}`]
    : [];
}

/** The plan of one share: the same load, with its part of all that is bounded. */
export function planShare(plan: LoadPlan, share: LoadShare): LoadPlan {
  const { load, maxConnections, maxInFlight } = plan;
  return {
    ...plan,
    load:
      load.model === 'closed' ? { ...load, concurrency: partOf(load.concurrency, share) } : load,
    maxConnections: partOf(maxConnections, share),
    maxInFlight: partOf(maxInFlight, share),
  };
}

/** Whole numbers that add up to the total; the first shares get what does not divide. */
function partOf(total: number, { index, count }: LoadShare): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

/** The most processes that a plan can be shared out to: each needs a user, or a connection and a request. */
export function mostShares({
  load,
  maxConnections,
  maxInFlight,
}: Pick<LoadPlan, 'load' | 'maxConnections' | 'maxInFlight'>): {
  readonly count: number;
  readonly because: string;
} {
  if (load.model === 'closed') return { count: load.concurrency, because: 'a user for each' };
  return maxConnections <= maxInFlight
    ? { count: maxConnections, because: 'a connection of maxConnections for each' }
    : { count: maxInFlight, because: 'a request of maxInFlight for each' };
}

/** A profile's rate is of sessions; each step of one is a request. */
function peakRequestsPerSecond({ load, requests }: LoadPlan): number {
  if (load.model === 'closed') return 0;
  const peak = Math.max(0, ...profileOf(load.profile).stages.map((each) => each.peakPerSecond));
  const weights = requests.reduce((sum, { weight }) => sum + weight, 0);
  const steps = requests.reduce((sum, { weight, steps: each }) => sum + weight * each.length, 0);
  return peak * (steps / weights);
}
