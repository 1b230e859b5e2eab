/** Which plans can be modelled in batches, and which of them are. */
import { durationMsOf } from '../../load/driving/make-driver.js';
import { profileOf } from '../../load/profile.js';
import type { LoadPlan } from '../../load/sender.js';

/** How requests are modelled: one by one, in batches, or as is worthwhile. */
export type RequestModelling = 'auto' | 'each' | 'batched';

/** More requests than this take longer, one by one, than most want to wait: half a minute. */
const MANY_REQUESTS = 2_000_000;
/** Rates above it: what a batch has in it, it has many of. */
const HIGH_RATE = 2_000;
const DAY_MS = 86_400_000;
/** More records than this make a report that nobody waits for. */
const MOST_SPANS = 12_000;
const SPANS_S = [1, 5, 10, 15, 30, 60, 300, 900, 3_600] as const;

/** Whether a plan is modelled in batches. */
export function isBatched(plan: LoadPlan, modelling: RequestModelling): boolean {
  if (modelling !== 'auto') return modelling === 'batched';
  if (plan.load.model !== 'open' || unbatchable(plan).length > 0) return false;
  const { peakPerSecond, totalArrivals, durationMs } = profileOf(plan.load.profile);
  return peakPerSecond > HIGH_RATE || totalArrivals > MANY_REQUESTS || durationMs >= DAY_MS;
}

/** What in a plan is only known of single requests, in words; empty when there is nothing. */
export function unbatchable(plan: LoadPlan): readonly string[] {
  const { load, requests, connections, maxConnections, maxInFlight } = plan;
  const steps = requests.flatMap((session) => session.steps);
  const timeouts = new Set(steps.map(({ timeoutMs = plan.timeoutMs }) => timeoutMs));
  return [
    ...(load.model === 'closed' ? ['the closed model: each request waits for an answer'] : []),
    ...(connections.kind === 'keep-alive'
      ? ['connections that are kept: each stays with its pod']
      : []),
    ...(requests.some((session) => session.steps.length > 1)
      ? ['sessions of several steps: each step waits for an answer']
      : []),
    ...(timeouts.size > 1 ? ['requests with timeouts of their own'] : []),
    ...(maxConnections < maxInFlight
      ? ['fewer connections than requests under way: requests wait for one']
      : []),
  ];
}

/** How many seconds of a load are told together, so that a week's timeline can be read: 1 up to three hours. */
export function spanSecondsOf(plan: LoadPlan): number {
  const seconds = durationMsOf(plan) / 1_000;
  return SPANS_S.find((span) => seconds / span <= MOST_SPANS) ?? 3_600;
}
